/** The mirror against a real InfluxDB that loses what it acknowledged, and against servers that say nothing of their start. */
import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import type { DuckDbStores } from '../../server/store/duckdb/operations.ts';
import { InfluxSeriesStore } from '../../server/store/influx/influx-series-store.ts';
import { type MirrorOptions, SeriesMirror } from '../../server/store/influx/series-mirror.ts';
import { parseSeriesTarget, type SeriesTarget } from '../../server/store/influx/target.ts';
import { ingestCommit, type TestSeriesRow } from '../support/commits.ts';
import { eventually } from '../support/eventually.ts';
import { testFolder } from '../support/folders.ts';
import { influxInstalled, startInflux, type TestInflux } from '../support/influxdb.ts';
import { startFakeServer } from '../support/series-server.ts';

const LIVE_SECONDS = Math.floor(Date.now() / 3600_000) * 3600 - 3600;
const second = (at: number): TestSeriesRow => ({ resolution: 1, bin: LIVE_SECONDS + at, packets: 1 });

/** Commits of one second each, in which one packet came. */
async function commitSeconds(stores: DuckDbStores, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at++) await stores.flows.commit(ingestCommit({ series: [second(at)] }));
}

async function settled(stores: DuckDbStores): Promise<void> {
  await vi.waitFor(async () => expect(await stores.outbox.pendingBins()).toBe(0), { timeout: 15_000, interval: 20 });
}

/** Stores with a quick mirror, in a folder that may have been used before. */
async function open(target: SeriesTarget, folder: string, options: Partial<MirrorOptions> = {}) {
  const stores = await openDuckDbStoresInThread(folder, { mirror: 'test' });
  const said: string[] = [];
  const mirror = new SeriesMirror({
    target,
    outbox: stores.outbox,
    refusedFile: join(folder, 'refused.txt'),
    log: (message) => said.push(message),
    pollSeconds: 0.02,
    retrySeconds: 0.2,
    ...options,
  });
  mirror.start();
  const close = async () => {
    await mirror.stop(5);
    await stores.close();
  };
  onTestFinished(close);
  return { stores, mirror, said, close };
}

describe.skipIf(!influxInstalled())('an InfluxDB whose log ends with half an entry', { timeout: 90_000 }, () => {
  let influx: TestInflux;
  let target: SeriesTarget;
  let databases = 0;
  beforeAll(async () => {
    influx = await startInflux();
  }, 40_000);
  afterAll(async () => await influx?.remove());
  beforeEach(async () => {
    await influx.start();
    target = parseSeriesTarget(`influxdb:${influx.url}/again${++databases}`);
  });

  const packets = async () => (await new InfluxSeriesStore(target).sum(0, 1)).packets;

  /** What a kill in the middle of a write leaves: an entry of type 1 that says it has 1,000 bytes, and has 100. */
  async function leaveHalfAnEntry(): Promise<void> {
    const folder = join(influx.folder, 'wal', target.database, 'live_1s');
    const files = await readdir(folder, { recursive: true });
    const newest = files
      .filter((name) => name.endsWith('.wal'))
      .sort()
      .at(-1);
    const entry = Buffer.alloc(105);
    entry.writeUInt8(1, 0);
    entry.writeUInt32BE(1000, 1);
    await appendFile(join(folder, newest!), entry);
  }

  test('has everything again', async () => {
    const { stores, mirror, said } = await open(target, await testFolder(), { restartLookSeconds: 0.2 });
    await commitSeconds(stores, 0, 20);
    await settled(stores);
    await influx.kill();
    await leaveHalfAnEntry();
    await influx.start();
    await commitSeconds(stores, 20, 60);
    await vi.waitFor(() => expect(mirror.stats().restartsSeen).toBe(1), { timeout: 15_000 });
    await settled(stores);
    expect(await packets()).toBe(60);
    await influx.kill();
    await influx.start();
    await vi.waitFor(() => expect(mirror.stats().restartsSeen).toBe(2), { timeout: 15_000 });
    await settled(stores);
    expect(await packets()).toBe(60);
    expect(mirror.stats()).toMatchObject({ linesRefused: 0, binsNotWhole: 0 });
    expect(mirror.stats().binsWrittenAgain).toBeGreaterThanOrEqual(20 + 60);
    expect(said).toHaveLength(2);
    expect(said[1]).toMatch(
      /^influxdb:http:\S+ was started again at 2\S+Z: what it got in the last day \(60 bins\) is/,
    );
  });

  test('has everything again, also where our server was closed in between', async () => {
    const folder = await testFolder();
    const first = await open(target, folder);
    await commitSeconds(first.stores, 0, 20);
    await settled(first.stores);
    await influx.kill();
    await leaveHalfAnEntry();
    await influx.start();
    // It looks once a minute, and has seen nothing of that start when it is closed.
    await commitSeconds(first.stores, 20, 60);
    await settled(first.stores);
    await first.close();
    await influx.kill();
    await influx.start();
    expect(await packets()).toBeLessThan(60);
    const second = await open(target, folder);
    await vi.waitFor(() => expect(second.mirror.stats().restartsSeen).toBe(1), { timeout: 15_000 });
    await settled(second.stores);
    expect(await packets()).toBe(60);
    await second.close();
    const third = await open(target, folder);
    await commitSeconds(third.stores, 60, 61);
    await settled(third.stores);
    expect(third.mirror.stats()).toMatchObject({ restartsSeen: 0, binsWrittenAgain: 0 });
    expect(await packets()).toBe(61);
  });

  test('a start is seen though nothing was written when it was away', async () => {
    const { stores, mirror } = await open(target, await testFolder(), { restartLookSeconds: 0.2 });
    await commitSeconds(stores, 0, 5);
    await settled(stores);
    expect(mirror.stats()).toMatchObject({ restartsSeen: 0, linesWritten: 5 });
    await influx.kill();
    await influx.start();
    await vi.waitFor(
      () => expect(mirror.stats()).toMatchObject({ restartsSeen: 1, binsWrittenAgain: 5, linesWritten: 10 }),
      { timeout: 15_000 },
    );
    expect(mirror.stats().lastError).toBeNull();
  });
});

