/**
 * Where the time of the engine goes: the same capture through more and more of its stages in one process. Prints one JSON
 * line: nanoseconds a packet of each stage beyond the one before, the median of five rounds after one that warms up.
 */
import { performance } from 'node:perf_hooks';
import { CaptureFile } from '../../../dist/sensor/capture/capture-file.js';
import { Decoder } from '../../../dist/sensor/decode/decoder.js';
import { matchFingerprints } from '../../../dist/sensor/fingerprint/index.js';
import { FlowTable } from '../../../dist/sensor/flow/flow-table.js';
import { createPacketBatch } from '../../../dist/shared/packet-batch.js';

const STAGES = ['read and split', 'decode', 'rules', 'flow table', 'flows as columns'];
const ROUNDS = 5;
const file = process.argv[2];

const totals = STAGES.map(() => []);
for (let round = 0; round <= ROUNDS; round++) {
  for (let depth = 0; depth < STAGES.length; depth++) {
    const started = performance.now();
    const packets = await run(depth);
    if (round > 0) totals[depth].push(((performance.now() - started) * 1e6) / packets);
  }
}
const medians = totals.map((values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]);
console.log(JSON.stringify(STAGES.map((name, at) => ({ name, nanoseconds: medians[at] - (medians[at - 1] ?? 0) }))));

async function run(depth) {
  const capture = new CaptureFile(file);
  await capture.open();
  const decoder = new Decoder();
  const [ipv4, ipv6] = [createPacketBatch(4), createPacketBatch(6)];
  const table = new FlowTable({ family: 4, seed: 1, onRows: depth > 3 ? () => undefined : null });
  let packets = 0;
  for (let records = await capture.next(); records !== null; records = await capture.next()) {
    packets += records.length;
    if (depth === 0) continue;
    ipv4.length = 0;
    ipv6.length = 0;
    decoder.decode(records, ipv4, ipv6);
    if (depth > 1) matchFingerprints(ipv4, records.view);
    if (depth > 2) table.add(ipv4);
  }
  table.empty();
  await capture.close();
  return packets;
}
