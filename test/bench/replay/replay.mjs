/**
 * How soon a replay gets what it asks for: `npm run bench:replay -- [--flows N] [--rate FLOWS-A-SECOND] [--folder DIR]`.
 * Fills a store with a live session, seeks to random moments, then plays at 60× for a while, and holds what was offered
 * against a count of the store by plain SQL. Runs what `npm run build:programs` made. Ratios say more than the clock.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDuckDbStoresInThread } from '../../../dist/server/store/duckdb/core.js';
import { MadeFlows } from '../stores/made-flows.mjs';
import { countInFiles } from './count-in-files.mjs';

const { values } = parseArgs({
  options: {
    flows: { type: 'string', default: '5000000' },
    rate: { type: 'string', default: '2500' },
    seeks: { type: 'string', default: '20' },
    stretches: { type: 'string', default: '40' },
    folder: { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(`npm run bench:replay -- [--flows N] [--rate R] [--seeks N] [--stretches N] [--folder DIR]

  --flows N      in the store (5000000; a day of a large telescope is 216000000: about 10 minutes and 3.3 GB of disk)
  --rate R       flows a second of capture time (2500)
  --seeks N      random moments that are asked for, at each speed (20)
  --stretches N  of 120 s, played one after the other (40)
  --folder DIR   keeps the store there, and takes it as it is the next time

  npm run bench:replay -- --flows 216000000 --folder /var/tmp/replay`);
  process.exit(0);
}
const [flows, rate, seeks, stretches] = [values.flows, values.rate, values.seeks, values.stretches].map(Number);
const BEGIN = 1_700_049_600;
const end = BEGIN + flows / rate;
const ROWS = 100_000;
const MOST = 60_000;
/** How fast it is played, and the seconds of a stretch then: as viz/replay/speeds.ts has them. */
const SPEEDS = [
  { speed: 1, grid: 10 },
  { speed: 60, grid: 120 },
  { speed: 1_000, grid: 2_040 },
];
const PLAYED = SPEEDS[1].grid;
/** Of the scene: what began so long before a moment may still fly then. */
const LIFE_SECONDS = 3.02;

const folder = values.folder || (await mkdtemp(join(tmpdir(), 'kurayami-bench-')));
const stores = await openDuckDbStoresInThread(folder);
const print = (line) => process.stdout.write(`${line}\n`);
const memoryOf = () => Math.round(process.memoryUsage().rss / 1024 ** 2);

/** One made stretch after the other, straight through the store's commit. */
async function fill() {
  const columns = [
    'resolution',
    'dimension',
    'session',
    'bin',
    'key',
    'packets',
    'bytes',
    'flows',
    'sources',
    'targets',
  ];
  const series = { length: 0, ...Object.fromEntries(columns.map((name) => [name, new Float64Array(0)])) };
  const made = new MadeFlows(1);
  // A server lists a session that has a record.
  const { id: sensor } = await stores.catalog.sensor('bench', null);
  await stores.catalog.session({ kind: 'live', name: 'live', sensor, epoch: 1 });
  for (let stored = 0; stored < flows; stored += ROWS) {
    const rows = Math.min(ROWS, flows - stored);
    const batch = made.batch(rows, BEGIN + stored / rate, BEGIN + (stored + rows) / rate);
    batch.sensor.fill(sensor);
    for (let row = 0; row < rows; row++) {
      batch.country[row] = 0x4141 + ((batch.source[row] >>> 24) % 26) + 256 * ((batch.source[row] >>> 16) % 10);
      batch.radiation[row] = 1 + (batch.source[row] % 14);
    }
    await stores.flows.commit({ flows: [batch], series, positions: [], ledgers: [] });
    if (stored % 10_000_000 === 0) console.error(`… ${stored} flows are stored`);
  }
  await stores.seal(true);
}

async function timed(ask) {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  const answer = await ask();
  const used = process.cpuUsage(cpu);
  return { answer, milliseconds: performance.now() - began, cpu: (used.user + used.system) / 1000 };
}

const stretch = (from, seconds, isBrief = false) =>
  stores.flows.stretch({ session: 0, fromSeconds: from, toSeconds: from + seconds, most: MOST, isBrief });
