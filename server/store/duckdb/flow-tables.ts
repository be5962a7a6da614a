/** Hot parts and sealed files as tables: making, listing and dropping them. All in the writer's turn of the caller. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Family } from '../../../shared/flow-batch.ts';
import { checkpoint, inTransaction, type Row, rowsOf } from './connections.ts';
import { sumsOf } from './flow-files.ts';
import { type FileState, FlowParts, type HotPart, newPart, type SealedFile } from './flow-parts.ts';
import { createTable, flowColumns, hotFlowsView } from './schema.ts';

/** Everything the database says about its flows. */
export async function loadFlowParts(connection: DuckDBConnection): Promise<FlowParts> {
  const parts = new FlowParts();
  for (const row of await rowsOf(connection, `SELECT ${FILE_COLUMNS} FROM flow_files`)) parts.addFile(toFile(row));
  for (const row of await rowsOf(
    connection,
    'SELECT session::DOUBLE AS session, family, hour::DOUBLE AS hour, number FROM flow_tables',
  )) {
    const part = newPart(keyOf(row), Number(row.number));
    const { rows, firstMicros, lastMicros } = await sumsOf(connection, part.table);
    if (rows > 0) Object.assign(part, { rows, firstMicros, lastMicros });
    part.isMade = true;
    // By an earlier run, however long ago that was.
    part.appendedMilliseconds = Number.NEGATIVE_INFINITY;
    parts.addHot(part);
  }
  return parts;
}

/**
 * Makes the tables that `wanted` lack, before the transaction that fills them: a log that ends in between replays an empty
 * table at worst.
 */
export async function makePartTables(
  writer: DuckDBConnection,
  parts: FlowParts,
  wanted: readonly HotPart[],
): Promise<void> {
  const missing = [...new Set(wanted)].filter(({ isMade }) => !isMade);
  if (missing.length === 0) return;
  try {
    await inTransaction(writer, async () => {
      for (const { table, session, family, hour, number } of missing) {
        await writer.run(createTable(table, flowColumns(family)));
        await writer.run('INSERT INTO flow_tables VALUES ($1, $2, $3, $4, $5)', [table, session, family, hour, number]);
      }
      await writer.run(hotFlowsView([...parts.hot].filter((part) => part.isMade || missing.includes(part))));
    });
  } catch (cause) {
    for (const part of missing) parts.remove(part);
    throw cause;
  }
  for (const part of missing) part.isMade = true;
  await checkpoint(writer);
}

/** In the caller's transaction. */
export async function dropPartTable(
  writer: DuckDBConnection,
  parts: FlowParts,
  dropped: readonly HotPart[],
): Promise<void> {
  await writer.run(hotFlowsView([...parts.hot].filter((part) => part.isMade && !dropped.includes(part))));
  for (const { table } of dropped) {
    await writer.run(`DROP TABLE ${table}`);
    await writer.run('DELETE FROM flow_tables WHERE name = $1', [table]);
  }
}

const FILE_COLUMNS = `path, session::DOUBLE AS session, family, hour::DOUBLE AS hour, number, rows::DOUBLE AS rows,
  packets::DOUBLE AS packets, bytes::DOUBLE AS bytes, file_bytes::DOUBLE AS file_bytes, first_micros::DOUBLE AS first_micros,
  last_micros::DOUBLE AS last_micros, sealed_seconds, state, version`;

function keyOf(row: Row) {
  return {
    session: Number(row.session),
    family: Number(row.family) as Family,
    hour: row.hour === null ? null : Number(row.hour),
  };
}

function toFile(row: Row): SealedFile {
  return {
    ...keyOf(row),
    path: String(row.path),
    number: Number(row.number),
    rows: Number(row.rows),
    packets: Number(row.packets),
    wireBytes: Number(row.bytes),
    fileBytes: Number(row.file_bytes),
    firstMicros: Number(row.first_micros),
    lastMicros: Number(row.last_micros),
    sealedSeconds: Number(row.sealed_seconds),
    state: String(row.state) as FileState,
    version: Number(row.version),
    summaryBytes: 0,
  };
}

export async function insertFile(writer: DuckDBConnection, file: SealedFile): Promise<void> {
  const { path, session, family, hour, number, rows, packets, wireBytes, fileBytes } = file;
  const { firstMicros, lastMicros, sealedSeconds, state, version } = file;
  await writer.run('INSERT INTO flow_files VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)', [
    path,
    session,
    family,
    hour,
    number,
    rows,
    packets,
    wireBytes,
    fileBytes,
    firstMicros,
    lastMicros,
    sealedSeconds,
    state,
    version,
  ]);
}

export async function setFileState(writer: DuckDBConnection, file: SealedFile, state: FileState): Promise<void> {
  await writer.run('UPDATE flow_files SET state = $1 WHERE path = $2', [state, file.path]);
}
