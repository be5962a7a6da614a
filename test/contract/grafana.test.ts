/** Every query of the dashboard runs against a real InfluxDB that the mirror filled, and gives data. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { healthPoints } from '../../server/ingest/health-points.ts';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import { SeriesMirror } from '../../server/store/influx/series-mirror.ts';
import { parseSeriesTarget } from '../../server/store/influx/target.ts';
import { SeriesDimension, type SeriesDimensionName } from '../../server/store/ingest-commit.ts';
import type { HealthPoint } from '../../server/store/outbox.ts';
import { ingestCommit, ledgerState, type TestSeriesRow } from '../support/commits.ts';
import { testFolder } from '../support/folders.ts';
import { influxInstalled, startInflux } from '../support/influxdb.ts';

interface Dashboard {
  panels: { title: string; targets?: { query: string }[] }[];
}
const file = fileURLToPath(new URL('../../config/grafana/dashboards/kurayami.json', import.meta.url));
const dashboard = JSON.parse(readFileSync(file, 'utf8')) as Dashboard;

test('every measurement is on the dashboard', () => {
  const text = JSON.stringify(dashboard);
  const missing = [...Object.keys(SeriesDimension), 'health'].filter((name) => !text.includes(`kurayami_${name}`));
  expect(missing).toEqual([]);
});

const keys: Record<SeriesDimensionName, number> = {
  total: 0,
  class: 1,
  protocol: 6,
  port: 6 * 65_536 + 23,
  country: 0x4a50,
  sensor: 1,
  network: 64_500,
  tag: 3,
  radiation: 1,
};

/** A minute with everything, watched for three quarters of it, and what is distinct in the bins around it. */
function everything(bin: number) {
  const none = { packets: 0, bytes: 0, flows: 0 };
  const series = (Object.keys(keys) as SeriesDimensionName[]).flatMap((dimension): TestSeriesRow[] => {
    const row = { dimension, key: keys[dimension], sources: 3, targets: 2 };
    const above = ([300, 3600, 86_400] as const).map((resolution) => ({
      ...row,
      ...none,
      resolution,
      bin: bin - (bin % resolution),
    }));
    return [{ ...row, bin, packets: 6 }, ...above];
  });
  const watches = [{ session: 0, sensor: 1, epoch: 1, fromSeconds: bin, toSeconds: bin + 45, addresses: 256 }];
  return ingestCommit({ series, watches });
}

/** Every field that sensors have, with one value. */
function healthPoint(seconds: number, value: number) {
  const channel = { sensor: { id: 1 }, session: { id: 0 }, peer: null, health: null, lastHeardMilliseconds: 0 };
  const [{ fields }] = healthPoints([channel as never], [ledgerState(0, 1, 7)], 0) as [HealthPoint];
  return { sensor: 1, seconds, fields: Object.fromEntries(Object.keys(fields).map((name) => [name, value])) };
}

test.skipIf(!influxInstalled())('every query of the dashboard gives data', { timeout: 60_000 }, async () => {
  const folder = await testFolder();
  const influx = await startInflux();
  onTestFinished(() => influx.remove());
  const stores = await openDuckDbStoresInThread(folder, { mirror: 'grafana' });
  const target = parseSeriesTarget(`influxdb:${influx.url}/kurayami`);
  const refusedFile = join(folder, 'refused');
  const mirror = new SeriesMirror({ target, outbox: stores.outbox, refusedFile, pollSeconds: 0.02 });
  onTestFinished(async () => {
    await mirror.stop(1);
    await stores.close();
  });
  const bin = Math.floor(Date.now() / 60_000) * 60 - 300;
  await stores.flows.commit(everything(bin));
  await stores.compact();
  // Two minutes of a sensor: what is counted is shown as a difference.
  mirror.followHealth(() => [7, 9].map((value, at) => healthPoint(bin + at * 60, value)));
  mirror.start();
  await vi.waitFor(async () => expect(await stores.outbox.pendingBins()).toBe(0), { timeout: 20_000 });
  const span = `time > ${bin - 90_000}s AND time < ${bin + 3600}s`;
  for (const { title, targets = [] } of dashboard.panels) {
    for (const { query } of targets) {
      const asked = query.replaceAll('$timeFilter', span).replaceAll('$__interval', '1m');
      const values = (await influx.query(asked, 'kurayami'))
        .flatMap((row) => Object.entries(row))
        .filter(([name, value]) => name !== 'time' && typeof value === 'number')
        .map(([, value]) => value);
      expect(values.length, `${title}: ${asked}`).toBeGreaterThan(0);
      if (title === 'Packets an address and hour') expect(values).toEqual([(6 / 256) * (3600 / 45)]);
    }
  }
});
