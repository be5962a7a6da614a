/** From packets to labels: what the simulator says who sent, and what the server calls them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask, ledgerAtRest } from '../support/api.ts';
import { testFolder } from '../support/folders.ts';
import { addressOf, interrupt, program, runProgram } from '../support/program.ts';

interface Actor {
  kind: string;
  sources: string[];
  packets: number;
}
interface Label {
  tool: string;
  kind: 'tool' | 'hint';
  state: 'label' | 'possible' | 'hint';
  matched: number;
  evidence: { bytes: string }[];
}

const TOOLS: Readonly<Record<string, string>> = { mirai: 'Mirai', masscan: 'Masscan', zmap: 'ZMap', nmap: 'Nmap' };
/** Of each kind of actor. */
const MOST_ASKED = 8;
/** Fewer prove nothing, with some of the rules. */
const LEAST_PACKETS = 4;

test('tools get their name with packets that prove it, and nobody else does; the evidence is in the ledger', {
  timeout: 240_000,
}, async () => {
  const folder = await testFolder();
  const [capture, truth, data] = ['a.pcap', 'a.ndjson', 'data'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await program(['simulate', '--duration', '30', '--seed', '3', '--out', capture, '--truth', truth]);
  const actors = (await readFile(truth, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Actor);
  const running = runProgram(['start', '--port', '0', '--data', data, '--read', capture, '--speed', 'max']);
  const url = await addressOf(running, 60_000);
  const ledger = await ledgerAtRest(url, 90_000);
  const matched = ledger.stored.find(({ sum }) => sum.startsWith('evidenceMatched'))!;
  expect(matched).toMatchObject({ holds: true, inFlight: 0 });
  expect(matched.left).toBeGreaterThan(1_000);

  const asked = new Map<string, number>();
  for (const { kind, sources, packets } of actors) {
    const count = asked.get(kind) ?? 0;
    if (sources.length !== 1 || packets < LEAST_PACKETS || count >= MOST_ASKED) continue;
    asked.set(kind, count + 1);
    const { labels } = await ask<{ labels: Label[] }>(url, `sources/${sources[0]}`);
    const named = labels.filter(({ state }) => state === 'label');
    const tool = TOOLS[kind];
    if (tool === undefined && kind !== 'research') expect(named, `${kind} ${sources[0]}`).toEqual([]);
    if (tool === undefined) continue;
    expect(
      named.map((label) => label.tool),
      `${kind} ${sources[0]}`,
    ).toContain(tool);
    expect(new Set(named.map((label) => label.tool)).size).toBe(1);
    for (const { evidence } of named) {
      expect(evidence.length).toBeGreaterThan(1);
      // A viewer asks: every target address is kept back.
      for (const { bytes } of evidence) expect(bytes.slice(32, 40)).toBe('xxxxxxxx');
    }
  }
  for (const kind of Object.keys(TOOLS)) expect(asked.get(kind), kind).toBeGreaterThan(0);
  await interrupt(running);
});
