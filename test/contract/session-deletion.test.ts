/** A session that is deleted leaves nothing but its count, whatever a stop or an error comes between. */
import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import type { DuckDbStores } from '../../server/store/duckdb/operations.ts';
import { ingestCommit, ledgerState, NOON_SECONDS } from '../support/commits.ts';
import { evidenceRows } from '../support/evidence.ts';
import { testFolder } from '../support/folders.ts';
import { payloadRow } from '../support/payload-rows.ts';

const NONE = { packets: 0, bytes: 0, flows: 0 };
const FILE = { kind: 'file', name: 'a.pcap', sensor: 1, epoch: 5 } as const;
afterEach(() => vi.restoreAllMocks());

/** Everything that can be known of a session, in tables and in a file. */
async function fill(stores: DuckDbStores, session: number, epoch: number): Promise<void> {
  const series = ([1, 60, 300, 3_600, 86_400] as const).map((resolution) => ({
    ...{ resolution, session, bin: Math.floor(NOON_SECONDS / resolution) * resolution },
    ...(resolution > 60 ? { packets: 0, bytes: 0, flows: 0, sources: 1 } : { packets: 7 }),
  }));
  const watch = { session, sensor: 1, epoch, fromSeconds: NOON_SECONDS, toSeconds: NOON_SECONDS + 60, addresses: 256 };
  const text = 'GET / HTTP/1.1 wget http://203.0.113.9/a.sh';
  await stores.flows.commit({
    ...ingestCommit({ flows4: [{ session, packets: 3 }], flows6: [{ session, packets: 4 }], series }),
    positions: [{ sensor: 1, epoch, sequence: 9 }],
    ledgers: [ledgerState(session, 1, 12)],
    watches: [watch],
    evidence: evidenceRows([{ session, packets: [{ seconds: NOON_SECONDS, bytes: new Uint8Array(40) }] }]),
    payloads: [payloadRow({ text, session })],
    sketches: [{ session, state: new Uint8Array(64) }],
  });
  await stores.seal(true);
  await stores.flows.commit(ingestCommit({ flows4: [{ session, packets: 5, seconds: NOON_SECONDS + 7_200 }] }));
}

async function openFilled() {
  const folder = await testFolder();
  const stores = await openDuckDbStoresInThread(folder, { mirror: 'somewhere' });
  onTestFinished(() => stores.close());
  await stores.catalog.sensor('roof', null);
  const { id } = await stores.catalog.session(FILE);
  const other = await stores.catalog.session({ ...FILE, epoch: 6 });
  await fill(stores, id, 5);
  await fill(stores, other.id, 6);
  return { folder, stores, id, other: other.id };
}

/** Rows of the session in every table that has a column for it. */
async function rowsOf(folder: string, session: number): Promise<Record<string, number>> {
  const instance = await DuckDBInstance.create(join(folder, 'kurayami.duckdb'));
  const connection = await instance.connect();
  const ask = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJS();
  const columns = await ask(`SELECT table_name AS name, column_name AS column FROM duckdb_columns()
    JOIN duckdb_tables() USING (table_name) WHERE column_name = 'session' OR (table_name = 'sessions' AND column_name = 'id')`);
  const counts: Record<string, number> = {};
  for (const { name, column } of columns) {
    const [row] = await ask(`SELECT count(*)::DOUBLE AS rows FROM "${name}" WHERE "${column}" = ${session}`);
    if (Number(row!.rows) > 0) counts[String(name)] = Number(row!.rows);
  }
  connection.closeSync();
  instance.closeSync();
  return counts;
}

async function filesOf(folder: string, session: number): Promise<string[]> {
  const entries = await readdir(join(folder, `flows/session=${session}`), { recursive: true }).catch(() => []);
  return entries.filter((name) => name.includes('.parquet'));
}

