/**
 * Writing series to a real InfluxDB 1.x: our mirror, from points to lines to the server's answer, against npm's influx alone on
 * the same points. In turn, each into a database of its own.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FieldType, InfluxDB } from 'influx';
import { SeriesMirror } from '../../../dist/server/store/influx/series-mirror.js';
import { parseSeriesTarget } from '../../../dist/server/store/influx/target.js';

const [HTTP_PORT, RPC_PORT] = [18_186, 18_188];
const URL_TEXT = `http://127.0.0.1:${HTTP_PORT}`;
const KEYS = 800;
const MINUTES = 250;
const ROUNDS = 3;
const BATCH = 5_000;
const PORT_DIMENSION = 3;
const FIELDS = ['packets', 'bytes', 'flows', 'sources', 'targets'];

const folder = mkdtempSync(join(tmpdir(), 'kurayami-bench-'));
const points = madePoints();
const times = { mirror: [], influx: [] };
const server = await startInflux();
try {
  for (let round = 0; round < ROUNDS; round++) {
    times.mirror.push(await timed(() => writeByMirror(`mirror${round}`)));
    times.influx.push(await timed(() => writeByInflux(`influx${round}`)));
  }
} finally {
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  rmSync(folder, { recursive: true });
}
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const rate = (name) => points.length / median(times[name].map(({ seconds }) => seconds)) / 1000;
const cpu = (name) => (median(times[name].map(({ processor }) => processor)) / points.length) * 1e6;
console.log(`| ${points.length} points, ${KEYS} series, 5 fields | thousand points/s | processor µs a point, client |`);
console.log('| --- | --: | --: |');
console.log(`| our mirror | ${rate('mirror').toFixed(0)} | ${cpu('mirror').toFixed(2)} |`);
console.log(`| npm influx, ${BATCH} points a request | ${rate('influx').toFixed(0)} | ${cpu('influx').toFixed(2)} |`);
console.log(
  `| ratio | ${(rate('mirror') / rate('influx')).toFixed(2)} × | ${(cpu('influx') / cpu('mirror')).toFixed(2)} × |\n`,
);

/** Minutes of yesterday, one point a port. */
function madePoints() {
  const begin = Math.floor(Date.now() / 60_000) * 60 - 86_400;
  return Array.from({ length: KEYS * MINUTES }, (_, at) => ({
    resolution: 60,
    session: 0,
    bin: begin + Math.floor(at / KEYS) * 60,
    dimension: PORT_DIMENSION,
    key: 6 * 65_536 + (at % KEYS),
    packets: 1_000 + (at % 977),
    bytes: 60_000 + (at % 9_973),
    flows: 900 + (at % 811),
    sources: 100 + (at % 89),
    targets: 50 + (at % 47),
    coverage: null,
  }));
}

async function timed(work) {
  const [began, used] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(used);
  return { seconds: (performance.now() - began) / 1000, processor: (user + system) / 1e6 };
}

/** Until nothing waits any more. */
async function writeByMirror(database) {
  const perBin = new Map();
  for (let first = 0; first < points.length; first += KEYS)
    perBin.set(points[first].bin, points.slice(first, first + KEYS));
  let waiting = [...perBin.keys()].map((bin) => ({ resolution: 60, session: 0, bin, generation: 1 }));
  const outbox = {
    async pending(limit) {
      const bins = waiting.slice(0, limit);
      return { bins, points: bins.flatMap(({ bin }) => perBin.get(bin)) };
    },
    async done(bins) {
      waiting = waiting.filter((bin) => !bins.includes(bin));
    },
    pendingBins: async () => waiting.length,
    memory: async () => ({ startSeconds: null, firstSeconds: null }),
    noteStart: async () => undefined,
  };
  const mirror = new SeriesMirror({
    target: parseSeriesTarget(`influxdb:${URL_TEXT}/${database}`),
    credentials: null,
    outbox,
    refusedFile: join(folder, 'refused.txt'),
  });
  mirror.start();
  while (waiting.length > 0) await new Promise((resolve) => setTimeout(resolve, 2));
  const { linesWritten } = mirror.stats();
  await mirror.stop(1);
  if (linesWritten !== points.length) throw new Error(`${linesWritten} of ${points.length} lines were written`);
}

async function writeByInflux(database) {
  const schema = [
    {
      measurement: 'kurayami_port',
      fields: Object.fromEntries(FIELDS.map((name) => [name, FieldType.INTEGER])),
      tags: ['port', 'protocol'],
    },
  ];
  const influx = new InfluxDB({ host: '127.0.0.1', port: HTTP_PORT, database, schema });
  await influx.createDatabase(database);
  for (let first = 0; first < points.length; first += BATCH) {
    const batch = points.slice(first, first + BATCH).map((point) => ({
      measurement: 'kurayami_port',
      tags: { port: String(point.key & 0xffff), protocol: 'tcp' },
      fields: Object.fromEntries(FIELDS.map((name) => [name, point[name]])),
      timestamp: point.bin,
    }));
    await influx.writePoints(batch, { precision: 's' });
  }
}

async function startInflux() {
  const path = (name) => JSON.stringify(join(folder, name));
  const file = join(folder, 'influxdb.conf');
  writeFileSync(
    file,
    `reporting-disabled = true
bind-address = "127.0.0.1:${RPC_PORT}"
[meta]
  dir = ${path('meta')}
[data]
  dir = ${path('data')}
  wal-dir = ${path('wal')}
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:${HTTP_PORT}"
  log-enabled = false
[monitor]
  store-enabled = false
`,
  );
  const child = spawn('influxd', ['-config', file], { stdio: 'ignore' });
  const until = Date.now() + 30_000;
  while (Date.now() < until) {
    const answer = await fetch(`${URL_TEXT}/ping`).catch(() => null);
    if (answer?.ok) return child;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill('SIGKILL');
  throw new Error('influxd does not start: is it installed (apt-get install influxdb)?');
}
