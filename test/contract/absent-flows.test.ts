/** Answers from flows that retention took, or that are missing, say so; those from sums do not need to. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { dearTurns } from '../../server/api/fair-turns.ts';
import { FlowSums } from '../../server/api/flow-sums.ts';
import type { ApiParts } from '../../server/api/parts.ts';
import { buildApp } from '../../server/app.ts';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import type { DuckDbStores } from '../../server/store/duckdb/operations.ts';
import { ingestCommit, type TestFlow } from '../support/commits.ts';
import { testFolder } from '../support/folders.ts';
import { projectFolder } from '../support/program.ts';

const HOUR = 3_600;
const DAY = 86_400;
/** A whole hour, some hours ago. */
const NOW = Math.floor(Date.now() / 1000 / HOUR) * HOUR;

async function openStores(flowDays: number, folder: string): Promise<DuckDbStores> {
  const stores = await openDuckDbStoresInThread(folder, {
    retention: { flowDays, flowGigabytes: 0, sessionDays: 0 },
  });
  onTestFinished(() => stores.close());
  return stores;
}

/** With their sums by the minute, as the server commits them. */
async function store(stores: DuckDbStores, flows4: readonly TestFlow[]): Promise<void> {
  const series = flows4.map(({ seconds, packets, session }) => ({
    bin: Math.floor(seconds! / 60) * 60,
    packets: packets!,
    session: session ?? 0,
  }));
  await stores.flows.commit(ingestCommit({ flows4, series }));
}

async function ask(stores: DuckDbStores, path: string, from: number, to: number) {
  const parts = {
    flows: stores.flows,
    series: stores.series,
    catalog: stores.catalog,
    evidence: stores.evidence,
    payloads: stores.payloads,
    scanners: { find: () => null },
    flowSums: new FlowSums(stores.flows),
    breakdownTurns: dearTurns(),
    live: { current: () => ({ record: { id: 0 } }) },
    targetSlots: () => () => 0,
    tokens: { find: () => ({ role: 'viewer' }) },
    software: 'kurayami 0',
    pageFolder: projectFolder,
  } as unknown as ApiParts;
  const app = await buildApp(parts);
  const span = `from=${new Date(from * 1000).toISOString()}&to=${new Date(to * 1000).toISOString()}`;
  const answer = await app.inject({
    url: `/api/v1/${path}${path.includes('?') ? '&' : '?'}${span}`,
    headers: { authorization: 'Bearer any', host: 'localhost' },
  });
  await app.close();
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
}

const ofFlows = [
  'top?by=source',
  'top?by=port&filter=ttl%20%3D%20241',
  'series?by=total&measure=packets&step=3600&filter=ttl%20%3D%20241',
  'sources/192.0.2.1',
  'ports/tcp/23',
  'flows?limit=1',
];

test('what retention took is told where flows answer, of the hours that are asked for', async () => {
  const folder = await testFolder();
  const stores = await openStores(2, folder);
  const old = NOW - 5 * DAY;
  const fresh = NOW - HOUR;
  await store(stores, [
    { seconds: old + 5, packets: 1_000 },
    { seconds: old + HOUR + 5, packets: 100 },
    { seconds: fresh + 5, packets: 10 },
    { seconds: fresh + 1_800, packets: 1 },
  ]);
  for (const path of ofFlows) expect(await ask(stores, path, old, NOW), path).not.toHaveProperty('absent');
  await stores.seal(true);
  await stores.retain();

  const absent = (from: number, to: number, packets: number) => ({
    absent: {
      from: new Date(from * 1000).toISOString(),
      to: new Date(to * 1000).toISOString(),
      packets,
      missingPackets: 0,
    },
  });
  for (const path of ofFlows) {
    // Beyond the last packet there is nothing, and so nothing is absent.
    expect(await ask(stores, path, old, NOW + DAY), path).toMatchObject(absent(old, NOW, 1_100));
    // Whole hours.
    expect(await ask(stores, path, old + 60, old + 61), path).toMatchObject(absent(old, old + HOUR, 1_000));
    expect(await ask(stores, path, old + HOUR + 60, NOW), path).toMatchObject(absent(old + HOUR, NOW, 100));
    expect(await ask(stores, path, fresh, NOW), path).not.toHaveProperty('absent');
    expect(await ask(stores, path, fresh + 60, fresh + 61), path).not.toHaveProperty('absent');
  }
  // Sums reach further back than flows.
  for (const path of ['top?by=port', 'series?by=total&measure=packets&step=3600'])
    expect(await ask(stores, path, old, NOW), path).not.toHaveProperty('absent');
});

test('what is missing is told, and what comes late to an hour is there', async () => {
  const folder = await testFolder();
  let stores = await openStores(0, folder);
  const at = NOW - 4 * HOUR;
  await store(stores, [{ seconds: at + 5, packets: 40 }]);
  await store(stores, [{ seconds: at + HOUR + 5, packets: 3 }]);
  await stores.seal(true);
  await stores.close();
  await rm(join(folder, 'flows'), { recursive: true });
  stores = await openStores(0, folder);
  await store(stores, [{ seconds: at + 7, packets: 2 }]);
  expect((await ask(stores, 'top?by=source', at, at + HOUR)).absent).toMatchObject({
    packets: 40,
    missingPackets: 40,
  });
  expect((await ask(stores, 'sources/192.0.2.1', at, at + 2 * HOUR)).absent).toMatchObject({
    packets: 43,
    missingPackets: 43,
  });
  expect((await ask(stores, 'flows', at, at + HOUR)).flows).toHaveLength(1);
});

test('a session that went whole has nothing left to answer with, and says so', async () => {
  const folder = await testFolder();
  const stores = await openStores(0, folder);
  const { id } = await stores.catalog.session({ kind: 'file', name: 'a.pcap', sensor: 1, epoch: 1 });
  const at = 1_000_000_000;
  await store(stores, [
    { seconds: at, packets: 6, session: id },
    { seconds: at + 5 * HOUR, packets: 1, session: id },
  ]);
  const path = `top?by=source&session=${id}`;
  expect(await ask(stores, path, at, at + DAY)).not.toHaveProperty('absent');
  await stores.close();
  const later = await openDuckDbStoresInThread(folder, {
    retention: { flowDays: 0, flowGigabytes: 0, sessionDays: 1 },
    clock: () => Date.now() + 2 * DAY * 1000,
  });
  onTestFinished(() => later.close());
  await later.retain();
  expect(await ask(later, path, 0, NOW)).toMatchObject({ rows: [], absent: { packets: 7, missingPackets: 0 } });
});
