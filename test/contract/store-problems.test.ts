/** What the store does by itself and fails at: the state says so, and what does not depend on it is done all the same. */
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, onTestFinished, test } from 'vitest';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import type { DuckDbOptions } from '../../server/store/duckdb/operations.ts';
import { ingestCommit, ledgerHealth, ledgerState, NOON_SECONDS } from '../support/commits.ts';
import { testFolder } from '../support/folders.ts';

const DAY = 86_400;
const NONE = { packets: 0, bytes: 0, flows: 0 };
const FOREVER = { 1: Number.POSITIVE_INFINITY, 60: Number.POSITIVE_INFINITY, 300: Number.POSITIVE_INFINITY };
const OLD_SESSIONS: DuckDbOptions = {
  retention: { flowDays: 0, flowGigabytes: 0, sessionDays: 5 },
  clock: () => Date.now() + 6 * DAY * 1000,
};

/** Changes a closed data directory behind the store's back. Gives the first value of the last statement. */
async function change(folder: string, ...statements: string[]): Promise<unknown> {
  const instance = await DuckDBInstance.create(join(folder, 'kurayami.duckdb'));
  const connection = await instance.connect();
  let value: unknown;
  for (const statement of statements) value = (await connection.runAndReadAll(statement)).getRowsJS()[0]?.[0];
  connection.closeSync();
  instance.closeSync();
  return value;
}

async function open(folder: string, options: DuckDbOptions = {}) {
  const stores = await openDuckDbStoresInThread(folder, options);
  onTestFinished(() => stores.close());
  return stores;
}

/** A folder with sessions that have a sealed file each: 10 packets, 100, … */
async function folderWithSessions(count: number): Promise<string> {
  const folder = await testFolder();
  const stores = await openDuckDbStoresInThread(folder);
  for (let epoch = 1; epoch <= count; epoch++) {
    const { id } = await stores.catalog.session({ kind: 'file', name: 'a.pcap', sensor: 1, epoch });
    await stores.flows.commit(ingestCommit({ flows4: [{ session: id, packets: 10 ** epoch }] }));
  }
  await stores.seal(true);
  await stores.close();
  return folder;
}

async function flowFiles(folder: string): Promise<string[]> {
  const entries = await readdir(join(folder, 'flows'), { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));
}

test('a compaction that fails is said, with its time; other steps are done, and it is right again by itself', async () => {
  const folder = await testFolder();
  await (await openDuckDbStoresInThread(folder)).close();
  await change(folder, 'ALTER TABLE series_hour RENAME COLUMN packets TO gone');
  const stores = await open(folder, { mirror: 'test', keepSeries: FOREVER });
  const second = (packets: number) => ({ resolution: 1 as const, bin: NOON_SECONDS, packets });
  for (let count = 0; count < 3; count++)
    await stores.flows.commit(ingestCommit({ series: [second(1), { bin: NOON_SECONDS, packets: 2 }] }));
  await stores.flows.commit(ingestCommit({ series: [{ ...second(1), bin: NOON_SECONDS + 1 }] }));
  await expect(stores.compact()).rejects.toThrow(/packets/);
  const { problems, lastError } = await stores.flows.state();
  expect(problems).toMatchObject([
    {
      code: 'STORE_COMPACTION_FAILED',
      message: expect.stringMatching(/^minutes of the series cannot be summed up.*packets/),
    },
  ]);
  expect(Math.abs(problems[0]!.lastSeconds - Date.now() / 1000)).toBeLessThan(30);
  expect(problems[0]!.sinceSeconds).toBeLessThanOrEqual(problems[0]!.lastSeconds);
  expect(lastError).toEqual(problems[0]);
  // Nothing is lost, and nothing counts twice.
  expect((await stores.series.sum(0, 60)).packets).toBe(6);
  await stores.close();
  // The seconds, which come before, were summed up: one row is left of three.
  expect(Number(await change(folder, `SELECT count(*) FROM series_second WHERE bin = ${NOON_SECONDS}`))).toBe(1);
  await change(folder, 'ALTER TABLE series_hour RENAME COLUMN gone TO packets');
  const again = await open(folder, { keepSeries: FOREVER });
  await again.compact();
  expect(await again.flows.state()).toMatchObject({ problems: [], lastError: null });
  expect((await again.series.sum(0, 3600)).packets).toBe(6);
});

