import { describe, expect, test } from 'vitest';
import { parseIpv4 } from '../../../shared/address.ts';
import type { TagName } from '../../../shared/tags.ts';
import { FedMemory, type Syn, synBytes } from '../../support/syn-packets.ts';

/** Tags of the last of some SYNs of one source. */
function lastTags(...syns: Syn[]): TagName[] {
  return new FedMemory().tags(syns.map(synBytes)).at(-1)!;
}

describe('Nmap -sS: numbers of one run differ by the same 16 bits in both halves, or not at all', () => {
  const first: Syn = { sequence: 0x12345678 };
  test.for<{ name: string; next: Syn; expected: TagName[] }>([
    { name: 'the same number at another port', next: { targetPort: 443 }, expected: ['nmapSyn'] },
    { name: 'the same number at another target', next: { target: '198.51.100.8' }, expected: ['nmapSyn'] },
    { name: 'the second try', next: { sequence: 0x12355679 }, expected: ['nmapSyn'] },
    { name: 'the 256th try', next: { sequence: 0x12cb5687 }, expected: ['nmapSyn'] },
    { name: 'a window of an old version', next: { targetPort: 443, window: 3_072 }, expected: ['nmapSyn'] },
    { name: 'the same packet again', next: {}, expected: [] },
    { name: 'the same from another port: said again', next: { sourcePort: 40_001 }, expected: [] },
    { name: 'one bit in one half', next: { sequence: 0x12345679, targetPort: 443 }, expected: [] },
    { name: 'other bits in both halves', next: { sequence: 0x1235567a, targetPort: 443 }, expected: [] },
    { name: 'another source', next: { source: '192.0.2.2', targetPort: 443 }, expected: [] },
    { name: 'a window that it never has', next: { targetPort: 443, window: 65_535 }, expected: [] },
    { name: 'a window of 5120', next: { targetPort: 443, window: 5_120 }, expected: [] },
    { name: 'a window of 0', next: { targetPort: 443, window: 0 }, expected: [] },
    { name: 'no options', next: { targetPort: 443, options: '' }, expected: [] },
    { name: 'another segment size', next: { targetPort: 443, options: '020405b5' }, expected: [] },
    { name: 'one option more', next: { targetPort: 443, options: '020405b401010402' }, expected: [] },
    { name: 'a TTL that it never starts from', next: { targetPort: 443, ttl: 65 }, expected: [] },
    { name: 'an answer', next: { targetPort: 443, flags: 0x12 }, expected: [] },
    { name: 'RST', next: { targetPort: 443, flags: 6 }, expected: [] },
  ])('$name', ({ next, expected }) => expect(lastTags(first, { ...first, ...next })).toEqual(expected));

  test('the first of a run has nothing to agree with', () => expect(lastTags(first)).toEqual([]));
  test('numbers that are always 0 are of others', () => {
    expect(lastTags({ sequence: 0 }, { sequence: 0, targetPort: 443 })).toEqual([]);
  });
  test('numbers that are always the target’s are Mirai’s, whatever the rest looks like', () => {
    const target = '10.1.10.1';
    const sequence = parseIpv4(target)!;
    expect(lastTags({ target, sequence }, { target, sequence, targetPort: 23 })).toEqual(['mirai']);
  });
  test('a scan between which another program of the same address sends', () => {
    const others = [0x1, 0xabcdef01].map((sequence) => ({ sequence, window: 64_240 }));
    const syns = [first, { ...first, targetPort: 2 }, { ...first, targetPort: 3 }, ...others];
    expect(lastTags(...syns, { ...first, targetPort: 4 })).toEqual(['nmapSyn']);
  });
  test('a second run with a number of its own, after the first', () => {
    const run = (sequence: number, from = 1) => [0, 1, 2, 3].map((port) => ({ sequence, targetPort: from + port }));
    const tags = new FedMemory().tags([...run(0x11112222), ...run(0x33335555), ...run(0x33335555, 5)].map(synBytes));
    expect(tags.slice(0, 4)).toEqual([[], ['nmapSyn'], ['nmapSyn'], ['nmapSyn']]);
    expect(tags.slice(-4)).toEqual([['nmapSyn'], ['nmapSyn'], ['nmapSyn'], ['nmapSyn']]);
  });
});

describe('Unicornscan: sequence ^ target ^ ports is a key that does not change', () => {
  const KEY = 0xdeadbeef;
  const word = (target: string) => parseIpv4(target)!;
  const swapped = (target: string) => parseIpv4(target.split('.').reverse().join('.'))!;
  /** A SYN as Unicornscan makes it, with the target as the network or as the machine has it. */
  const syn = (target: string, targetPort: number, sourcePort: number, asWord = swapped, key = KEY): Syn => ({
    target,
    targetPort,
    sourcePort,
    sequence: (key ^ asWord(target) ^ ((targetPort << 16) + sourcePort)) >>> 0,
    options: '',
    window: 16_384,
    ttl: 120,
  });
  const first = syn('198.51.100.7', 80, 5_000);
  test.for<{ name: string; next: Syn; expected: TagName[] }>([
    { name: 'another target and port', next: syn('203.0.113.200', 443, 61_000), expected: ['unicornscan'] },
    { name: 'the same target', next: syn('198.51.100.7', 81, 5_001), expected: ['unicornscan'] },
    { name: 'another key', next: syn('203.0.113.200', 443, 61_000, swapped, KEY + 1), expected: [] },
    { name: 'the target the other way round', next: syn('203.0.113.200', 443, 61_000, word), expected: [] },
    { name: 'one bit of the number', next: { ...syn('203.0.113.200', 443, 61_000), sequence: 1 }, expected: [] },
    { name: 'the same ports', next: syn('203.0.113.200', 80, 5_000), expected: [] },
    { name: 'the same packet', next: first, expected: [] },
    { name: 'an answer', next: { ...syn('203.0.113.200', 443, 61_000), flags: 0x12 }, expected: [] },
    {
      name: 'a number that is the target of another packet',
      next: { ...syn('203.0.113.200', 80, 5_000), sequence: word('203.0.113.200') ^ 1 },
      expected: [],
    },
  ])('$name', ({ next, expected }) => expect(lastTags(first, next)).toEqual(expected));
  test('both with the target as a word', () => {
    expect(lastTags(syn('198.51.100.7', 80, 5_000, word), syn('203.0.113.200', 443, 61_000, word))).toEqual([
      'unicornscan',
    ]);
  });
  test.for([
    { name: 'swapped', asWord: swapped },
    { name: 'as a word', asWord: word },
  ])('its key is the one that was drawn ($name)', ({ asWord }) => {
    const fed = new FedMemory();
    fed.tags([syn('198.51.100.7', 80, 5_000, asWord), syn('203.0.113.200', 443, 61_000, asWord)].map(synBytes));
    fed.memory.flush();
    expect(fed.rows).toMatchObject([{ tag: 'unicornscan', key: KEY, matched: 1, candidates: 1 }]);
  });
});