describe('what other servers say', () => {
  const credentials = { username: '', password: 'made-token' };

  async function fake(kind: 'influxdb2' | 'influxdb3' | 'victoriametrics') {
    const server = await startFakeServer(kind, credentials.password);
    onTestFinished(() => server.close());
    return server;
  }

  const quick = { credentials, restartLookSeconds: 0.05 };

  test('InfluxDB 2 tells its start in its metrics, to which a clock that is put right makes no difference', async () => {
    const server = await fake('influxdb2');
    server.startSeconds = 1_795_707_000.25;
    const { stores, mirror } = await open(server.target, await testFolder(), quick);
    await commitSeconds(stores, 0, 5);
    await settled(stores);
    server.startSeconds += 0.75;
    const { startsAsked } = server;
    await vi.waitFor(() => expect(server.startsAsked).toBeGreaterThan(startsAsked + 2), { timeout: 5_000 });
    expect(mirror.stats().restartsSeen).toBe(0);
    server.startSeconds += 60;
    await eventually(() =>
      expect(mirror.stats()).toMatchObject({ restartsSeen: 1, binsWrittenAgain: 5, linesWritten: 10 }),
    );
  });

  test('where none is told, broken connections cause no rewriting without end', async () => {
    const server = await fake('influxdb2');
    const { stores, mirror, said } = await open(server.target, await testFolder(), quick);
    await commitSeconds(stores, 0, 5);
    await settled(stores);
    for (let at = 5; at < 10; at++) {
      server.breaks = 1;
      await commitSeconds(stores, at, at + 1);
      await settled(stores);
    }
    const { startsAsked } = server;
    await vi.waitFor(() => expect(server.startsAsked).toBeGreaterThan(startsAsked + 2), { timeout: 5_000 });
    await settled(stores);
    expect(mirror.stats()).toMatchObject({ restartsSeen: 1, binsWrittenAgain: 5, linesWritten: 15, lastError: null });
    expect(said).toEqual([expect.stringMatching(/^the connection to influxdb2:\S+ broke, and it does not say/)]);
  });

  test.each(['influxdb3', 'victoriametrics'] as const)('%s is not asked, and gets nothing twice', async (kind) => {
    const server = await fake(kind);
    server.startSeconds = 1_795_707_000;
    const { stores, mirror } = await open(server.target, await testFolder(), { ...quick, settlingScale: 0.001 });
    await commitSeconds(stores, 0, 5);
    await settled(stores);
    server.startSeconds += 60;
    server.answers.push({ status: 503 });
    await commitSeconds(stores, 5, 6);
    await settled(stores);
    expect(server.startsAsked).toBe(0);
    expect(await stores.outbox.again(0, null)).toBe(0);
    expect(mirror.stats()).toMatchObject({ restartsSeen: 0, binsWrittenAgain: 0, linesWritten: 6 });
  });
});