test('nothing is left of it but a count, and nothing is gone of another', async () => {
  const { folder, stores, id, other } = await openFilled();
  const before = await stores.flows.account(other);
  expect((await stores.flows.account(id)).present).toEqual({ packets: 12, bytes: 720, flows: 3 });
  expect((await stores.flows.sizes()).map(({ session, flows }) => [session, flows]).sort()).toEqual([
    [id, 3],
    [other, 3],
  ]);
  expect(await stores.catalog.deleteSession(id)).toBe(true);
  const gone = { packets: 12, bytes: 720, flows: 3 };
  const account = { present: NONE, expired: NONE, missing: NONE, deleted: gone };
  expect(await stores.flows.account(id)).toEqual(account);
  expect((await stores.flows.state()).deleted).toEqual({ sessions: 1, ...gone });
  expect(await stores.flows.account(other)).toEqual(before);
  expect((await stores.catalog.sessions()).map((session) => session.id)).toEqual([other]);
  expect((await stores.catalog.ledgers()).map(({ session }) => session)).toEqual([other]);
  expect(await stores.catalog.position(1, 5)).toBe(-1);
  expect(await stores.catalog.position(1, 6)).toBe(9);
  expect(
    (await stores.flows.stretch({ session: id, fromSeconds: NOON_SECONDS, toSeconds: NOON_SECONDS + 9, most: 9 }))
      .offered,
  ).toBe(0);
  expect(await filesOf(folder, id)).toEqual([]);
  await stores.close();
  expect(await rowsOf(folder, id)).toEqual({ deleted_sessions: 1 });
  const left = await rowsOf(folder, other);
  // So that the test knows what there was to be deleted.
  for (const table of [
    'evidence',
    'evidence_packets',
    'flow_files',
    'flow_tables',
    'ledgers',
    'payloads',
    'watches',
    'sketches',
  ])
    expect(left, table).toHaveProperty(table);
  for (const table of ['payload_bytes', 'payload_sites', 'series_second', 'series_day', 'outbox', 'touched'])
    expect(left, table).toHaveProperty(table);
  const again = await openDuckDbStoresInThread(folder);
  expect(again.warnings).toEqual([]);
  expect(await again.flows.account(id)).toEqual(account);
  expect(await again.flows.account(other)).toEqual(before);
  await again.close();
});

test('neither its number nor its epoch comes again', async () => {
  const { stores, id, other } = await openFilled();
  await stores.catalog.deleteSession(other);
  await stores.catalog.deleteSession(id);
  await expect(stores.catalog.session(FILE)).rejects.toMatchObject({ code: 'STORE_SESSION_DELETED' });
  expect((await stores.catalog.session({ ...FILE, epoch: 7 })).id).toBe(other + 1);
  expect(await stores.catalog.deleteSession(id)).toBe(false);
  expect(await stores.catalog.deleteSession(99)).toBe(false);
  await expect(stores.catalog.deleteSession(0)).rejects.toThrow(RangeError);
});

test('what had expired, and what was missing, counts as deleted', async () => {
  const folder = await testFolder();
  const retention = { flowDays: 0, flowGigabytes: 0, sessionDays: 1 };
  const clock = { seconds: Date.now() / 1000 };
  const stores = await openDuckDbStoresInThread(folder, { retention, clock: () => clock.seconds * 1000 });
  onTestFinished(() => stores.close());
  const { id } = await stores.catalog.session(FILE);
  await stores.flows.commit(ingestCommit({ flows4: [{ session: id, packets: 3 }] }));
  await stores.seal(true);
  await rm(join(folder, 'flows', `session=${id}`), { recursive: true });
  await stores.flows.flows({ session: id, fromSeconds: 0, toSeconds: 4e9, limit: 1 });
  await stores.flows.commit(ingestCommit({ flows4: [{ session: id, packets: 4 }] }));
  expect(await stores.flows.account(id)).toMatchObject({ present: { packets: 4 }, missing: { packets: 3 } });
  await stores.catalog.deleteSession(id);
  expect(await stores.flows.account(id)).toMatchObject({
    present: NONE,
    missing: NONE,
    deleted: { packets: 7, flows: 2 },
  });
});

