/**
 * Brings flows of earlier versions up to date. What version 6 added is added to every table that has flows; files stay as
 * they are, and are read as their version says.
 *
 * Moves the flows of a data directory from before version 4, which lie in one table a family, into files: an hour of live
 * flows, or about a million flows of a session, at a time. Each step is one transaction, so that a stop in between goes on
 * at the next opening.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Family } from '../../../shared/flow-batch.ts';
import { type Connections, inTransaction, rowsOf } from './connections.ts';
import { sumsOf } from './flow-files.ts';
import { FULL_ROWS, HOUR_SECONDS, LIVE_SESSION } from './flow-parts.ts';
import { makePartTables } from './flow-tables.ts';
import {
  addColumnTo,
  FIELDS_ADDED_IN_6,
  flowColumns,
  flowColumnType,
  flowsView,
  hotFlowsView,
  tableBefore4,
} from './schema.ts';
import { type SealingParts, sealPart } from './sealing.ts';

const HOUR_MICROS = HOUR_SECONDS * 1e6;
/** Rounded down, also before 1970. */
const HOUR = `(("interval" - (("interval" % ${HOUR_MICROS}) + ${HOUR_MICROS}) % ${HOUR_MICROS}) // ${HOUR_MICROS})`;

/** Hours [from, to] of a session. */
interface Group {
  readonly session: number;
  readonly fromHour: number;
  toHour: number;
  rows: number;
}

interface FlowTable {
  readonly table: string;
  readonly family: Family;
}

/** In the transaction of the upgrade: 0 is what is not known. */
export async function addFieldsOf6(connection: DuckDBConnection): Promise<void> {
  const present = new Set(
    (await rowsOf(connection, 'SELECT table_name FROM duckdb_tables()')).map(({ table_name }) => String(table_name)),
  );
  const before4 = ([4, 6] as const).map((family) => ({ table: tableBefore4(family), family }));
  for (const { table, family } of [...(await hotTables(connection)), ...before4]) {
    if (!present.has(table)) continue;
    for (const name of FIELDS_ADDED_IN_6)
      for (const statement of addColumnTo(table, name, flowColumnType(name, family), 0))
        await connection.run(statement);
  }
}

/** Files are seen again when the store is open. */
export async function remakeViews(connection: DuckDBConnection): Promise<void> {
  await connection.run(hotFlowsView(await hotTables(connection)));
  await connection.run(flowsView([]));
}

async function hotTables(connection: DuckDBConnection): Promise<FlowTable[]> {
  const rows = await rowsOf(connection, 'SELECT name, family FROM flow_tables');
  return rows.map(({ name, family }) => ({ table: String(name), family: Number(family) as Family }));
}

export async function moveFlowsBefore4(does: SealingParts): Promise<void> {
  for (const family of [4, 6] as const) {
    const table = tableBefore4(family);
    if (!(await exists(does.connections, table))) continue;
    for (const group of await groupsOf(does.connections, table)) await moveGroup(does, family, group);
    await does.connections.write(async (writer) => {
      const [left] = await rowsOf(writer, `SELECT count(*)::DOUBLE AS rows FROM ${table}`);
      if (Number(left!.rows) > 0) throw new Error(`${table} still has flows after all were moved`);
      await writer.run(`DROP TABLE ${table}`);
      await writer.run('CHECKPOINT');
    });
  }
}

async function exists(connections: Connections, table: string): Promise<boolean> {
  const rows = await connections.lookUp('SELECT 1 FROM duckdb_tables() WHERE table_name = $1', [table]);
  return rows.length > 0;
}

async function groupsOf(connections: Connections, table: string): Promise<Group[]> {
  const groups: Group[] = [];
  const rows = await connections.lookUp(
    `SELECT session::DOUBLE AS session, ${HOUR}::DOUBLE AS hour, count(*)::DOUBLE AS rows
      FROM ${table} GROUP BY ALL ORDER BY 1, 2`,
  );
  for (const row of rows) {
    const [session, hour, count] = [Number(row.session), Number(row.hour), Number(row.rows)];
    const last = groups.at(-1);
    if (last?.session === session && session !== LIVE_SESSION && last.rows + count <= FULL_ROWS) {
      last.toHour = hour;
      last.rows += count;
    } else groups.push({ session, fromHour: hour, toHour: hour, rows: count });
  }
  return groups;
}

async function moveGroup(does: SealingParts, family: 4 | 6, { session, fromHour, toHour }: Group): Promise<void> {
  const { connections, parts } = does;
  const table = tableBefore4(family);
  const columns = flowColumns(family)
    .map(({ name }) => `"${name}"`)
    .join(', ');
  const among = 'session = $1 AND "interval" >= $2 AND "interval" < $3';
  const values = [session, fromHour * HOUR_MICROS, (toHour + 1) * HOUR_MICROS];
  const part = parts.take(session, family, fromHour);
  await connections.write(async (writer) => {
    await makePartTables(writer, parts, [part]);
    await inTransaction(writer, async () => {
      await writer.run(`INSERT INTO ${part.table} SELECT ${columns} FROM ${table} WHERE ${among}`, values);
      await writer.run(`DELETE FROM ${table} WHERE ${among}`, values);
    });
    const { rows, firstMicros, lastMicros } = await sumsOf(writer, part.table);
    Object.assign(part, { rows, firstMicros, lastMicros });
  });
  await sealPart(does, part);
}
