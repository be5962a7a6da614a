/** The mirror against a real InfluxDB: what stands there in the end is what stands in the store, whatever happens on the way. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import type { DuckDbStores } from '../../server/store/duckdb/operations.ts';
import { InfluxSeriesStore } from '../../server/store/influx/influx-series-store.ts';
import { type MirrorOptions, SeriesMirror } from '../../server/store/influx/series-mirror.ts';
import { parseSeriesTarget, type SeriesTarget } from '../../server/store/influx/target.ts';
import { ingestCommit, NOON_SECONDS, type TestSeriesRow } from '../support/commits.ts';
import { eventually } from '../support/eventually.ts';
import { testFolder } from '../support/folders.ts';
import { influxInstalled, startInflux, type TestInflux } from '../support/influxdb.ts';

const LIVE_SECONDS = Math.floor(Date.now() / 3600_000) * 3600 - 3600;
let databases = 0;

describe.skipIf(!influxInstalled())('the mirror in a real InfluxDB', () => {
  let influx: TestInflux;
  let target: SeriesTarget;
  beforeAll(async () => {
    influx = await startInflux();
  }, 40_000);
  afterAll(async () => await influx?.remove());
  beforeEach(async () => {
    await influx.start();
    target = parseSeriesTarget(`influxdb:${influx.url}/test${++databases}`);
  });

  /** Stores with a mirror that is quick, both closed at the end of the test. */
  async function open(options: Partial<MirrorOptions> = {}, keepSeconds = Number.POSITIVE_INFINITY) {
    const folder = await testFolder();
    const stores = await openDuckDbStoresInThread(folder, {
      mirror: 'test',
      keepSeries: { 1: keepSeconds },
    });
    const refusedFile = join(folder, 'refused.txt');
    const quick = { pollSeconds: 0.02, retrySeconds: 0.5 };
    const mirror = new SeriesMirror({ target, outbox: stores.outbox, refusedFile, ...quick, ...options });
    onTestFinished(async () => {
      await mirror.stop(1);
      await stores.close();
    });
    return { stores, mirror, refusedFile };
  }

  async function settled(stores: DuckDbStores): Promise<void> {
    await vi.waitFor(async () => expect(await stores.outbox.pendingBins()).toBe(0), { timeout: 15_000, interval: 20 });
  }

  const sums = (time: number, outageSeconds: number) => ({ time, flows: 1, addressesWatched: 0, outageSeconds });
  const second = (at: number, packets: number): TestSeriesRow => ({ resolution: 1, bin: LIVE_SECONDS + at, packets });

  test('makes the database and its policies, and writes whole numbers', async () => {
    const { stores, mirror } = await open();
    mirror.start();
    await stores.flows.commit(ingestCommit({ series: [second(0, 5), { session: 3, bin: NOON_SECONDS, packets: 7 }] }));
    await settled(stores);
    const policies = await influx.query(`SHOW RETENTION POLICIES ON "${target.database}"`);
    const named = Object.fromEntries(policies.map(({ name, duration }) => [name, duration]));
    expect(named).toMatchObject({ live_1s: '168h0m0s', live_1m: '17520h0m0s', live_1d: '0s', sessions: '0s' });
    const fields = await influx.query(`SHOW FIELD KEYS ON "${target.database}" FROM "sessions"."kurayami_total"`);
    expect(new Set(fields.map((field) => field.fieldType))).toEqual(new Set(['integer']));
    const sessions = await influx.query(
      `SELECT * FROM "${target.database}"."sessions"."kurayami_total" WHERE "bin" = '1m'`,
    );
    expect(sessions).toEqual([
      { ...sums(NOON_SECONDS, 60), bin: '1m', session: '3', bytes: 420, packets: 7, sources: 0, targets: 0 },
    ]);
    const live = await influx.query(`SELECT * FROM "${target.database}"."live_1s"."kurayami_total"`);
    expect(live).toEqual([{ ...sums(LIVE_SECONDS, 1), bin: null, session: null, bytes: 300, packets: 5 }]);
    expect(mirror.stats()).toMatchObject({ linesRefused: 0, lastError: null });
  });

  test('writes a bin again with what stands in it now', async () => {
    const { stores, mirror } = await open();
    mirror.start();
    for (let round = 0; round < 5; round++) {
      await stores.flows.commit(ingestCommit({ series: [second(0, 2)] }));
      if (round % 2 === 0) await settled(stores);
    }
    await settled(stores);
    expect((await new InfluxSeriesStore(target).sum(0, 1)).packets).toBe(10);
  });

  test('a stop between writing and noting it changes nothing', async () => {
    let failures = 2;
    const { stores, mirror } = await open();
    const outbox = {
      ...stores.outbox,
      done: (bins: Parameters<typeof stores.outbox.done>[0]) => {
        if (failures-- > 0) return Promise.reject(new Error('stopped here'));
        return stores.outbox.done(bins);
      },
    };
    await mirror.stop(0);
    const follower = new SeriesMirror({
      target,
      outbox,
      refusedFile: '/nowhere',
      pollSeconds: 0.02,
      retrySeconds: 0.1,
    });
    onTestFinished(() => follower.stop(1));
    await stores.flows.commit(ingestCommit({ series: [second(0, 5), second(1, 6)] }));
    follower.start();
    await settled(stores);
    expect(failures).toBe(-1);
    expect(follower.stats().linesWritten).toBe(6);
    expect((await new InfluxSeriesStore(target).sum(0, 1)).packets).toBe(11);
  });

  test('a server that goes away during writes and comes back has it all', { timeout: 60_000 }, async () => {
    const { stores, mirror } = await open();
    mirror.start();
    let packets = 0;
    const commitSome = async (from: number) => {
      for (let at = from; at < from + 20; at++) {
        await stores.flows.commit(ingestCommit({ series: [second(at, at + 1), second(0, 1)] }));
        packets += at + 2;
      }
    };
    await commitSome(0);
    await influx.stop();
    await commitSome(20);
    await vi.waitFor(() => expect(mirror.stats().lastError).toMatch(/does not answer/), { timeout: 10_000 });
    expect(mirror.binsBehind).toBeGreaterThan(0);
    await vi.waitFor(() => expect(mirror.stats().pendingBins).toBeGreaterThanOrEqual(20), { timeout: 20_000 });
    await influx.start();
    await commitSome(40);
    await settled(stores);
    expect((await new InfluxSeriesStore(target).sum(0, 1)).packets).toBe(packets);
    expect((await stores.series.sum(0, 1)).packets).toBe(packets);
    await vi.waitFor(() => expect(mirror.stats().lastError).toBeNull(), { timeout: 20_000 });
    expect(mirror.binsBehind).toBe(0);
  });

  test('a database that is dropped is made again', async () => {
    const { stores, mirror } = await open();
    mirror.start();
    await stores.flows.commit(ingestCommit({ series: [second(0, 1)] }));
    await settled(stores);
    await influx.query(`DROP DATABASE "${target.database}"`);
    await stores.flows.commit(ingestCommit({ series: [second(1, 4)] }));
    await settled(stores);
    expect((await new InfluxSeriesStore(target).sum(0, 1)).packets).toBe(4);
  });

  test('a line it refuses is put aside and counted, and the rest goes on', async () => {
    // Somebody wrote this field as a float before: from then on whole numbers are refused in that shard.
    await influx.query(`CREATE DATABASE "${target.database}"`);
    await influx.query(`CREATE RETENTION POLICY "live_1s" ON "${target.database}" DURATION 7d REPLICATION 1`);
    const wrong = `kurayami_class,class=udp packets=1.5 ${LIVE_SECONDS}`;
    const write = `${influx.url}/write?db=${target.database}&rp=live_1s&precision=s`;
    expect((await fetch(write, { method: 'POST', body: wrong })).status).toBe(204);
    const { stores, mirror, refusedFile } = await open();
    mirror.start();
    const refused: TestSeriesRow = { resolution: 1, dimension: 'class', key: 5, bin: LIVE_SECONDS + 1, packets: 2 };
    await stores.flows.commit(ingestCommit({ series: [refused, second(1, 2)] }));
    await settled(stores);
    await stores.flows.commit(ingestCommit({ series: [second(2, 3)] }));
    await settled(stores);
    expect(mirror.stats()).toMatchObject({ linesRefused: 1, linesWritten: 2, pendingBins: 0, lastError: null });
    expect((await new InfluxSeriesStore(target).sum(0, 1)).packets).toBe(5);
    const aside = await readFile(refusedFile, 'utf8');
    expect(aside).toMatch(/^# .* retention policy live_1s: .*field type conflict.*dropped=1/);
    expect(aside).toContain(`kurayami_class,class=udp bytes=120i,flows=1i,packets=2i ${LIVE_SECONDS + 1}`);
  });

  test('bins older than InfluxDB keeps them are not sent, and counted', async () => {
    const { stores, mirror } = await open();
    mirror.start();
    const old: TestSeriesRow = { resolution: 1, bin: LIVE_SECONDS - 8 * 86_400, packets: 3 };
    await stores.flows.commit(ingestCommit({ series: [old, second(0, 1)] }));
    await settled(stores);
    expect(mirror.stats()).toMatchObject({ binsExpired: 1, linesRefused: 0, linesWritten: 1 });
  });

  test('what comes late for a bin that the store no longer has does not take the place of what stands there', async () => {
    const { stores, mirror } = await open({}, 86_400);
    mirror.start();
    // Before the first bins go, the store has this one whole.
    await stores.compact();
    const old: TestSeriesRow = { resolution: 1, bin: LIVE_SECONDS - 3 * 86_400, packets: 9 };
    await stores.flows.commit(ingestCommit({ series: [old] }));
    await settled(stores);
    expect((await new InfluxSeriesStore(target).sum(0, 1)).packets).toBe(9);
    await stores.compact();
    await stores.flows.commit(ingestCommit({ series: [{ ...old, packets: 1 }, second(0, 4)] }));
    await settled(stores);
    await vi.waitFor(() => expect(mirror.stats()).toMatchObject({ linesWritten: 2, binsNotWhole: 1 }), {
      timeout: 20_000,
    });
    expect((await new InfluxSeriesStore(target).sum(0, 1)).packets).toBe(13);
    await stores.compact();
    expect((await stores.series.sum(0, 1)).packets).toBe(14);
    expect(mirror.stats()).toMatchObject({ linesWritten: 2, binsNotWhole: 1 });
  });

  test('bins that the store gave up before they could be written are counted', async () => {
    const { stores, mirror } = await open({}, 86_400);
    await stores.compact();
    const old = Array.from(
      { length: 3 },
      (_, at): TestSeriesRow => ({
        resolution: 1,
        bin: LIVE_SECONDS - 3 * 86_400 + at,
        packets: 9,
      }),
    );
    await stores.flows.commit(ingestCommit({ series: [...old, second(0, 4)] }));
    await stores.compact();
    mirror.start();
    await settled(stores);
    await vi.waitFor(() => expect(mirror.stats()).toMatchObject({ linesWritten: 1, binsNotWhole: 3 }), {
      timeout: 20_000,
    });
  });

  test('unreachable at the start, nothing is lost, and stopping takes no longer than it may', async () => {
    const { stores, mirror } = await open();
    await mirror.stop(0);
    const nobody = parseSeriesTarget('influxdb:http://127.0.0.1:9/nobody');
    const lost = new SeriesMirror({ target: nobody, outbox: stores.outbox, refusedFile: '/nowhere', retrySeconds: 60 });
    lost.start();
    await stores.flows.commit(ingestCommit({ series: [second(0, 1)] }));
    await eventually(() =>
      expect(lost.stats().lastError).toMatch(/influxdb:http:\/\/127.0.0.1:9\/nobody does not answer/),
    );
    const begin = Date.now();
    await lost.stop(2);
    expect(Date.now() - begin).toBeLessThan(2500);
    expect(await stores.outbox.pendingBins()).toBe(1);
    const found = new SeriesMirror({ target, outbox: stores.outbox, refusedFile: '/nowhere', pollSeconds: 0.02 });
    found.start();
    await found.stop();
    expect((await new InfluxSeriesStore(target).sum(0, 1)).packets).toBe(1);
  });

  test('stopping drains what waits', async () => {
    const { stores, mirror } = await open({ pollSeconds: 60 });
    mirror.start();
    await vi.waitFor(() => expect(mirror.stats().lastError).toBeNull(), { timeout: 20_000 });
    for (let at = 0; at < 300; at += 100) {
      const series = Array.from({ length: 100 }, (_, row) => second(at + row, 1));
      await stores.flows.commit(ingestCommit({ series }));
    }
    await mirror.stop(20);
    expect(await stores.outbox.pendingBins()).toBe(0);
    expect((await new InfluxSeriesStore(target).sum(0, 1)).packets).toBe(300);
  });

  test('an answer that cannot be had names the server', async () => {
    const nobody = new InfluxSeriesStore(parseSeriesTarget('influxdb:http://127.0.0.1:9/nobody'));
    await expect(nobody.sum(0, 60)).rejects.toMatchObject({ name: 'StoreError', code: 'STORE_UNREACHABLE' });
    await expect(nobody.sum(0, 60)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    await expect(new InfluxSeriesStore(target).sum(0, 60)).rejects.toThrow(/database not found/);
  });
});