describe('stops between', () => {
  test('an error at any step leaves all of it, and the store goes on', async () => {
    const { stores, id } = await openFilled();
    const before = await stores.flows.account(id);
    const really = DuckDBConnection.prototype.run;
    let fails = 0;
    for (let step = 1; ; step++) {
      let ran = 0;
      const spy = vi.spyOn(DuckDBConnection.prototype, 'run').mockImplementation(async function (
        this: DuckDBConnection,
        ...given
      ) {
        if (++ran === step && !/ROLLBACK/.test(String(given[0]))) throw new Error('the disk fell off');
        return await really.apply(this, given);
      });
      const outcome = await stores.catalog.deleteSession(id).catch((error: unknown) => error);
      spy.mockRestore();
      const [session] = await stores.catalog.sessions();
      if (session?.id !== id) break;
      expect(outcome).toBeInstanceOf(Error);
      expect(await stores.flows.account(id)).toEqual(before);
      fails++;
    }
    expect(fails).toBeGreaterThan(20);
    expect(await stores.flows.account(id)).toMatchObject({ present: NONE, deleted: { packets: 12 } });
    await stores.flows.commit(ingestCommit({ flows4: [{ packets: 2 }] }));
    expect((await stores.flows.sum(0)).packets).toBe(2);
  });

  test('a stop at any step leaves all of it or nothing', { timeout: 120_000 }, async () => {
    const { folder, stores, id, other } = await openFilled();
    const before = await stores.flows.account(id);
    const really = DuckDBConnection.prototype.run;
    const copies: string[] = [];
    let ran = 0;
    // What lies on the disk at that moment is what a kill would leave.
    vi.spyOn(DuckDBConnection.prototype, 'run').mockImplementation(async function (this: DuckDBConnection, ...given) {
      const answer = await really.apply(this, given);
      const isEdge = /COMMIT|CHECKPOINT|flow_files/.test(String(given[0]));
      if (++ran % 8 === 0 || isEdge) {
        const copy = await testFolder();
        await cp(folder, copy, { recursive: true });
        copies.push(copy);
      }
      return answer;
    });
    await stores.catalog.deleteSession(id);
    vi.restoreAllMocks();
    await stores.close();
    const outcomes = new Set<string>();
    for (const copy of copies) {
      await rm(join(copy, 'kurayami.duckdb.lock'), { force: true });
      const found = await openDuckDbStoresInThread(copy);
      expect(found.warnings).toEqual([]);
      const account = await found.flows.account(id);
      const isThere = account.present.packets > 0;
      outcomes.add(isThere ? 'there' : 'gone');
      if (isThere) expect(account).toEqual(before);
      else expect(account).toMatchObject({ present: NONE, missing: NONE, deleted: { packets: 12, flows: 3 } });
      expect((await found.catalog.sessions()).map((session) => session.id)).toEqual(isThere ? [id, other] : [other]);
      expect((await found.flows.account(other)).present.packets).toBe(12);
      await found.close();
      if (!isThere) expect([await filesOf(copy, id), await rowsOf(copy, id)]).toEqual([[], { deleted_sessions: 1 }]);
    }
    expect([...outcomes].sort()).toEqual(['gone', 'there']);
  });
});

test('a session gets another name', async () => {
  const { stores, id } = await openFilled();
  expect(await stores.catalog.renameSession(id, 'Monday')).toMatchObject({ id, name: 'Monday', packets: 12 });
  expect((await stores.catalog.sessions())[0]).toMatchObject({ id, name: 'Monday' });
  expect((await stores.catalog.session(FILE)).name).toBe('Monday');
  expect(await stores.catalog.renameSession(99, 'nobody')).toBeNull();
});
