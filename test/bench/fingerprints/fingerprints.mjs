/**
 * What the rules cost, and how often chance matches them.
 *
 *   npm run build:programs && node test/bench/fingerprints/fingerprints.mjs [PACKETS]
 *
 * Cost: the same capture is read, decoded and summed to flows without rules, with those of single packets, and with pairs
 * and evidence as well, by turns in one run. CPU time, since the machine may be busy. Chance: PACKETS (10 million) packets
 * with random headers, of which as many as may be are such that a rule is asked about them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CaptureFile } from '../../../dist/sensor/capture/capture-file.js';
import { Decoder } from '../../../dist/sensor/decode/decoder.js';
import { matchFingerprints } from '../../../dist/sensor/fingerprint/index.js';
import { SourceMemory } from '../../../dist/sensor/fingerprint/source-memory.js';
import { FlowTable } from '../../../dist/sensor/flow/flow-table.js';
import { createPacketBatch } from '../../../dist/shared/packet-batch.js';
import { makeCapture } from '../engine/make-capture.mjs';
import { measureChance } from './chance.mjs';
import { makeScans } from './made-scans.mjs';

const PACKETS = 500_000;
const TURNS = 25;
const STAGES = ['no rules', 'single packets', 'pairs, evidence'];

/** CPU seconds of the capture through the engine as far as flows. */
async function run(path, depth) {
  const capture = new CaptureFile(path);
  await capture.open();
  const decoder = new Decoder();
  const [ipv4, ipv6] = [createPacketBatch(4), createPacketBatch(6)];
  const table = new FlowTable({ family: 4, seed: 1, onRows: () => undefined });
  const memory = new SourceMemory({ seed: 1, onEvidence: () => undefined });
  const before = process.cpuUsage();
  for (let records = await capture.next(); records !== null; records = await capture.next()) {
    ipv4.length = ipv6.length = 0;
    decoder.decode(records, ipv4, ipv6);
    if (depth > 0) matchFingerprints(ipv4, records.view);
    if (depth > 1) memory.match(ipv4, records.view);
    table.add(ipv4);
  }
  table.empty();
  memory.flush();
  const { user, system } = process.cpuUsage(before);
  await capture.close();
  return (user + system) / 1e6;
}

async function measureCost(name, path) {
  const turns = STAGES.map(() => []);
  for (let turn = -1; turn < TURNS; turn++)
    for (let depth = 0; depth < STAGES.length; depth++) {
      const seconds = await run(path, depth);
      if (turn >= 0) turns[depth].push(seconds);
    }
  // The least, not the median: what else runs on the machine takes the caches, and makes turns slower and never faster.
  const least = turns.map((all) => Math.min(...all));
  console.log(`\n${name}: ${PACKETS.toLocaleString('en')} packets, least of ${TURNS} turns`);
  for (const [depth, stage] of STAGES.entries()) {
    const slower = least[depth] / least[0] - 1;
    const nanoseconds = (least[depth] / PACKETS) * 1e9;
    console.log(
      `  ${stage.padEnd(16)} ${nanoseconds.toFixed(0).padStart(5)} ns a packet  ${slower < 0 ? '' : '+'}${(slower * 100).toFixed(1)} %`,
    );
  }
  return 1 - least[0] / least.at(-1);
}

const folder = mkdtempSync(join(tmpdir(), 'kurayami-fingerprints-'));
try {
  const paths = [join(folder, 'random.pcap'), join(folder, 'scans.pcap')];
  makeCapture(paths[0], PACKETS);
  makeScans(paths[1], PACKETS);
  const losses = [];
  losses.push(await measureCost('a source for every packet, no tool', paths[0]));
  losses.push(await measureCost('simulated background', paths[1]));
  for (const loss of losses) console.log(`speed lost: ${(loss * 100).toFixed(1)} %`);
} finally {
  rmSync(folder, { recursive: true });
}
measureChance(Number(process.argv[2] ?? 10_000_000));