test('old bins of one resolution that cannot be deleted keep those of others from nothing', async () => {
  const folder = await testFolder();
  const stores = await openDuckDbStoresInThread(folder, { keepSeries: FOREVER });
  const rows = [1, 60].map((resolution) => ({ resolution: resolution as 1 | 60, bin: NOON_SECONDS, packets: 5 }));
  await stores.flows.commit(ingestCommit({ series: rows }));
  await stores.compact();
  await stores.close();
  await change(folder, 'ALTER TABLE series_second RENAME COLUMN dimension TO gone');
  const again = await open(folder, { keepSeries: { 60: DAY, 300: Number.POSITIVE_INFINITY } });
  await again.compact().catch(() => undefined);
  const { problems } = await again.flows.state();
  expect(problems.filter(({ code }) => code === 'STORE_RETENTION_FAILED')).toMatchObject([
    { message: expect.stringMatching(/^old bins of 1 s cannot be deleted: .*dimension/) },
  ]);
  const ask = {
    session: 0,
    measure: 'packets',
    by: 'total',
    fromSeconds: NOON_SECONDS,
    toSeconds: NOON_SECONDS + 60,
  } as const;
  await expect(again.series.series({ ...ask, stepSeconds: 60 })).rejects.toThrow(/60 s .* no longer kept/);
  expect((await again.series.sum(0, 60)).packets).toBe(5);
});

test('a session that cannot be taken out keeps no other from it', async () => {
  const folder = await folderWithSessions(3);
  const columns = 'packets BIGINT NOT NULL, bytes BIGINT NOT NULL, flows BIGINT NOT NULL';
  await change(
    folder,
    'DROP TABLE flow_expired',
    `CREATE TABLE flow_expired (session BIGINT PRIMARY KEY CHECK (session <> 2), ${columns})`,
  );
  const stores = await open(folder, OLD_SESSIONS);
  await expect(stores.retain()).rejects.toThrow(/CHECK constraint/);
  expect((await stores.flows.state()).problems).toMatchObject([
    { code: 'STORE_RETENTION_FAILED', message: expect.stringMatching(/^flows that are too old cannot be taken out: /) },
  ]);
  for (const [session, packets] of [
    [1, 10],
    [3, 1000],
  ] as const)
    expect(await stores.flows.account(session)).toMatchObject({ present: NONE, expired: { packets } });
  expect(await stores.flows.account(2)).toMatchObject({ present: { packets: 100 }, expired: NONE });
  expect(await flowFiles(folder)).toHaveLength(1);
});

