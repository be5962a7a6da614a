import { describe, expect, test } from 'vitest';
import { parseIpv4 } from '../../../shared/address.ts';
import { fingerprintRules } from '../../../shared/fingerprints.ts';
import { Tag, type TagName } from '../../../shared/tags.ts';
import { type EvidenceRow, FedMemory, type Syn, synBytes } from '../../support/syn-packets.ts';

const linux: Syn = { options: '020405b40402080a0000000100000000' + '01030307', window: 64_240 };
/** ZMap before 4.1. */
const zmap: Syn = { ...linux, ipId: 54_321 };

function fed(...syns: Syn[]): FedMemory {
  const memory = new FedMemory();
  memory.tags(syns.map(synBytes));
  return memory;
}

const sums = (rows: readonly EvidenceRow[], source: string, tag: TagName) => {
  const of = rows.filter((row) => row.source === source && row.tag === tag);
  return of.reduce(([matched, asked], row) => [matched! + row.matched, asked! + row.candidates], [0, 0]);
};

describe('evidence of a rule', () => {
  test('what matched, out of how many from the first match on, from when to when, and three packets', () => {
    const udp = { ...zmap, protocol: 17 };
    const { memory, rows } = fed(linux, zmap, linux, zmap, zmap, zmap, udp, zmap, zmap);
    memory.flush();
    expect(rows.map(({ proofs, ...row }) => [row, proofs.length])).toEqual([
      [{ source: '192.0.2.1', tag: 'zmapLegacyTcp', key: 0, matched: 6, candidates: 7, first: 1_001, last: 1_008 }, 3],
      [{ source: '192.0.2.1', tag: 'zmapLegacyUdp', key: 0, matched: 1, candidates: 1, first: 1_006, last: 1_006 }, 1],
    ]);
    expect(rows[0]!.proofs.map(({ seconds }) => seconds)).toEqual([1_001, 1_003, 1_004]);
    expect(rows[0]!.proofs[0]!.bytes).toEqual(synBytes(zmap));
    expect(rows[1]!.proofs[0]!.bytes.length).toBe(28);
  });

  test('rows add up: only what is new is said, and packets are kept once', () => {
    const all = fed(zmap, zmap, zmap);
    all.memory.flush();
    all.memory.flush();
    expect(all.rows.length).toBe(1);
    all.tags([linux, linux, zmap].map(synBytes));
    all.memory.flush();
    all.tags([synBytes(linux)]);
    all.memory.flush();
    expect(all.rows.map(({ matched, candidates, proofs }) => [matched, candidates, proofs.length])).toEqual([
      [3, 3, 3],
      [1, 3, 0],
      [0, 1, 0],
    ]);
    expect(all.memory.rowsSent).toBe(3);
  });

  test('sources without a match say nothing', () => {
    const { memory, rows } = fed(linux, { ...linux, source: '192.0.2.2' });
    memory.flush();
    expect(rows).toEqual([]);
    expect(memory.sourcesHeld).toBe(0);
  });

  test('hints are no evidence', () => {
    const { memory, rows } = fed({ ...linux, ttl: 255 }, { ...linux, options: '' });
    memory.flush();
    expect(rows).toEqual([]);
  });

  test('payload is left out, and what was not captured', () => {
    const memory = new FedMemory();
    const packet = synBytes(zmap);
    const withPayload = new Uint8Array([...packet, ...new Uint8Array(40).fill(0xee)]);
    withPayload[3] = withPayload.length;
    memory.tags([withPayload, packet.subarray(0, 44)]);
    memory.memory.flush();
    expect(memory.rows[0]!.proofs.map(({ bytes }) => bytes.length)).toEqual([packet.length, 44]);
  });

  test('each bot of Mirai behind one address has a row of its own, and what is no Mirai another', () => {
    const bot = (sourcePort: number, window: number, target: string): Syn => ({
      ...linux,
      sourcePort,
      window,
      target,
      sequence: parseIpv4(target)!,
    });
    const targets = ['198.51.100.1', '198.51.100.2', '198.51.100.3'];
    const { memory, rows } = fed(
      ...targets.map((target) => bot(0x1111, 0x2222, target)),
      linux,
      ...targets.map((target) => bot(0xffff, 0xfffe, target)),
    );
    memory.flush();
    expect(rows.map(({ tag, key, matched, candidates }) => [tag, key, matched, candidates])).toEqual([
      ['mirai', 0x11112222, 3, 3],
      ['mirai', 0xfffffffe, 3, 3],
      ['mirai', 0, 0, 1],
    ]);
  });

  test('of pairs, candidates are pairs that could have agreed, and the key is the number of the first tries', () => {
    const run = [1, 2, 3, 4].map((targetPort) => ({ targetPort, sequence: 0xaabbccdd }));
    const { memory, rows } = fed(...run, run[3]!, run[0]!, { targetPort: 9, sequence: 0x1 });
    memory.flush();
    const row = rows.find(({ tag, key }) => tag === 'nmapSyn' && key !== 0)!;
    // The fifth is compared with the first SYN and agrees; the sixth is that SYN once more; the last disagrees.
    expect(row).toMatchObject({ key: 0xaabbccdd, matched: 4, candidates: 4 });
    expect(row.proofs.length).toBe(3);
    expect(sums(rows, '192.0.2.1', 'nmapSyn')).toEqual([4, 5]);
  });
});

