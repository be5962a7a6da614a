import { copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import { ingestCommit } from '../support/commits.ts';
import { testFolder } from '../support/folders.ts';

const FILE = 'kurayami.duckdb';

async function runRaw(folder: string, statement: string): Promise<void> {
  const instance = await DuckDBInstance.create(join(folder, FILE));
  const connection = await instance.connect();
  await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

/** A data directory with one flow in the file, and one more in the log of commits: as after a crash. */
async function crashedFolder(): Promise<string> {
  const [source, folder] = [await testFolder(), await testFolder()];
  const first = await openDuckDbStoresInThread(source);
  await first.flows.commit(ingestCommit({ flows4: [{ packets: 1 }] }));
  await first.close();
  const second = await openDuckDbStoresInThread(source);
  await second.flows.commit(ingestCommit({ flows4: [{ packets: 2 }] }));
  for (const name of [FILE, `${FILE}.wal`]) await copyFile(join(source, name), join(folder, name));
  await second.close();
  return folder;
}

test('the data directory is made where it is missing, and reopened with what was stored', async () => {
  const folder = join(await testFolder(), 'a', 'b');
  const first = await openDuckDbStoresInThread(folder);
  expect(first.warnings).toEqual([]);
  await first.flows.commit(ingestCommit({ flows4: [{ packets: 3 }] }));
  await first.close();
  const second = await openDuckDbStoresInThread(folder);
  expect((await second.flows.sum(0)).packets).toBe(3);
  await second.close();
  expect((await readdir(folder)).sort()).toEqual([FILE]);
});

test('a second opening by the same process is refused, also by another name', async () => {
  const folder = await testFolder();
  const stores = await openDuckDbStoresInThread(folder);
  await expect(openDuckDbStoresInThread(folder)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
  const alias = join(await testFolder(), 'alias');
  await symlink(folder, alias);
  await expect(openDuckDbStoresInThread(alias)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
  await stores.close();
  await (await openDuckDbStoresInThread(folder)).close();
});

test('a lock file that another thread of this process wrote is heeded, one of an earlier process is not', async () => {
  const folder = await testFolder();
  const stores = await openDuckDbStoresInThread(folder);
  const lock = join(folder, `${FILE}.lock`);
  const written = await readFile(lock, 'utf8');
  await stores.close();
  await writeFile(lock, written);
  await expect(openDuckDbStoresInThread(folder)).rejects.toThrow(/this process/);
  const earlier = { ...JSON.parse(written), startedSeconds: JSON.parse(written).startedSeconds - 30 };
  await writeFile(lock, JSON.stringify(earlier));
  await (await openDuckDbStoresInThread(folder)).close();
  await writeFile(lock, '{"processId":');
  await (await openDuckDbStoresInThread(folder)).close();
});

test('tables of another version are refused, and left as they are', async () => {
  const folder = await testFolder();
  await (await openDuckDbStoresInThread(folder)).close();
  await runRaw(folder, 'UPDATE meta SET version = 999');
  const before = await readFile(join(folder, FILE));
  const opening = openDuckDbStoresInThread(folder);
  await expect(opening).rejects.toMatchObject({ name: 'StoreError', code: 'STORE_VERSION' });
  await expect(opening).rejects.toThrow(/format 999.*reads format 1/);
  expect(before.equals(await readFile(join(folder, FILE)))).toBe(true);
});

test('a database of something else is refused', async () => {
  const folder = await testFolder();
  await runRaw(folder, 'CREATE TABLE recipes (name VARCHAR)');
  const opening = openDuckDbStoresInThread(folder);
  await expect(opening).rejects.toMatchObject({ code: 'STORE_UNREADABLE' });
  await expect(opening).rejects.toThrow(/not one of Kurayami/);
});

test.for([
  { name: 'text', change: () => Buffer.from('this is no database, '.repeat(500)) },
  {
    name: 'a file whose head is damaged',
    change: (bytes: Buffer) => bytes.fill(0xff, 4096, 8000) && bytes.fill(0xff, 0, 4000),
  },
  { name: 'a file cut short', change: (bytes: Buffer) => bytes.subarray(0, 9000) },
])('$name is refused as unreadable', async ({ change }) => {
  const folder = await testFolder();
  await (await openDuckDbStoresInThread(folder)).close();
  await writeFile(join(folder, FILE), change(await readFile(join(folder, FILE))));
  const opening = openDuckDbStoresInThread(folder);
  await expect(opening).rejects.toMatchObject({ code: 'STORE_UNREADABLE' });
  await expect(opening).rejects.toThrow(/restore it from a copy/);
});

test('a data directory that cannot be made is refused with its name', async () => {
  const file = join(await testFolder(), 'file');
  await writeFile(file, '');
  const opening = openDuckDbStoresInThread(join(file, 'data'));
  await expect(opening).rejects.toMatchObject({ code: 'STORE_FAILED' });
  await expect(opening).rejects.toThrow(/file\/data cannot be written/);
});

test('commits in the log are there after a crash', async () => {
  const stores = await openDuckDbStoresInThread(await crashedFolder());
  expect(stores.warnings).toEqual([]);
  expect(await stores.flows.sum(0)).toMatchObject({ packets: 3, flows: 2 });
  await stores.close();
});

test('a damaged log is moved aside and said, and the file still opens', async () => {
  const folder = await crashedFolder();
  const log = join(folder, `${FILE}.wal`);
  const bytes = await readFile(log);
  await writeFile(log, bytes.fill(0xff, 64, 200));
  const stores = await openDuckDbStoresInThread(folder);
  expect(stores.warnings).toHaveLength(1);
  expect(stores.warnings[0]).toMatch(/log of the last commits was damaged .* is missing/);
  expect(await stores.flows.sum(0)).toMatchObject({ packets: 1, flows: 1 });
  await stores.close();
  expect((await readdir(folder)).filter((name) => name.includes('wal.damaged-'))).toHaveLength(1);
});

test('a failed opening gives the lock back', async () => {
  const folder = await testFolder();
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, FILE), 'no database');
  await expect(openDuckDbStoresInThread(folder)).rejects.toMatchObject({ code: 'STORE_UNREADABLE' });
  await expect(openDuckDbStoresInThread(folder)).rejects.toMatchObject({ code: 'STORE_UNREADABLE' });
});

test('after closing, calls are refused and closing again is fine', async () => {
  const stores = await openDuckDbStoresInThread(await testFolder());
  await Promise.all([stores.close(), stores.flows.close()]);
  await expect(stores.flows.sum(0)).rejects.toThrow(/closed/);
  await expect(stores.flows.commit(ingestCommit({}))).rejects.toThrow(/closed/);
});
