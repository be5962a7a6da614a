/**
 * What a flow costs the store, and how many bytes it takes once sealed:
 * `node test/bench/stores/flows.mjs [--flows N] [--rows ROWS-A-COMMIT] [--rate FLOWS-A-SECOND]`.
 * Runs what `npm run build:programs` made. CPU time and ratios say more than the clock.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDuckDbStoresInThread } from '../../../dist/server/store/duckdb/core.js';
import { syntheticFlows } from './synthetic-flows.mjs';

const { values } = parseArgs({
  options: {
    flows: { type: 'string', default: '2000000' },
    rows: { type: 'string', default: '100000' },
    rate: { type: 'string', default: '600' },
    session: { type: 'string', default: '0' },
  },
});
const [flows, rows, flowsPerSecond, session] = [values.flows, values.rows, values.rate, values.session].map(Number);
const noSeries = Object.fromEntries(
  ['resolution', 'dimension', 'session', 'bin', 'key', 'packets', 'bytes', 'flows'].map((name) => [
    name,
    new Float64Array(0),
  ]),
);

const folder = await mkdtemp(join(tmpdir(), 'kurayami-bench-'));
const stores = await openDuckDbStoresInThread(folder);
let clock = 0;
let cpu = 0;
let longest = 0;
let sequence = 0;
const batches = syntheticFlows({ rows, flowsPerSecond, beginSeconds: 1_700_049_600, session });
for (let stored = 0; stored < flows; stored += rows) {
  const { value: batch } = batches.next();
  const [begin, cpuBegin] = [performance.now(), process.cpuUsage()];
  const positions = [{ sensor: 1, epoch: 1, sequence: sequence++ }];
  await stores.flows.commit({ flows: [batch], series: { length: 0, ...noSeries }, positions, ledgers: [] });
  const millis = performance.now() - begin;
  const used = process.cpuUsage(cpuBegin);
  clock += millis;
  cpu += used.user + used.system;
  longest = Math.max(longest, millis);
}
const print = (line) => process.stdout.write(`${line}\n`);
print(
  `commits of ${rows}: ${Math.round((flows / clock) * 1000)} rows/s, ${(cpu / flows).toFixed(2)} µs CPU a row, longest ${longest.toFixed(0)} ms`,
);

const sealBegin = process.cpuUsage();
const clockBegin = performance.now();
const tables = await stores.seal(true);
const sealed = process.cpuUsage(sealBegin);
const fileBytes = (await stores.flows.state()).fileBytes;
const micros = (sealed.user + sealed.system) / flows;
print(
  `sealed at the end: ${tables} tables in ${(performance.now() - clockBegin).toFixed(0)} ms, ${micros.toFixed(2)} µs CPU a row; all ${flows} flows take ${(fileBytes / flows).toFixed(1)} bytes each`,
);
print(`highest memory: ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);

const at = 1_700_049_600 + flows / flowsPerSecond / 2;
const questions = {
  'a page of 1,000': () => stores.flows.flows({ session, fromSeconds: 0, toSeconds: 4e9, limit: 1000 }),
  'a page of 1,000 from the middle': () =>
    stores.flows.flows({ session, fromSeconds: at, toSeconds: 4e9, limit: 1000 }),
  'top 10 sources': () => stores.flows.topSources({ session, fromSeconds: 0, toSeconds: 4e9, limit: 10 }),
  'the account': () => stores.flows.account(session),
};
for (const [name, ask] of Object.entries(questions)) {
  const begin = performance.now();
  const cpuBegin = process.cpuUsage();
  await ask();
  const used = process.cpuUsage(cpuBegin);
  print(
    `${name}: ${(performance.now() - begin).toFixed(0)} ms, ${Math.round((used.user + used.system) / 1000)} ms CPU`,
  );
}
await stores.close();
await rm(folder, { recursive: true });
