/** Where the time of the engine goes: the same capture through more and more of its stages, in nanoseconds a packet. */
import { performance } from 'node:perf_hooks';
import { CaptureFile } from '../../../dist/sensor/capture/capture-file.js';
import { Decoder } from '../../../dist/sensor/decode/decoder.js';
import { fingerprints } from '../../../dist/sensor/fingerprint/index.js';
import { FlowTable } from '../../../dist/sensor/flow/flow-table.js';
import { createPacketBatch } from '../../../dist/shared/packet-batch.js';

const STAGES = ['read', 'decode', 'rules', 'flows'];

/** Nanoseconds a packet of each stage beyond the one before: the median of `rounds`. */
export async function timeStages(file, rounds = 5) {
  const totals = STAGES.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (let depth = 0; depth < STAGES.length; depth++) {
      const started = performance.now();
      const packets = await run(file, depth);
      // The first round warms up.
      if (round > 0) totals[depth].push(((performance.now() - started) * 1e6) / packets);
    }
  }
  const medians = totals.map((values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]);
  return STAGES.map((name, depth) => ({ name, nanoseconds: medians[depth] - (medians[depth - 1] ?? 0) }));
}

async function run(file, depth) {
  const capture = new CaptureFile(file);
  await capture.open();
  const decoder = new Decoder();
  const [ipv4, ipv6] = [createPacketBatch(4), createPacketBatch(6)];
  const onRows = process.env.ON ? () => undefined : null;
  const [flows4, flows6] = [4, 6].map((family) => new FlowTable({ family, seed: 1, onRows }));
  let packets = 0;
  for (let records = await capture.next(); records !== null; records = await capture.next()) {
    packets += records.length;
    if (depth === 0) continue;
    ipv4.length = 0;
    ipv6.length = 0;
    decoder.decode(records, ipv4, ipv6);
    if (depth > 1) for (const rule of fingerprints) rule.match(ipv4);
    if (depth < 3) continue;
    flows4.add(ipv4);
    flows6.add(ipv6);
  }
  flows4.empty();
  flows6.empty();
  await capture.close();
  return packets;
}
