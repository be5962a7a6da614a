/** What a session left in other servers goes when it is deleted, now or when they can be reached. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import type { DuckDbStores } from '../../server/store/duckdb/operations.ts';
import { SeriesMirror } from '../../server/store/influx/series-mirror.ts';
import { parseSeriesTarget } from '../../server/store/influx/target.ts';
import { ingestCommit, NOON_SECONDS } from '../support/commits.ts';
import { testFolder } from '../support/folders.ts';
import { influxInstalled, startInflux } from '../support/influxdb.ts';
import { startVictoriaMetrics, victoriaInstalled } from '../support/victoriametrics.ts';

const PATIENT = { timeout: 20_000, interval: 50 };

/** Two sessions that are mirrored to where the target names. */
async function openMirrored(target: string) {
  const folder = await testFolder();
  const stores = await openDuckDbStoresInThread(folder, { mirror: 'test' });
  const ids: number[] = [];
  for (const epoch of [1, 2]) {
    const { id } = await stores.catalog.session({ kind: 'file', name: 'a.pcap', sensor: 1, epoch });
    await stores.flows.commit(ingestCommit({ series: [{ session: id, bin: NOON_SECONDS, packets: 7 + epoch }] }));
    ids.push(id);
  }
  const mirror = new SeriesMirror({
    ...{ target: parseSeriesTarget(target), outbox: stores.outbox, refusedFile: join(folder, 'refused.txt') },
    ...{ pollSeconds: 0.02, retrySeconds: 0.2, settlingScale: 0 },
  });
  mirror.start();
  onTestFinished(async () => {
    await mirror.stop(1);
    await stores.close();
  });
  const isWritten = () => vi.waitFor(async () => expect(await stores.outbox.pendingBins()).toBe(0), PATIENT);
  return { stores, mirror, isWritten, ids: ids as [number, number] };
}

const isForgotten = (stores: DuckDbStores) =>
  vi.waitFor(async () => expect(await stores.outbox.deletedSessions()).toEqual([]), PATIENT);

describe.skipIf(!influxInstalled())('in InfluxDB', () => {
  test('also when it is away at that time', { timeout: 60_000 }, async () => {
    const influx = await startInflux();
    onTestFinished(() => influx.remove());
    const { stores, mirror, isWritten, ids } = await openMirrored(`influxdb:${influx.url}/copies`);
    await isWritten();
    const sessions = async () =>
      (
        await influx.query(`SELECT "packets", "session" FROM "copies"."sessions"."kurayami_total" WHERE "bin" = '1m'`)
      ).map(({ session }) => Number(session));
    expect((await sessions()).sort()).toEqual(ids);
    await influx.stop();
    await stores.catalog.deleteSession(ids[0]);
    await vi.waitFor(() => expect(mirror.stats().lastError).not.toBeNull(), PATIENT);
    expect(await stores.outbox.deletedSessions()).toEqual([ids[0]]);
    await influx.start();
    await isForgotten(stores);
    expect(await sessions()).toEqual([ids[1]]);
    await vi.waitFor(() => expect(mirror.stats()).toMatchObject({ sessionsToForget: 0, lastError: null }), PATIENT);
  });
});

describe.skipIf(!victoriaInstalled())('in VictoriaMetrics', () => {
  test('only what is of the session', { timeout: 60_000 }, async () => {
    const victoria = await startVictoriaMetrics();
    onTestFinished(() => victoria.remove());
    const { stores, isWritten, ids } = await openMirrored(`victoriametrics:${victoria.url}`);
    await isWritten();
    const packets = (session: number) =>
      victoria.values(`kurayami_total_packets{session="${session}",bin="1m"}`, NOON_SECONDS);
    await vi.waitFor(async () => expect([await packets(ids[0]), await packets(ids[1])]).toEqual([[8], [9]]), PATIENT);
    await stores.catalog.deleteSession(ids[0]);
    await isForgotten(stores);
    await vi.waitFor(async () => expect([await packets(ids[0]), await packets(ids[1])]).toEqual([[], [9]]), PATIENT);
  });
});

/** A server that says of itself what it is told, and takes everything. */
async function fakeServer(version: string) {
  const deletions: { url: string; body: string }[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    if (request.url!.includes('delete')) deletions.push({ url: request.url!, body });
    response.writeHead(204, { 'x-influxdb-version': version }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, deletions };
}

test('InfluxDB 2 is asked by its own way', async () => {
  const { url, deletions } = await fakeServer('v2.7.0');
  const { stores, isWritten, ids } = await openMirrored(`influxdb2:${url}/org/bucket`);
  await isWritten();
  await stores.catalog.deleteSession(ids[0]);
  await isForgotten(stores);
  expect(deletions).toMatchObject([{ url: '/api/v2/delete?org=org&bucket=bucket' }]);
  expect(JSON.parse(deletions[0]!.body)).toMatchObject({ predicate: `session="${ids[0]}"` });
});

test('InfluxDB 3 cannot, and that is said', async () => {
  const { url, deletions } = await fakeServer('v3.0.0');
  const { stores, mirror, isWritten, ids } = await openMirrored(`influxdb3:${url}/data`);
  await isWritten();
  await stores.catalog.deleteSession(ids[0]);
  await vi.waitFor(() => expect(mirror.stats().sessionsToForget).toBe(1), PATIENT);
  expect([deletions, await stores.outbox.deletedSessions()]).toEqual([[], [ids[0]]]);
});
