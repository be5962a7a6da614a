import { copyFile, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { rowsOf } from '../../server/store/duckdb/connections.ts';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import { flowColumns } from '../../server/store/duckdb/schema.ts';
import { ingestCommit, NOON_SECONDS } from '../support/commits.ts';
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
  await expect(opening).rejects.toThrow(/format 999.*reads format 6/);
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

/** The statements that made a data directory of an earlier version, as they were. */
const statementsOf = async (version: number): Promise<string[]> =>
  JSON.parse(await readFile(new URL(`../support/store-version-${version}.json`, import.meta.url), 'utf8'));
const oldRow = (columns: readonly string[], given: Record<string, string>) =>
  `(${columns.map((name) => given[name] ?? '0').join(', ')})`;

async function folderOfVersion(version: number): Promise<string> {
  const folder = await testFolder();
  const made = await statementsOf(version);
  const names = (family: 4 | 6) =>
    [...made.find((text) => text.startsWith(`CREATE TABLE flows${family} `))!.matchAll(/"(\w+)"/g)].map(
      (match) => match[1]!,
    );
  const flow = { interval: '1700049600000000', packets: '3', wireBytes: '180', class: '1', sensor: '1' };
  for (const statement of [
    ...made,
    `INSERT INTO meta VALUES (${version}, 'key'::BLOB, 5, NULL)`,
    `INSERT INTO sessions VALUES (0, 'live', 'live', NULL, NULL, 5, NULL, NULL, 0)`,
    `INSERT INTO flows4 VALUES ${oldRow(names(4), { ...flow, source: '3221225985', target: '3325256711', ttl: '7' })}`,
    `INSERT INTO flows6 VALUES ${oldRow(names(6), { ...flow, source: '1', target: '2', vlan: '9' })}`,
  ])
    await runRaw(folder, statement);
  return folder;
}

/** From here on flows have no table of their own. */
async function folderWithoutFlows(version: number): Promise<string> {
  const folder = await testFolder();
  const meta = `INSERT INTO meta VALUES (${version}, 'key'::BLOB, 5, NULL)`;
  for (const statement of [...(await statementsOf(version)), meta]) await runRaw(folder, statement);
  return folder;
}

async function describeTables(folder: string): Promise<object[]> {
  const instance = await DuckDBInstance.create(join(folder, FILE));
  const connection = await instance.connect();
  const rows = await rowsOf(
    connection,
    `SELECT table_name, column_name, data_type, is_nullable, column_default FROM duckdb_columns()
      WHERE schema_name = 'main' ORDER BY table_name, column_index`,
  );
  connection.closeSync();
  instance.closeSync();
  return [...rows];
}

test.for([1, 2, 3])(
  'a data directory of version %i is brought up in place: its rows stay, new ones go beside them',
  async (version) => {
    const folder = await folderOfVersion(version);
    const stores = await openDuckDbStoresInThread(folder);
    expect(stores.warnings).toEqual([]);
    const tunnelled = {
      packets: 4,
      asn: 15_169,
      tunnel: 8,
      innerSource: '192.0.2.9',
      innerTarget: '2001:db8::1',
      synOptions: 3,
    };
    await stores.flows.commit(ingestCommit({ flows4: [tunnelled] }));
    const query = { session: 0, fromSeconds: 1_700_049_000, toSeconds: 1_700_050_000, limit: 10 };
    const { flows } = await stores.flows.flows(query);
    // All three are of one microsecond, where the order is not told by what can be seen.
    const sorted = [...flows].sort((a, b) => a.source.length - b.source.length || b.ttl - a.ttl);
    expect(sorted).toMatchObject([
      { source: '::1', vlan: 9, packets: 3, tunnel: 0, innerTarget: '' },
      { packets: 4, asn: 15_169, tunnel: 8, synOptions: 3, innerSource: '192.0.2.9', innerTarget: '2001:db8::1' },
      { source: '192.0.2.1', ttl: 7, packets: 3, asn: 0, tunnel: 0, synOptions: 0, innerSource: '' },
    ]);
    await stores.close();
    const again = await openDuckDbStoresInThread(folder);
    expect((await again.flows.sum(0)).packets).toBe(10);
    await again.close();
  },
);

test.for([1, 2, 3, 4, 5])(
  'a data directory of version %i that was brought up has the tables of a new one',
  async (version) => {
    const [old, made] = [
      await (version < 4 ? folderOfVersion(version) : folderWithoutFlows(version)),
      await testFolder(),
    ];
    for (const folder of [old, made]) await (await openDuckDbStoresInThread(folder)).close();
    expect(await describeTables(old)).toEqual(await describeTables(made));
    expect((await describeTables(old)).length).toBeGreaterThan(flowColumns(4).length * 2);
  },
);

test.for([3, 4])('series of version %i have coarser bins afterwards, exactly, and go on', async (version) => {
  const folder = await testFolder();
  for (const statement of [
    ...(await statementsOf(version)),
    `INSERT INTO meta VALUES (${version}, 'key'::BLOB, 5, 'influxdb:http://gone/k')`,
    `INSERT INTO sessions VALUES (0, 'live', 'live', NULL, NULL, 5, NULL, NULL, 0)`,
    // Two days of minutes in two sessions, some in two parts: the total, and ports beneath it.
    `INSERT INTO series_minute SELECT s * 5, ${NOON_SECONDS} + i * 60, d, CASE d WHEN 0 THEN 0 ELSE 393216 + i % 2 END,
      i + 1, 60 * (i + 1), 1 FROM range(2880) m(i), range(2) q(s), (VALUES (0), (3)) dimensions(d)`,
    `INSERT INTO series_minute SELECT * FROM series_minute WHERE bin % 600 = 0 AND dimension = 0`,
    `INSERT INTO series_second SELECT 0, ${NOON_SECONDS} + i, 0, 0, 1, 60, 1 FROM range(90) m(i)`,
    `INSERT INTO outbox VALUES (60, 0, ${NOON_SECONDS}, 7)`,
  ])
    await runRaw(folder, statement);
  const keepSeries = { 1: Number.POSITIVE_INFINITY, 60: Number.POSITIVE_INFINITY, 300: Number.POSITIVE_INFINITY };
  const stores = await openDuckDbStoresInThread(folder, { keepSeries, mirror: 'influxdb:http://gone/k' });
  const minutes = Array.from({ length: 2880 }, (_, at) => ({ bin: NOON_SECONDS + at * 60, packets: at + 1 }));
  const twice = ({ bin, packets }: { bin: number; packets: number }) => (bin % 600 === 0 ? 2 : 1) * packets;
  const around = { fromSeconds: NOON_SECONDS - 86_400, toSeconds: NOON_SECONDS + 4 * 86_400 };
  for (const stepSeconds of [300, 3600, 86_400]) {
    const wide = { ...around, session: 5, measure: 'packets', stepSeconds } as const;
    const whole = new Map<number, number>();
    const ports = new Map<string, number>();
    for (const minute of minutes) {
      const step = minute.bin - (minute.bin % stepSeconds);
      const port = `${step} ${393_216 + ((minute.packets - 1) % 2)}`;
      whole.set(step, (whole.get(step) ?? 0) + twice(minute));
      ports.set(port, (ports.get(port) ?? 0) + minute.packets);
    }
    const total = await stores.series.series({ ...wide, by: 'total' });
    expect(new Map(total.map(({ binSeconds, value }) => [binSeconds, value]))).toEqual(whole);
    const byPort = await stores.series.series({ ...wide, by: 'port' });
    expect(new Map(byPort.map(({ binSeconds, key, value }) => [`${binSeconds} ${key}`, value]))).toEqual(ports);
  }
  const all = minutes.reduce((sum, minute) => sum + twice(minute), 0);
  const sumOf = async (session: number, resolution: 300 | 3600 | 86400) =>
    (await stores.series.sum(session, resolution)).packets;
  // What comes later for an old minute goes into what the upgrade made.
  await stores.flows.commit(ingestCommit({ series: [{ session: 5, bin: NOON_SECONDS, packets: 1000, sources: 3 }] }));
  await stores.compact();
  for (const resolution of [300, 3600, 86_400] as const) {
    expect(await sumOf(0, resolution)).toBe(all);
    expect(await sumOf(5, resolution)).toBe(all + 1000);
  }
  // Whoever mirrors gets everything anew: nobody told it of coarser bins.
  const bins = (step: number) => new Set(minutes.map(({ bin }) => bin - (bin % step))).size * 2;
  expect(await stores.outbox.pendingBins()).toBe(90 + 5760 + bins(300) + bins(3600) + bins(86_400));
  await stores.close();
});

test('flows of earlier versions are moved to files exactly, hour by hour and session by session', async () => {
  const folder = await folderOfVersion(3);
  const names = (await statementsOf(3)).find((text) => text.startsWith('CREATE TABLE flows4 '))!;
  const values = [...names.matchAll(/"(\w+)"/g)].map(([, name]) => {
    if (name === 'interval') return '1700049600000000 + (i % 5) * 3600000000 + i * 1000';
    if (name === 'session') return 'CASE WHEN i % 3 = 0 THEN 0 ELSE i % 3 END';
    return name === 'packets' ? 'i + 1' : '1';
  });
  await runRaw(folder, `INSERT INTO flows4 SELECT ${values.join(', ')} FROM range(3000) r(i)`);
  const stores = await openDuckDbStoresInThread(folder);
  const sums = await Promise.all([0, 1, 2].map((session) => stores.flows.sum(session)));
  const rows = Array.from({ length: 3000 }, (_, row) => row);
  const packets = (session: number) => rows.reduce((sum, row) => sum + (row % 3 === session ? row + 1 : 0), 0);
  expect(sums).toMatchObject([0, 1, 2].map((session) => ({ packets: packets(session) + (session === 0 ? 6 : 0) })));
  // Live: five hours, and one of IPv6; each session a file.
  expect(await stores.flows.state()).toMatchObject({ tables: 0, files: 8, problems: [] });
  const hour = { session: 0, fromSeconds: NOON_SECONDS + 3600, toSeconds: NOON_SECONDS + 7200, limit: 10_000 };
  expect((await stores.flows.flows(hour)).flows).toHaveLength(200);
  await stores.close();
});

const HALF_PAST = NOON_SECONDS + 1800;
/** That version 5 does not have. */
const CREATED_TABLES = [
  ...['evidence', 'evidence_packets', 'evidence_gone'],
  ...['payloads', 'payload_bytes', 'payload_sites', 'payload_gone'],
];

/** A directory of version 5 with an hour in files of both families, and one in tables: none of them knows of radiation. */
async function folderOf5(): Promise<string> {
  const folder = await testFolder();
  const stores = await openDuckDbStoresInThread(folder);
  await stores.flows.commit(ingestCommit({ flows4: [{ packets: 3, radiation: 9 }], flows6: [{ packets: 4 }] }));
  await stores.seal(true);
  const later = { packets: 5, radiation: 9, seconds: HALF_PAST };
  await stores.flows.commit(ingestCommit({ flows4: [later], flows6: [{ ...later, packets: 6 }] }));
  await stores.close();
  for (const family of [4, 6]) {
    const path = `session=0/dt=2023-11-15/hh=12/flows${family}.parquet`;
    const file = join(folder, 'flows', path);
    await runRaw(
      folder,
      `COPY (SELECT * EXCLUDE radiation FROM read_parquet('${file}')) TO '${file}.5' (FORMAT parquet)`,
    );
    await rename(`${file}.5`, file);
    await runRaw(folder, `UPDATE flow_files SET file_bytes = ${(await stat(file)).size} WHERE path = '${path}'`);
  }
  const tables = (await describeTables(folder)) as { table_name: string; column_name: string }[];
  const views = ['flows', 'flows_hot'];
  for (const name of views) await runRaw(folder, `DROP VIEW ${name}`);
  for (const { table_name, column_name } of tables)
    if (column_name === 'radiation' && !views.includes(table_name))
      await runRaw(folder, `ALTER TABLE ${table_name} DROP COLUMN radiation`);
  await runRaw(folder, 'ALTER TABLE flow_files DROP COLUMN version');
  for (const name of CREATED_TABLES) await runRaw(folder, `DROP TABLE ${name}`);
  await runRaw(folder, 'UPDATE meta SET version = 5');
  return folder;
}

test('flows of version 5 are of unknown radiation, in tables and in files, and new ones beside them are not', async () => {
  const folder = await folderOf5();
  const stores = await openDuckDbStoresInThread(folder);
  expect(stores.warnings).toEqual([]);
  const query = { session: 0, fromSeconds: NOON_SECONDS, toSeconds: NOON_SECONDS + 3600, limit: 100 };
  const all = async () => {
    const { flows } = await stores.flows.flows(query);
    return flows.map(({ packets, radiation }) => [packets, radiation]).sort(([a], [b]) => a! - b!);
  };
  const old = [3, 4, 5, 6].map((packets) => [packets, 0]);
  expect(await all()).toEqual(old);
  const added = { radiation: 2, seconds: HALF_PAST };
  const ofNow = ingestCommit({ flows4: [{ ...added, packets: 7 }], flows6: [{ ...added, packets: 8 }] });
  await stores.flows.commit(ofNow);
  const both = [...old, [7, 2], [8, 2]];
  expect(await all()).toEqual(both);
  // Files of both versions beside each other.
  await stores.seal(true);
  expect(await all()).toEqual(both);
  expect(await stores.flows.state()).toMatchObject({ tables: 0, files: 4, problems: [] });
  await stores.close();
  const instance = await DuckDBInstance.create(join(folder, FILE));
  const connection = await instance.connect();
  const viewed = await rowsOf(connection, 'SELECT packets, radiation FROM flows ORDER BY packets');
  expect(viewed.map(({ packets, radiation }) => [packets, radiation])).toEqual(both);
  connection.closeSync();
  instance.closeSync();
});

test('an upgrade whose moving breaks off goes on at the next opening', async () => {
  const folder = await folderOfVersion(3);
  const blocked = join(folder, 'flows/session=0/dt=2023-11-15/hh=12');
  // A folder where the second family's file shall be: writing it fails after the first is done.
  await mkdir(join(blocked, 'flows6.parquet/in the way'), { recursive: true });
  await expect(openDuckDbStoresInThread(folder)).rejects.toThrow();
  await rm(join(blocked, 'flows6.parquet'), { recursive: true });
  const stores = await openDuckDbStoresInThread(folder);
  expect(await stores.flows.sum(0)).toMatchObject({ packets: 6, flows: 2 });
  expect((await stores.flows.flows({ session: 0, fromSeconds: 0, toSeconds: 4e9, limit: 9 })).flows).toHaveLength(2);
  await stores.close();
});

test('an upgrade that breaks off leaves the data directory as it was', async () => {
  const folder = await folderOfVersion(1);
  // The macro that the first step makes last is there already: it fails after columns were added.
  await runRaw(folder, 'CREATE MACRO inner_text(a) AS a');
  const before = await describeTables(folder);
  await expect(openDuckDbStoresInThread(folder)).rejects.toThrow();
  expect(await describeTables(folder)).toEqual(before);
});