/** All stretches that the picture of a moment is made of, the one of the moment first, with all figures, as pages want them; all at once, where a server takes turns. */
async function seekTo(moment, speed, grid) {
  const first = Math.floor(Math.max(BEGIN, moment - LIFE_SECONDS * speed) / grid);
  const last = Math.floor(moment / grid);
  const asked = [];
  for (let index = last; index >= first; index--) asked.push(stretch(index * grid, grid, index < last));
  return await Promise.all(asked);
}
const quantile = (numbers, share) =>
  numbers.sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(share * numbers.length))];
const round = (number) => number.toFixed(0);
/** Same moments each time. */
let state = 7;
function random() {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
  return state / 2 ** 31;
}

print(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}\n`);
if ((await stores.flows.sum(0)).flows === 0) await fill();
// A store of an earlier run may lack summaries.
await stores.seal(true);
const { fileBytes, summaryBytes, files } = await stores.flows.state();
print(
  `${flows} flows at ${rate} a second, ${files} files, ${round(fileBytes / 1e6)} MB, and summaries of ${round(summaryBytes / 1e6)} MB\n`,
);

print(
  '| seek to a random moment at | stretches | their flows | of these sent | median, ms | p95, ms | CPU, ms | plain SQL over its files, ms | ratio |',
);
print('| --- | --: | --: | --: | --: | --: | --: | --: | --: |');
for (const { speed, grid } of SPEEDS.filter((each) => BEGIN + each.grid < end)) {
  const [times, cpu, plain] = [[], [], []];
  let [offered, sent, most] = [0, 0, 0];
  for (let seek = 0; seek < seeks; seek++) {
    const moment = BEGIN + random() * (end - BEGIN);
    const asked = await timed(() => seekTo(moment, speed, grid));
    const last = (Math.floor(moment / grid) + 1) * grid;
    const first = last - asked.answer.length * grid;
    const counted = await timed(() => countInFiles(folder, first, last));
    offered = asked.answer.reduce((sum, each) => sum + each.offered, 0);
    sent = asked.answer.flatMap((each) => each.flows).reduce((sum, { length }) => sum + length, 0);
    most = Math.max(most, asked.answer.length);
    if (offered !== counted.answer) throw new Error(`BROKEN: ${offered} of ${counted.answer} flows`);
    times.push(asked.milliseconds);
    cpu.push(asked.cpu);
    plain.push(counted.milliseconds);
  }
  const [median, sql] = [quantile(times, 0.5), quantile(plain, 0.5)];
  print(
    `| ${speed}× | up to ${most} of ${grid} s | ${offered} | ${sent} | ${round(median)} | ${round(quantile(times, 0.95))} | ${round(quantile(cpu, 0.5))} | ${round(sql)} | ${(median / sql).toFixed(1)} |`,
  );
}

const sums = { offered: 0, sent: 0, sampledOut: 0, filteredOut: 0 };
const memory = [];
const began = performance.now();
let played = 0;
for (let at = BEGIN; at < end && played < stretches; at += PLAYED, played++) {
  const { offered, figures, flows: given } = await stretch(at, PLAYED);
  const sent = given.reduce((sum, { length }) => sum + length, 0);
  sums.offered += offered;
  sums.sent += sent;
  sums.sampledOut += figures.flows - sent;
  sums.filteredOut += offered - figures.flows;
  memory.push(memoryOf());
}
const seconds = (performance.now() - began) / 1000;
const counted = await countInFiles(folder, BEGIN, Math.min(end, BEGIN + played * PLAYED));
const isExact = counted === sums.offered && sums.offered === sums.sent + sums.sampledOut + sums.filteredOut;
print(
  `\nplayed ${played} stretches of 120 s one after the other: ${((played * PLAYED) / seconds).toFixed(0)}× if nothing is waited for`,
);
print(`${isExact ? 'exact' : 'BROKEN'}: ${JSON.stringify(sums)}, ${counted} flows in the files`);
print(
  `memory: ${memory[0]} MiB after the first, ${Math.max(...memory.slice(memory.length >> 1))} MiB at most in the second half`,
);
await stores.close();
if (values.folder === '') await rm(folder, { recursive: true });
process.exit(isExact ? 0 : 1);