describe('bounds', () => {
  const address = (n: number) => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;

  const times = (count: number, syn: Syn) => Array.from({ length: count }, () => synBytes(syn));

  test('no more sources than there are places, and who is given up is counted', () => {
    const memory = new FedMemory({ sources: 64 });
    memory.tags(Array.from({ length: 1_000 }, (_, n) => synBytes({ ...zmap, source: address(n) })));
    expect(memory.memory.sourcesHeld).toBeLessThanOrEqual(64);
    expect(memory.memory.sourcesHeld + memory.memory.sourcesGivenUp).toBe(1_000);
  });

  test('a flood of forged sources without a match pushes nobody out', () => {
    const memory = new FedMemory({ sources: 8 });
    memory.tags([synBytes(zmap)]);
    for (let n = 0; n < 1_000; n++) memory.tags(times(2, { ...linux, source: address(n) }));
    memory.tags([linux, zmap].map(synBytes));
    memory.memory.flush();
    expect(sums(memory.rows, '192.0.2.1', 'zmapLegacyTcp')).toEqual([2, 3]);
    expect(memory.memory.sourcesGivenUp).toBe(0);
  });

  test('one with a match of each pushes out itself: who sends often stays', () => {
    const memory = new FedMemory({ sources: 64 });
    const often: Syn = { ...linux, source: '192.0.2.200' };
    memory.tags([{ ...often, ipId: 54_321 }, often, often, often].map(synBytes));
    for (let n = 0; n < 2_000; n++) {
      memory.tags([synBytes({ ...zmap, source: address(n) })]);
      if (n % 50 === 0) memory.tags([synBytes(often)]);
    }
    memory.tags([synBytes({ ...often, ipId: 54_321 })]);
    memory.memory.flush();
    expect(sums(memory.rows, '192.0.2.200', 'zmapLegacyTcp')).toEqual([2, 45]);
  });

  test('what did not match is told of a source that is given up', () => {
    const memory = new FedMemory({ sources: 8 });
    memory.tags([zmap, linux].map(synBytes));
    for (let n = 0; n < 8; n++) memory.tags(times(3, { ...zmap, source: address(n) }));
    memory.tags([synBytes(linux)]);
    memory.memory.flush();
    // The last one is of a source of which nothing is known any more.
    expect(sums(memory.rows, '192.0.2.1', 'zmapLegacyTcp')).toEqual([1, 2]);
  });

  test('the filter of known sources is made anew, or all would be looked for in the end', () => {
    const memory = new FedMemory({ sources: 8 });
    for (let n = 0; n < 200; n++) memory.tags(times(1, { ...zmap, source: address(n) }));
    // Those that stayed are found still, and their packets counted.
    memory.tags(times(1, { ...linux, source: address(196) }));
    memory.memory.flush();
    expect(sums(memory.rows, address(196), 'zmapLegacyTcp')).toEqual([1, 2]);
  });

  test('the newest SYN takes the place of another source’s: a pair is missed, and none made up', () => {
    const memory = new FedMemory({ lastSyns: 1 });
    const nmap = (source: string, targetPort: number): Syn => ({ source, targetPort, sequence: 0xaabbccdd });
    const others = Array.from({ length: 99 }, (_, n) => nmap(address(n), 1));
    expect(memory.tags([nmap('192.0.2.1', 1), ...others, nmap('192.0.2.1', 2)].map(synBytes)).flat()).toEqual([]);
    expect(memory.tags([synBytes(nmap('192.0.2.1', 3))])).toEqual([['nmapSyn']]);
    // SYNs of another shape have places of their own.
    const crowded = new FedMemory({ lastSyns: 1 });
    const linuxes = others.map((syn) => ({ ...linux, source: syn.source! }));
    const tags = crowded.tags([nmap('192.0.2.1', 1), ...linuxes, nmap('192.0.2.1', 2)].map(synBytes));
    expect(tags.flat()).toEqual(['nmapSyn']);
  });

  test('whatever is given up and whenever rows are sent, every match and every packet of a known source is told once', () => {
    const memory = new FedMemory({ sources: 16, rows: 8 });
    let matches = 0;
    let state = 1;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % below;
    };
    for (let n = 0; n < 5_000; n++) {
      const source = address(random(60));
      const [tags] = memory.tags([
        synBytes({ ...(random(2) === 0 ? zmap : linux), source, sequence: random(1 << 24) }),
      ]);
      matches += tags!.filter((tag) => tag === 'zmapLegacyTcp').length;
      if (n % 700 === 0) memory.memory.flush();
    }
    memory.memory.flush();
    const told = memory.rows.filter(({ tag }) => tag === 'zmapLegacyTcp');
    expect(told.reduce((sum, { matched }) => sum + matched, 0)).toBe(matches);
    expect(told.every(({ matched, candidates }) => matched <= candidates)).toBe(true);
    const asked = told.reduce((sum, { candidates }) => sum + candidates, 0);
    expect(asked).toBeLessThanOrEqual(5_000);
    expect(asked).toBeGreaterThan(matches);
    expect(memory.memory.sourcesGivenUp).toBeGreaterThan(100);
  });

  test('two bits a tag in one word: tags with evidence are below 16', () => {
    for (const { tag, kind } of fingerprintRules) if (kind === 'tool') expect(Tag[tag], tag).toBeLessThan(16);
  });
});