test('a file that cannot be deleted is said and tried again; the others are deleted', async () => {
  const folder = await folderWithSessions(3);
  const stuck = (await flowFiles(folder)).find((path) => path.includes('session=2/'))!;
  const stores = await open(folder, OLD_SESSIONS);
  // A folder with something in it is not deleted as files are, whoever we are.
  await rename(stuck, `${stuck}.elsewhere`);
  await mkdir(stuck);
  await writeFile(join(stuck, 'inside'), '');
  await stores.retain();
  const told = {
    code: 'STORE_FILE_STUCK',
    message: expect.stringMatching(/^a file .* cannot be deleted.*session=2\//),
  };
  expect((await stores.flows.state()).problems).toMatchObject([told]);
  expect((await flowFiles(folder)).filter((path) => path.endsWith('.parquet'))).toEqual([]);
  for (const [session, packets] of [
    [1, 10],
    [2, 100],
    [3, 1000],
  ] as const)
    expect(await stores.flows.account(session)).toMatchObject({ present: NONE, expired: { packets } });
  await stores.close();
  // At the next start it still cannot, and is said; what was counted as expired does not come back, whatever lies there.
  const { size } = await stat(stuck);
  await change(folder, `UPDATE flow_files SET file_bytes = ${size} WHERE state = 'expired'`);
  const again = await open(folder, OLD_SESSIONS);
  expect((await again.flows.state()).problems).toMatchObject([told]);
  await rm(stuck, { recursive: true });
  await rename(`${stuck}.elsewhere`, stuck);
  await again.retain();
  expect(await again.flows.state()).toMatchObject({ problems: [], files: 0 });
  expect(await again.flows.account(2)).toMatchObject({ present: NONE, expired: { packets: 100 } });
  await expect(stat(stuck)).rejects.toThrow(/ENOENT/);
});

test('a file that retention counted and could not delete does not count again when it is there at the next start', async () => {
  const folder = await folderWithSessions(1);
  await change(folder, "UPDATE flow_files SET state = 'expired'", 'INSERT INTO flow_expired VALUES (1, 10, 600, 1)');
  const stores = await open(folder);
  expect(await stores.flows.account(1)).toEqual({
    present: NONE,
    expired: { packets: 10, bytes: 600, flows: 1 },
    missing: NONE,
    deleted: NONE,
  });
  expect(await flowFiles(folder)).toEqual([]);
});

test('a session that expires while it is being sealed leaves no file behind, and counts once', async () => {
  const folder = await testFolder();
  const first = await openDuckDbStoresInThread(folder);
  const ids: number[] = [];
  for (let epoch = 1; epoch <= 4; epoch++) {
    const { id } = await first.catalog.session({ kind: 'file', name: 'a.pcap', sensor: 1, epoch });
    ids.push(id);
    const flows4 = Array.from({ length: 20_000 }, (_, row) => ({ session: id, seconds: NOON_SECONDS + row }));
    await first.flows.commit(
      ingestCommit({ flows4, ledgers: [{ ...ledgerState(id, 1, 0), health: ledgerHealth(false) }] }),
    );
  }
  await first.close();
  const stores = await open(folder, OLD_SESSIONS);
  const sealing = stores.seal(true);
  // Once before each of a file's steps, whenever those may be.
  let isSealed = false;
  void sealing.finally(() => {
    isSealed = true;
  });
  while (!isSealed) {
    await stores.retain();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await sealing;
  await stores.retain();
  for (const id of ids)
    expect(await stores.flows.account(id)).toMatchObject({
      present: NONE,
      expired: { packets: 20_000, flows: 20_000 },
    });
  expect(await stores.flows.state()).toMatchObject({ tables: 0, files: 0, problems: [], lastError: null });
  expect(await flowFiles(folder)).toEqual([]);
});

test('the file of a session that had expired is removed at the start; one of a session that is there is put aside', async () => {
  const folder = await folderWithSessions(2);
  const [kept] = (await flowFiles(folder)).filter((path) => path.includes('session=1/'));
  await change(
    folder,
    'DELETE FROM flow_files WHERE session = 2',
    'INSERT INTO flow_expired VALUES (2, 100, 6000, 1), (1, 1, 60, 1)',
  );
  await writeFile(kept!.replace('flows4', 'flows4-9'), 'a copy, perhaps');
  const stores = await open(folder);
  expect(stores.warnings).toEqual([
    expect.stringMatching(/session=1\/.*flows4-9\.parquet, which the database does not know/),
  ]);
  expect((await flowFiles(folder)).map((path) => path.slice(path.indexOf('session=')))).toEqual([
    expect.stringMatching(/^session=1\/.*flows4-9\.parquet\.aside$/),
    expect.stringMatching(/^session=1\/.*flows4\.parquet$/),
  ]);
});

test('a part that cannot be sealed keeps no other from it, and is right again by itself', async () => {
  const folder = await testFolder();
  const stores = await open(folder);
  const ids: number[] = [];
  for (let epoch = 1; epoch <= 3; epoch++) {
    const { id } = await stores.catalog.session({ kind: 'file', name: 'a.pcap', sensor: 1, epoch });
    ids.push(id);
  }
  const inTheWay = join(folder, 'flows', `session=${ids[2]}`);
  await mkdir(join(folder, 'flows'), { recursive: true });
  await writeFile(inTheWay, 'in the way');
  const flows4 = ids.map((session) => ({ session, packets: 10 }));
  const ledgers = ids.map((session) => ({ ...ledgerState(session, 1, 10), health: ledgerHealth(true) }));
  await stores.flows.commit(ingestCommit({ flows4 }));
  // The newest part is the first.
  await expect(stores.seal(true)).rejects.toThrow();
  expect(await stores.flows.state()).toMatchObject({ files: 2, tables: 1, tableRows: 1 });
  expect((await stores.flows.state()).problems).toMatchObject([
    { code: 'STORE_SEALING_FAILED', message: expect.stringMatching(/^flows cannot be written to files.*: ./) },
  ]);
  // It is due, and rests; it is tried at once where everything is wanted.
  await stores.flows.commit(ingestCommit({ ledgers }));
  expect(await stores.seal()).toBe(0);
  await expect(stores.seal(true)).rejects.toThrow();
  await rm(inTheWay);
  expect(await stores.seal(true)).toBe(1);
  expect(await stores.flows.state()).toMatchObject({ files: 3, tables: 0, problems: [] });
});
