/**
 * Takes a session out with all that is known of it, in one transaction. Files go after it: those that a stop in between
 * leaves are deleted at the next start. What left is counted, and its number and epoch are remembered: neither comes again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { StoreError } from '../stores.ts';
import { type Connections, checkpoint, inTransaction, rowsOf } from './connections.ts';
import { addSums, noSums } from './flow-account.ts';
import type { FlowAppenders } from './flow-appenders.ts';
import { sumsOf } from './flow-files.ts';
import { type FlowParts, type HotPart, LIVE_SESSION } from './flow-parts.ts';
import { deleteExpired } from './flow-recovery.ts';
import { dropPartTable, setFileState } from './flow-tables.ts';
import type { FlowViews } from './flow-views.ts';
import type { Sums } from './operations.ts';
import type { ProblemBook } from './problem-book.ts';
import { NEW_MINUTES, seriesTables } from './schema.ts';

/** A part that is being sealed is waited for: about as long as the writing of a full one takes. */
const SEALING_STEP_MILLISECONDS = 100;
const SEALING_STEPS = 200;

/** All that has rows of a session beside its flows, and may be missing in part. */
const TABLES = [
  'sessions',
  'ledgers',
  'watches',
  'evidence',
  'evidence_packets',
  'evidence_gone',
  'payloads',
  'payload_bytes',
  'payload_sites',
  'payload_gone',
  'sketches',
  'sketch_minutes',
  ...Object.values(seriesTables),
  NEW_MINUTES,
  'series_expired',
  'flow_expired',
  'touched',
  'outbox',
  'mirrored',
];

export interface DeletionParts {
  readonly folder: string;
  readonly connections: Connections;
  readonly parts: FlowParts;
  readonly appenders: FlowAppenders;
  readonly views: FlowViews;
  readonly problems: ProblemBook;
  readonly expired: Map<number, Sums>;
  /** Sums of what left with deleted sessions: kept up to date here. */
  readonly deleted: Map<number, Sums>;
}

/** Makes the table where an earlier program made the store; gives the sums of sessions that were deleted. */
export async function loadDeleted(connections: Connections): Promise<Map<number, Sums>> {
  const rows = await connections.write(async (writer) => {
    const known = await rowsOf(writer, "SELECT 1 FROM duckdb_tables() WHERE table_name = 'deleted_sessions'");
    if (known.length === 0) {
      await writer.run(
        `CREATE TABLE deleted_sessions (session BIGINT PRIMARY KEY, sensor INTEGER, epoch BIGINT, packets BIGINT NOT NULL,
          bytes BIGINT NOT NULL, flows BIGINT NOT NULL, deleted_seconds DOUBLE NOT NULL, copied BOOLEAN NOT NULL)`,
      );
      await checkpoint(writer);
    }
    return await rowsOf(
      writer,
      `SELECT session::DOUBLE AS session, packets::DOUBLE AS packets, bytes::DOUBLE AS bytes, flows::DOUBLE AS flows
        FROM deleted_sessions`,
    );
  });
  return new Map(
    rows.map(({ session, packets, bytes, flows }) => [
      Number(session),
      { packets: Number(packets), bytes: Number(bytes), flows: Number(flows) },
    ]),
  );
}

/** Gives false where there is no such session. Nothing may be committed to it any more. */
export async function deleteSession(does: DeletionParts, session: number): Promise<boolean> {
  if (session === LIVE_SESSION) throw new RangeError('the live session cannot be deleted');
  for (let step = 0; ; step++) {
    const done = await does.connections.write((writer) => deleteNow(does, writer, session));
    if (done === 'gone') return false;
    if (done === 'done') break;
    if (step >= SEALING_STEPS)
      throw new StoreError('STORE_BUSY', `flows of session ${session} are being written to a file: ask again soon`);
    await sleep(SEALING_STEP_MILLISECONDS);
  }
  // It is gone by now: files that cannot be deleted are said, and tried again every minute.
  await deleteExpired(does).catch(() => undefined);
  return true;
}

/** In the writer's turn: no commit is on its way. */
async function deleteNow(
  does: DeletionParts,
  writer: DuckDBConnection,
  session: number,
): Promise<'done' | 'gone' | 'sealing'> {
  const { parts, appenders, views, expired, deleted } = does;
  const [record] = await rowsOf(
    writer,
    'SELECT sensor::DOUBLE AS sensor, epoch::DOUBLE AS epoch FROM sessions WHERE id = $1',
    [session],
  );
  if (record === undefined) return 'gone';
  const [sensor, epoch] = [Number(record.sensor), Number(record.epoch)];
  const hot = [...parts.hot].filter((part) => part.session === session);
  if (hot.some(({ isSealing }) => isSealing)) return 'sealing';
  for (const part of hot) {
    parts.close(part);
    appenders.forget(part);
  }
  const files = [...parts.files.values()].filter((file) => file.session === session && file.state !== 'expired');
  const sums = { ...(expired.get(session) ?? noSums()) };
  await inTransaction(writer, async () => {
    for (const { packets, wireBytes, rows } of files) addSums(sums, { packets, bytes: wireBytes, flows: rows });
    await dropTables(writer, parts, hot, sums);
    for (const file of files) await setFileState(writer, file, 'expired');
    await deleteRows(writer, session);
    await writer.run('DELETE FROM positions WHERE sensor = $1 AND epoch = $2', [sensor, epoch]);
    await writer.run(`INSERT INTO deleted_sessions VALUES ($1, $2, $3, $4, $5, $6, $7, true)`, [
      session,
      sensor,
      epoch,
      sums.packets,
      sums.bytes,
      sums.flows,
      Date.now() / 1000,
    ]);
  });
  for (const part of hot) parts.remove(part);
  for (const file of files) file.state = 'expired';
  expired.delete(session);
  deleted.set(session, sums);
  await views.refresh(writer);
  if (hot.length > 0) await checkpoint(writer);
  return 'done';
}

async function dropTables(writer: DuckDBConnection, parts: FlowParts, hot: readonly HotPart[], sums: Sums) {
  const made = hot.filter(({ isMade }) => isMade);
  for (const { table } of made) {
    const { packets, wireBytes, rows } = await sumsOf(writer, table);
    addSums(sums, { packets, bytes: wireBytes, flows: rows });
  }
  if (made.length > 0) await dropPartTable(writer, parts, made);
}

async function deleteRows(writer: DuckDBConnection, session: number): Promise<void> {
  const rows = await rowsOf(writer, 'SELECT table_name AS name FROM duckdb_tables()');
  const there = new Set(rows.map(({ name }) => String(name)));
  for (const table of TABLES)
    if (there.has(table))
      await writer.run(`DELETE FROM ${table} WHERE ${table === 'sessions' ? 'id' : 'session'} = $1`, [session]);
}

/** Deleted sessions that a copy of the series may still have: also where there is none now, since there may have been. */
export async function listCopied(connections: Connections): Promise<number[]> {
  const rows = await connections.lookUp(
    'SELECT session::DOUBLE AS session FROM deleted_sessions WHERE copied ORDER BY deleted_sessions.session',
  );
  return rows.map(({ session }) => Number(session));
}

export async function noteForgotten(connections: Connections, session: number): Promise<void> {
  await connections.transaction((writer) =>
    writer.run('UPDATE deleted_sessions SET copied = false WHERE session = $1', [session]),
  );
}
