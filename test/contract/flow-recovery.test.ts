/** What a stop between two steps of sealing leaves, and what may befall files: each flow is there once, or said to be missing. */
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import { ingestCommit, NOON_SECONDS } from '../support/commits.ts';
import { testFolder } from '../support/folders.ts';

const FILE = 'kurayami.duckdb';
const HOME = 'flows/session=0/dt=2023-11-15/hh=12';
const NEXT = 'flows/session=0/dt=2023-11-15/hh=13';
const ALL = { session: 0, fromSeconds: 0, toSeconds: 9_000_000_000, limit: 100 };

/** Two hours; the first sealed, 3 packets, the second sealed, 4 packets. */
async function sealedFolder(): Promise<string> {
  const folder = await testFolder();
  const stores = await openDuckDbStoresInThread(folder);
  await stores.flows.commit(ingestCommit({ flows4: [{ packets: 1 }, { packets: 2, source: '192.0.2.2' }] }));
  await stores.flows.commit(ingestCommit({ flows4: [{ packets: 4, seconds: NOON_SECONDS + 3600 }] }));
  await stores.seal(true);
  await stores.close();
  return folder;
}

/** A stop after a file got its name, and before the database was told: its table is there, and the file too. */
async function stoppedFolder(): Promise<string> {
  const folder = await testFolder();
  const stores = await openDuckDbStoresInThread(folder);
  await stores.flows.commit(ingestCommit({ flows4: [{ packets: 1 }, { packets: 2 }] }));
  await stores.close();
  const before = await readFile(join(folder, FILE));
  const again = await openDuckDbStoresInThread(folder);
  await again.seal(true);
  await again.close();
  await writeFile(join(folder, FILE), before);
  return folder;
}

async function flowFiles(folder: string): Promise<string[]> {
  const entries = await readdir(join(folder, 'flows'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

test('a file that was half written when the program stopped is removed', async () => {
  const folder = await testFolder();
  const stores = await openDuckDbStoresInThread(folder);
  await stores.flows.commit(ingestCommit({ flows4: [{ packets: 3 }] }));
  await stores.close();
  await mkdir(join(folder, HOME), { recursive: true });
  await writeFile(join(folder, HOME, 'flows4.parquet.tmp'), 'PAR1 and no more');
  const again = await openDuckDbStoresInThread(folder);
  expect(again.warnings).toEqual([]);
  expect(await flowFiles(folder)).toEqual([]);
  expect(await again.flows.sum(0)).toMatchObject({ packets: 3, flows: 1 });
  await again.seal(true);
  expect(await again.flows.sum(0)).toMatchObject({ packets: 3, flows: 1 });
  await again.close();
});

test('a file whose table is still there is removed: its flows count once', async () => {
  const folder = await stoppedFolder();
  const stores = await openDuckDbStoresInThread(folder);
  expect(stores.warnings).toEqual([]);
  expect(await flowFiles(folder)).toEqual([]);
  expect(await stores.flows.sum(0)).toMatchObject({ packets: 3, flows: 2 });
  await stores.seal(true);
  expect((await stores.flows.flows(ALL)).flows).toHaveLength(2);
  await stores.close();
});

test('a file that the database does not know is put aside, and that is said', async () => {
  const folder = await sealedFolder();
  await copyFile(join(folder, HOME, 'flows4.parquet'), join(folder, HOME, 'flows4-7.parquet'));
  const stores = await openDuckDbStoresInThread(folder);
  expect(stores.warnings).toEqual([
    expect.stringMatching(/hh=12\/flows4-7\.parquet, which the database does not know/),
  ]);
  expect(await flowFiles(folder)).toContain('flows4-7.parquet.aside');
  expect(await stores.flows.sum(0)).toMatchObject({ packets: 7, flows: 3 });
  await stores.close();
});

const damages: { name: string; damage: (path: string) => Promise<void> }[] = [
  { name: 'gone', damage: (path) => rename(path, `${path}.elsewhere`) },
  {
    name: 'cut short',
    damage: async (path) => {
      await copyFile(path, `${path}.elsewhere`);
      await writeFile(path, (await readFile(path)).subarray(0, 900));
    },
  },
];

test.for(damages)(
  'a file that is $name is said to be missing, with its flows; back again, they are there',
  async ({ damage }) => {
    const folder = await sealedFolder();
    const path = join(folder, HOME, 'flows4.parquet');
    await damage(path);
    const stores = await openDuckDbStoresInThread(folder);
    expect(stores.warnings).toEqual([
      expect.stringMatching(/hh=12\/flows4\.parquet is missing or damaged: 2 flows are not shown/),
    ]);
    expect(await stores.flows.account(0)).toMatchObject({
      present: { packets: 4, flows: 1 },
      missing: { packets: 3, flows: 2 },
    });
    expect((await stores.flows.flows(ALL)).flows).toMatchObject([{ packets: 4 }]);
    await stores.close();
    await rename(`${path}.elsewhere`, path);
    const again = await openDuckDbStoresInThread(folder);
    expect(again.warnings).toEqual([]);
    expect(await again.flows.sum(0)).toMatchObject({ packets: 7, flows: 3 });
    await again.close();
  },
);

test.for([
  { name: 'deleted', damage: (path: string) => rm(path) },
  {
    name: 'damaged inside',
    damage: async (path: string) => {
      const bytes = await readFile(path);
      await writeFile(path, bytes.fill(0xa5, 4, bytes.length - 8));
    },
  },
])(
  'a file that is $name while the store is open: the rest is answered, and the account says so',
  async ({ damage }) => {
    const folder = await sealedFolder();
    const stores = await openDuckDbStoresInThread(folder);
    await damage(join(folder, NEXT, 'flows4.parquet'));
    expect((await stores.flows.flows(ALL)).flows.map(({ packets }) => packets).sort()).toEqual([1, 2]);
    expect((await stores.flows.account(0)).missing).toMatchObject({ packets: 4, flows: 1 });
    expect((await stores.flows.state()).problems).toMatchObject([
      { code: 'STORE_FILE_MISSING', message: expect.stringMatching(/hh=13\/flows4\.parquet is missing/) },
    ]);
    await stores.close();
  },
);

test('folders whose names would be patterns are taken as they are', async () => {
  const folder = join(await testFolder(), "it's [a] *folder");
  const stores = await openDuckDbStoresInThread(folder);
  await stores.flows.commit(ingestCommit({ flows4: [{ packets: 3 }] }));
  await stores.seal(true);
  expect((await stores.flows.flows(ALL)).flows).toHaveLength(1);
  expect(dirname((await flowFiles(folder))[0]!)).toBe('.');
  await stores.close();
});
