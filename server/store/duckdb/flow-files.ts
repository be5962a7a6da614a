/** Sealed flows as Parquet: what a file holds, how it is written, checked and read. */
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Family } from '../../../shared/flow-batch.ts';
import { rowsOf } from './connections.ts';
import type { HotPart } from './flow-parts.ts';
import { FIRST_MICROS } from './flow-sql.ts';
import { FIELDS_ADDED_IN_6, flowColumnType, storedFieldNames } from './schema.ts';

export const FLOWS_FOLDER = 'flows';

/** What must be equal in a table and in the file that takes its place. */
export interface PartSums {
  readonly rows: number;
  readonly packets: number;
  readonly wireBytes: number;
  readonly firstMicros: number;
  readonly lastMicros: number;
}

/** Parquet has no 128-bit numbers: such a column is written as two, its high and its low 64 bits. */
const isWide = (name: (typeof storedFieldNames)[number], family: Family) => flowColumnType(name, family) === 'UHUGEINT';
/** The folder's name says the session. */
const fileFieldNames = storedFieldNames.filter((name) => name !== 'session');

/** The columns of a file, out of a table. */
export function toFileColumns(family: Family): string {
  const columns = fileFieldNames.map((name) =>
    isWide(name, family)
      ? `("${name}" >> 64)::UBIGINT AS "${name}High", ("${name}" & 18446744073709551615)::UBIGINT AS "${name}Low"`
      : `"${name}"`,
  );
  return [`${family}::UTINYINT AS family`, ...columns].join(', ');
}

/** What files of a version do not have: 0 is what is not known. */
const missingIn = (version: number): readonly string[] => (version < 6 ? FIELDS_ADDED_IN_6 : []);

/** The columns of a table, out of files of a version, or of several that are united by name; all but `session`. */
export function fromFileColumns(family: Family, version: number | 'several'): string {
  const missing = missingIn(version === 'several' ? 0 : version);
  const columns = fileFieldNames.map((name) => {
    const none = `0::${flowColumnType(name, family)}`;
    if (missing.includes(name))
      return version === 'several' ? `coalesce("${name}", ${none}) AS "${name}"` : `${none} AS "${name}"`;
    return isWide(name, family)
      ? `(("${name}High"::UHUGEINT << 64) | "${name}Low"::UHUGEINT) AS "${name}"`
      : `"${name}"`;
  });
  return columns.join(', ');
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Names of files are patterns to DuckDB: what would be one in the name of a folder is taken as it is. */
export function readParquet(paths: readonly string[]): string {
  const names = paths.map((path) => quoted(path.replace(/[*?[]/g, '[$&]')));
  return `read_parquet([${names.join(', ')}], hive_partitioning = false)`;
}

/** Files of one family, each with the version whose columns it has, as queries that give the columns of a table. */
export function selectFiles(family: Family, files: readonly { readonly path: string; readonly version: number }[]) {
  const versions = new Set(files.map(({ version }) => version));
  return [...versions].map((version) => {
    const paths = files.filter((file) => file.version === version).map(({ path }) => path);
    return `SELECT ${fromFileColumns(family, version)} FROM ${readParquet(paths)}`;
  });
}

const SUMS = `SELECT count(*)::DOUBLE AS rows, coalesce(sum(packets), 0)::DOUBLE AS packets,
  coalesce(sum("wireBytes"), 0)::DOUBLE AS "wireBytes", min(${FIRST_MICROS})::DOUBLE AS "firstMicros",
  max(${FIRST_MICROS})::DOUBLE AS "lastMicros"`;

export async function sumsOf(connection: DuckDBConnection, source: string): Promise<PartSums> {
  const [row] = await rowsOf(connection, `${SUMS} FROM ${source}`);
  return row as unknown as PartSums;
}

/** Writes a part, reads it back, and only then gives it its name. Sorted by source, so that one source is found fast. */
export async function writeFlowFile(connection: DuckDBConnection, part: HotPart, path: string) {
  const expected = await sumsOf(connection, part.table);
  const temporary = `${path}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await connection.run(
      `COPY (SELECT ${toFileColumns(part.family)} FROM ${part.table} ORDER BY source, ${FIRST_MICROS})
        TO ${quoted(temporary)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)`,
    );
    const written = await sumsOf(connection, readParquet([temporary]));
    if (JSON.stringify(written) !== JSON.stringify(expected))
      throw new Error(`${temporary} does not hold what ${part.table} does`);
    await syncFile(temporary);
    await rename(temporary, path);
    await syncFolders(path);
    return { sums: expected, fileBytes: (await stat(path)).size };
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
}

export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The file's folder and those that may be new: hour, day, session, flows and the data directory. */
async function syncFolders(path: string): Promise<void> {
  let folder = dirname(path);
  for (let level = 0; level < 5; level++, folder = dirname(folder)) await syncFile(folder);
}

export function absolutePath(folder: string, path: string): string {
  return join(folder, FLOWS_FOLDER, path);
}
