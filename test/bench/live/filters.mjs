/**
 * What a filter of viewers costs for each flow, beside what all flows cost without: the same batches in one run, in turns.
 * `npm run build:programs && node test/bench/live/filters.mjs`
 */

import { TargetSlots } from '../../../dist/server/enrich/target-slots.js';
import { LiveFilter } from '../../../dist/server/live/live-filter.js';
import { LiveSession } from '../../../dist/server/live/live-session.js';
import { makeStreaks } from '../../../dist/server/live/streak-maker.js';
import { planFlowFilter } from '../../../dist/shared/filter/flow-plan.js';
import { parseFilter } from '../../../dist/shared/filter/index.js';
import { createFlowBatch } from '../../../dist/shared/flow-batch.js';

const ROWS = 5_000;
const ROUNDS = 400;
const record = { id: 0, kind: 'live', name: '', sensor: null, arrivedSeconds: 0, firstSeconds: 0, packets: 0 };
const slots = new TargetSlots(new Uint8Array(32).fill(7), ['198.51.0.0/16']);
const places = { fill: () => undefined };
const countries = ['CN', 'US', 'JP', 'BR', 'KR', 'DE', 'FR', 'RU'];
const ports = [23, 22, 80, 443, 8080, 3389, 445, 6379];

function batchAt(second) {
  const batch = createFlowBatch(4, ROWS);
  for (let row = 0; row < ROWS; row++) {
    const country = countries[(row * 7) % 8];
    batch.interval[row] = second;
    batch.source[row] = Math.imul(row + second, 0x9e3779b1) >>> 0;
    batch.target[row] = 0xc633_0000 + (Math.imul(row, 40_503) & 0xffff);
    batch.packets[row] = 1;
    batch.wireBytes[row] = 60;
    batch.protocol[row] = row % 5 === 0 ? 17 : 6;
    batch.class[row] = row % 5 === 0 ? 5 : 1;
    batch.targetPort[row] = ports[(row * 3) % 8];
    batch.country[row] = (country.charCodeAt(0) << 8) | country.charCodeAt(1);
  }
  batch.length = ROWS;
  return batch;
}
const batches = Array.from({ length: 60 }, (_, second) => batchAt(second));

function filterOf(text) {
  return new LiveFilter(text, planFlowFilter(parseFilter(text), { sensor: () => 1 }));
}
const long = Array.from({ length: 40 }, (_, at) => `dst port ${at + 1_000}`).join(' or ');
const cases = [
  ['dst port 23', ['dst port 23']],
  ['country CN and tcp and dst port 23', ['country CN and tcp and dst port 23']],
  ['tcp (matches 4 of 5)', ['tcp']],
  ['not port 1 (matches all)', ['not port 1']],
  ['40 ports (matches none)', [long]],
  ['16 filters, one port each', ports.flatMap((port) => [`tcp dst port ${port}`, `udp dst port ${port}`])],
];

function microsecondsOf(work) {
  const begin = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round++) work(batches[round % 60]);
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / (ROUNDS * ROWS);
}

const session = new LiveSession(record, { packets: 0, flows: 0, bytes: 0, unknownPlacePackets: 0 }, 0);
const all = (batch) => makeStreaks(batch, slots, places);
const counted = (batch) => session.add(batch);
for (const [name, texts] of cases) {
  const filters = texts.map(filterOf);
  const filtered = (batch) => {
    for (const filter of filters) makeStreaks(filter.take(batch, session, false), slots, places);
  };
  for (const work of [counted, all, filtered]) microsecondsOf(work);
  const [session_, plain, cost] = [microsecondsOf(counted), microsecondsOf(all), microsecondsOf(filtered)];
  const nanoseconds = (value) => String(Math.round(value * 1000)).padStart(5);
  console.log(
    `${name.padEnd(40)} session ${nanoseconds(session_)} ns  all streaks ${nanoseconds(plain)} ns  filtered ${nanoseconds(cost)} ns  ratio ${(cost / (session_ + plain)).toFixed(2)}`,
  );
}
