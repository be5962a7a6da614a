/** Labels by source, as the server judges them, against the simulator's truth. */
import { beforeAll, expect, test } from 'vitest';
import { Decoder } from '../../../sensor/decode/decoder.ts';
import { applyRules } from '../../../sensor/fingerprint/apply-rules.ts';
import { SourceMemory } from '../../../sensor/fingerprint/source-memory.ts';
import { formatIpv4 } from '../../../shared/address.ts';
import { fingerprintRules } from '../../../shared/fingerprints.ts';
import { judge } from '../../../shared/judge.ts';
import { createPacketBatch, createRecordBatch } from '../../../shared/packet-batch.ts';
import { Tag } from '../../../shared/tags.ts';
import type { EvidenceBatch } from '../../../shared/wire/evidence.ts';
import { drain, simulate } from './captured.ts';

const SECONDS = 120;
const ETHERNET = 1;
const ROWS = 4_096;
const LEAST_PACKETS = 3;

/** Sums of matched and candidates by source and tag, as the server keeps them. */
const sums = new Map<string, { source: number; tag: number; matched: number; candidates: number }>();
const packetsOf = new Map<string, number>();
const toolOf = new Map<string, string | null>();
/** By source, the tools that it is labelled with. */
const labels = new Map<string, Set<string>>();

function addRows(rows: EvidenceBatch): void {
  for (let row = 0; row < rows.length; row++) {
    const [source, tag] = [rows.source[row * 4 + 3]!, rows.tag[row]!];
    const sum = sums.get(`${source} ${tag}`) ?? { source, tag, matched: 0, candidates: 0 };
    sum.matched += rows.matched[row]!;
    sum.candidates += rows.candidates[row]!;
    sums.set(`${source} ${tag}`, sum);
  }
}

beforeAll(async () => {
  const simulation = await simulate('background', { packetsPerSecond: 2_000 });
  const bytes = drain(simulation, SECONDS);
  const records = createRecordBatch(ROWS);
  records.bytes = bytes;
  records.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [decoder, ipv4, ipv6] = [new Decoder(), createPacketBatch(4), createPacketBatch(6)];
  const memory = new SourceMemory({ seed: 3, onEvidence: addRows });
  for (let at = 0; at < bytes.length; ) {
    for (records.length = 0; records.length < ROWS && at < bytes.length; records.length++) {
      const length = records.view.getUint32(at + 8, true);
      records.offset[records.length] = at + 16;
      records.capturedLength[records.length] = records.wireLength[records.length] = length;
      records.seconds[records.length] = records.view.getUint32(at, true);
      records.linkType[records.length] = ETHERNET;
      at += 16 + length;
    }
    ipv4.length = ipv6.length = 0;
    decoder.decode(records, ipv4, ipv6);
    applyRules(records, decoder, { ipv4, ipv6 }, null, memory);
    for (let row = 0; row < ipv4.length; row++) {
      const source = formatIpv4(ipv4.source[row]!);
      packetsOf.set(source, (packetsOf.get(source) ?? 0) + 1);
    }
  }
  memory.flush();
  for (const { tool, sources } of simulation.truth())
    if (typeof sources !== 'number') for (const source of sources) toolOf.set(source, tool);
  for (const { source, tag, matched, candidates } of sums.values()) {
    const rule = fingerprintRules.find((known) => Tag[known.tag] === tag)!;
    if (judge(rule, matched, candidates).verdict !== 'label') continue;
    const name = formatIpv4(source);
    labels.set(name, (labels.get(name) ?? new Set()).add(rule.tool));
  }
}, 120_000);

test('labels of tools: precision 0.999, recall 0.99 of sources with three packets or more', () => {
  const counts: Record<string, { right: number; wrong: number; missed: number }> = {};
  const of = (tool: string) => (counts[tool] ??= { right: 0, wrong: 0, missed: 0 });
  for (const [source, tools] of labels)
    for (const tool of tools) of(tool)[toolOf.get(source) === tool ? 'right' : 'wrong']++;
  for (const [source, tool] of toolOf)
    if (tool !== null && (packetsOf.get(source) ?? 0) >= LEAST_PACKETS && !labels.get(source)?.has(tool))
      of(tool).missed++;
  const sum = { right: 0, wrong: 0, missed: 0 };
  for (const count of Object.values(counts))
    for (const key of ['right', 'wrong', 'missed'] as const) sum[key] += count[key];
  const withTool = [...toolOf.values()].filter((tool) => tool !== null).length;
  // Most sources bear no tool's marks: ordinary stacks, victims, what went astray.
  expect(withTool / packetsOf.size).toBeLessThan(0.7);
  expect(Object.keys(counts).sort()).toEqual(['Masscan', 'Mirai', 'Nmap', 'ZMap']);
  expect(sum.right).toBeGreaterThan(500);
  expect(sum.right / (sum.right + sum.wrong)).toBeGreaterThanOrEqual(0.999);
  expect(sum.right / (sum.right + sum.missed)).toBeGreaterThanOrEqual(0.99);
});
