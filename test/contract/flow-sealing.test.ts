import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, onTestFinished, test } from 'vitest';
import { rowsOf } from '../../server/store/duckdb/connections.ts';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import { FULL_ROWS } from '../../server/store/duckdb/flow-parts.ts';
import type { DuckDbStores } from '../../server/store/duckdb/operations.ts';
import { emptySensorLedger } from '../../shared/counters.ts';
import { planFlowFilter } from '../../shared/filter/flow-plan.ts';
import { parseFilter } from '../../shared/filter/parser.ts';
import { createFlowBatch } from '../../shared/flow-batch.ts';
import { ingestCommit, ledgerState, NOON_SECONDS, type TestFlow } from '../support/commits.ts';
import { testFolder } from '../support/folders.ts';

const ALL = { session: 0, fromSeconds: 0, toSeconds: 9_000_000_000 };
const HOUR = 3600;

async function openStores(): Promise<{ folder: string; stores: DuckDbStores }> {
  const folder = await testFolder();
  const stores = await openDuckDbStoresInThread(folder);
  onTestFinished(() => stores.close());
  return { folder, stores };
}

async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'flows'), { recursive: true });
  return names.filter((name) => name.endsWith('.parquet')).sort();
}

async function ask(folder: string, sql: string): Promise<object[]> {
  const instance = await DuckDBInstance.create(join(folder, 'kurayami.duckdb'), { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  try {
    return await rowsOf(connection, sql);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const tunnelled = { tunnel: 8, innerProtocol: 6, innerSource: '192.0.2.9', innerTarget: '2001:db8::1' };
const FLOWS4: TestFlow[] = Array.from({ length: 40 }, (_, row) => ({
  seconds: NOON_SECONDS + ((row * 7) % 20) / 4,
  source: `203.0.113.${200 - row * 3}`,
  packets: row + 1,
  targetPort: row % 3 === 0 ? 22 : 23,
  country: 'JP',
  ...(row % 5 === 0 ? tunnelled : {}),
}));
const FLOWS6: TestFlow[] = Array.from({ length: 9 }, (_, row) => ({
  seconds: NOON_SECONDS + row / 4,
  source: `2001:db8:${row}::ffff:${row}`,
  packets: 100 + row,
  ...(row % 2 === 0 ? tunnelled : {}),
}));

test('sealed flows are answered as those in tables are', async () => {
  const { folder, stores } = await openStores();
  const session1 = FLOWS4.map((flow) => ({ ...flow, session: 1 }));
  await stores.flows.commit(ingestCommit({ flows4: [...FLOWS4, ...session1], flows6: FLOWS6 }));
  const filter = planFlowFilter(parseFilter('dst port 22 or net 2001:db8:4::/48'), { sensor: () => null });
  const questions = () =>
    Promise.all([
      stores.flows.flows({ ...ALL, limit: 100 }),
      stores.flows.flows({ ...ALL, limit: 100, filter }),
      stores.flows.topSources({ ...ALL, limit: 5 }),
      stores.flows.sum(0),
      stores.flows.sum(1),
      stores.flows.account(0),
    ]);
  const before = await questions();
  expect(before[0].flows).toHaveLength(49);
  expect(before[1].flows).toHaveLength(15);
  expect(await stores.seal(true)).toBe(3);
  expect(await stores.flows.state()).toMatchObject({ tables: 0, tableRows: 0, files: 3, problems: [] });
  expect(await questions()).toEqual(before);
  expect(await filesIn(folder)).toEqual([
    'session=0/dt=2023-11-15/hh=12/flows4.parquet',
    'session=0/dt=2023-11-15/hh=12/flows6.parquet',
    'session=1/dt=2023-11-15/hh=12/flows4.parquet',
  ]);
});

test('files are sorted by source, then time, and any reader of Parquet finds day, hour and session in their folders', async () => {
  const { folder, stores } = await openStores();
  await stores.flows.commit(ingestCommit({ flows4: FLOWS4, flows6: FLOWS6 }));
  await stores.seal(true);
  await stores.close();
  const files = `read_parquet('${folder}/flows/**/*.parquet', hive_partitioning = true, union_by_name = true)`;
  const rows = await ask(
    folder,
    `SELECT family, session::INTEGER AS session, dt::VARCHAR AS dt, hh::INTEGER AS hh, count(*)::INTEGER AS flows,
      sum(packets)::INTEGER AS packets FROM ${files} GROUP BY ALL ORDER BY family`,
  );
  const at = { session: 0, dt: '2023-11-15', hh: 12 };
  expect(rows).toEqual([
    { family: 4, ...at, flows: 40, packets: 820 },
    { family: 6, ...at, flows: 9, packets: 936 },
  ]);
  const sorted = await ask(
    folder,
    `SELECT source, "interval" + "firstMicros" AS first FROM read_parquet('${folder}/flows/**/flows4.parquet')`,
  );
  const keys = sorted.map((row) => Object.values(row).map(Number));
  expect(keys).toEqual([...keys].sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!));
  const [metadata] = await ask(
    folder,
    `SELECT DISTINCT compression FROM parquet_metadata('${folder}/flows/**/flows4.parquet')`,
  );
  expect(metadata).toEqual({ compression: 'ZSTD' });
});

test('the view shows tables and files together, to who opens the database', async () => {
  const { folder, stores } = await openStores();
  await stores.flows.commit(ingestCommit({ flows4: FLOWS4, flows6: FLOWS6 }));
  await stores.seal(true);
  await stores.flows.commit(ingestCommit({ flows4: [{ packets: 7, session: 2, source: '192.0.2.77' }] }));
  await stores.close();
  const rows = await ask(
    folder,
    'SELECT family, session, count(*)::INTEGER AS flows, sum(packets)::INTEGER AS packets FROM flows GROUP BY ALL ORDER BY ALL',
  );
  expect(rows).toEqual([
    { family: 4, session: 0, flows: 40, packets: 820 },
    { family: 4, session: 2, flows: 1, packets: 7 },
    { family: 6, session: 0, flows: 9, packets: 936 },
  ]);
  const [row] = await ask(
    folder,
    'SELECT source, "innerSource", "innerTarget" FROM flows WHERE family = 6 AND packets = 108',
  );
  expect(row).toEqual({ source: '2001:db8:8::ffff:8', innerSource: '192.0.2.9', innerTarget: '2001:db8::1' });
});

test('pages that were begun before an hour was sealed go on right after', async () => {
  const { stores } = await openStores();
  const alike = Array.from({ length: 6 }, () => ({ seconds: NOON_SECONDS + 1, source: '192.0.2.200' }));
  await stores.flows.commit(ingestCommit({ flows4: [...FLOWS4, ...alike], flows6: FLOWS6 }));
  const whole = await stores.flows.flows({ ...ALL, limit: 100 });
  expect(whole.flows).toHaveLength(55);
  const paged = [];
  let cursor: string | null = null;
  do {
    const page = await stores.flows.flows({ ...ALL, limit: 4, ...(cursor === null ? {} : { cursor }) });
    paged.push(...page.flows);
    cursor = page.cursor;
    if (paged.length === 12) await stores.seal(true);
    if (paged.length === 28) await stores.flows.commit(ingestCommit({ flows4: [{ seconds: NOON_SECONDS - 9 }] }));
  } while (cursor !== null);
  expect(paged).toEqual(whole.flows);
});

test('late rows of a sealed hour make a second file', async () => {
  const { folder, stores } = await openStores();
  for (const packets of [1, 2, 4]) {
    await stores.flows.commit(ingestCommit({ flows4: [{ packets }] }));
    await stores.seal(true);
  }
  const home = 'session=0/dt=2023-11-15/hh=12';
  expect(await filesIn(folder)).toEqual([
    `${home}/flows4-2.parquet`,
    `${home}/flows4-3.parquet`,
    `${home}/flows4.parquet`,
  ]);
  expect(await stores.flows.sum(0)).toMatchObject({ packets: 7, flows: 3 });
});

test('each row goes to its hour, however they are mixed', async () => {
  const { folder, stores } = await openStores();
  const flows = Array.from({ length: 3000 }, (_, row) => ({
    seconds: NOON_SECONDS + (row % 3) * HOUR + row / 1000,
    session: row % 7 === 0 ? 5 : 0,
    packets: row,
  }));
  const flows6 = flows.map((flow) => ({ ...flow, source: '2001:db8::5', ...tunnelled }));
  await stores.flows.commit(ingestCommit({ flows4: flows, flows6 }));
  expect((await stores.flows.state()).tables).toBe(8);
  const before = await stores.flows.flows({ ...ALL, limit: 10_000 });
  await stores.seal(true);
  expect(await stores.flows.flows({ ...ALL, limit: 10_000 })).toEqual(before);
  expect(before.flows.map(({ packets }) => packets).sort((a, b) => a - b)).toEqual(
    [...flows, ...flows]
      .filter(({ session }) => session === 0)
      .map(({ packets }) => packets)
      .sort((a, b) => a - b),
  );
  const hour = { session: 0, limit: 10_000, fromSeconds: NOON_SECONDS + HOUR, toSeconds: NOON_SECONDS + 2 * HOUR };
  const second = flows.filter(
    ({ seconds, session }) => session === 0 && seconds >= hour.fromSeconds && seconds < hour.toSeconds,
  );
  expect((await stores.flows.flows(hour)).flows).toHaveLength(second.length * 2);
  expect((await filesIn(folder)).filter((path) => path.startsWith('session=0/'))).toHaveLength(6);
});

test('clocks that say anything at all make no tables without end, and nothing is lost', async () => {
  const { folder, stores } = await openStores();
  const wild = Array.from({ length: 500 }, (_, row) => ({ seconds: (row * 17_999_999) % 8_999_999_999, packets: row }));
  await stores.flows.commit(ingestCommit({ flows4: wild }));
  expect((await stores.flows.state()).tables).toBeLessThanOrEqual(7);
  await stores.seal(true);
  expect(await stores.flows.sum(0)).toMatchObject({ flows: 500, packets: (499 * 500) / 2 });
  const { flows } = await stores.flows.flows({ ...ALL, limit: 1000 });
  const times = wild.map(({ seconds }) => seconds).sort((a, b) => a - b);
  expect(flows.map(({ firstSeconds }) => firstSeconds)).toEqual(times);
  expect((await filesIn(folder)).length).toBeLessThanOrEqual(7);
});

test('a session of a whole year with few packets is one table and one file', async () => {
  const { folder, stores } = await openStores();
  const year = Array.from({ length: 365 }, (_, day) => ({ seconds: NOON_SECONDS + day * 86_400, session: 3 }));
  for (let first = 0; first < year.length; first += 73)
    await stores.flows.commit(ingestCommit({ flows4: year.slice(first, first + 73) }));
  expect((await stores.flows.state()).tables).toBe(1);
  await stores.seal(true);
  expect(await filesIn(folder)).toEqual(['session=3/dt=2023-11-15/hh=12/flows4.parquet']);
  expect((await stores.flows.flows({ ...ALL, session: 3, limit: 1000 })).flows).toHaveLength(365);
});

test('a session that has ended is sealed by itself; one that goes on, and a live hour underway, are not', async () => {
  const { stores } = await openStores();
  const now = Math.floor(Date.now() / 1000);
  const health = { finished: true, epoch: 1, earlier: null, prefixes: [], damage: [], ledger: emptySensorLedger() };
  const flows4 = [{ session: 1 }, { session: 2 }, { seconds: now }];
  await stores.flows.commit(ingestCommit({ flows4 }));
  const ended = { ...ledgerState(1, 1, 1), health: health as never };
  await stores.flows.commit(ingestCommit({ ledgers: [ended] }));
  await expect.poll(async () => (await stores.flows.state()).files, { timeout: 20_000 }).toBe(1);
  expect(await stores.seal()).toBe(0);
  expect(await stores.flows.state()).toMatchObject({ tables: 2, files: 1 });
});

test('a table that is full is sealed while commits go on, and the next takes its place', {
  timeout: 180_000,
}, async () => {
  const { stores } = await openStores();
  const batch = createFlowBatch(4, Math.ceil(FULL_ROWS / 2));
  batch.length = batch.capacity;
  batch.interval.fill(NOON_SECONDS);
  batch.packets.fill(1);
  batch.session.fill(4);
  for (let row = 0; row < batch.length; row++) batch.source[row] = (row * 2_654_435_761) >>> 0;
  for (let count = 0; count < 3; count++) await stores.flows.commit({ ...ingestCommit({}), flows: [batch] });
  await expect.poll(async () => (await stores.flows.state()).files, { timeout: 60_000 }).toBe(1);
  expect(await stores.flows.state()).toMatchObject({ tables: 1, tableRows: batch.length });
  expect(await stores.flows.sum(4)).toMatchObject({ flows: 3 * batch.length, packets: 3 * batch.length });
});

test('queries beside sealing find every flow, each time', async () => {
  const { stores } = await openStores();
  let packets = 0;
  for (let round = 0; round < 6; round++) {
    await stores.flows.commit(ingestCommit({ flows4: FLOWS4, flows6: FLOWS6 }));
    packets += 820 + 936;
    const sealing = stores.seal(true);
    const sums = await Promise.all(Array.from({ length: 6 }, () => stores.flows.sum(0)));
    const pages = await Promise.all([1, 2].map(() => stores.flows.flows({ ...ALL, limit: 1000 })));
    await sealing;
    expect(sums.map((sum) => sum.packets)).toEqual(Array(6).fill(packets));
    for (const { flows } of pages) expect(flows.reduce((sum, flow) => sum + flow.packets, 0)).toBe(packets);
  }
});
