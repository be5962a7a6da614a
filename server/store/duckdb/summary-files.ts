/**
 * Summaries of sealed files, beside them in a folder of their own. They can be made again from the files at any time: who
 * deletes the folder loses nothing but speed.
 */
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type DuckDBConnection, version } from '@duckdb/node-api';
import type { Family } from '../../../shared/flow-batch.ts';
import { rowsOf } from './connections.ts';
import { absolutePath, fromFileColumns, quoted, readParquet, syncFile } from './flow-files.ts';
import type { SealedFile } from './flow-parts.ts';
import { STORE_VERSION } from './schema.ts';
import { minutesQuery, SummaryKind, sampleQuery } from './summary-sql.ts';

const SUMMARIES_FOLDER = 'summaries';
/**
 * A summary has the columns of this version, whatever its file has, and a sample by the hash of this DuckDB. Those of others
 * are not read, and go.
 */
const FORMAT = `${STORE_VERSION}-1-${version()}`;
const EXTENSION = '.parquet';

export interface SummaryPaths {
  readonly sample: string;
  readonly minutes: string;
}

/** `path`: of a sealed file, below the folder of flows. */
export function summaryPaths(folder: string, path: string): SummaryPaths {
  const base = join(folder, SUMMARIES_FOLDER, FORMAT, path.slice(0, -EXTENSION.length));
  return { sample: `${base}.sample${EXTENSION}`, minutes: `${base}.minutes${EXTENSION}` };
}

/** Makes both, holds them against the file, and only then gives them their names. Resolves to their bytes. */
export async function writeSummary(connection: DuckDBConnection, folder: string, file: SealedFile): Promise<number> {
  const { sample, minutes } = summaryPaths(folder, file.path);
  const source = absolutePath(folder, file.path);
  await mkdir(dirname(sample), { recursive: true });
  try {
    await copy(connection, sampleQuery(file.family, source, file.version), `${sample}.tmp`);
    await copy(connection, minutesQuery(file.family, source, file.version), `${minutes}.tmp`);
    await checkSums(connection, `${minutes}.tmp`, file);
    for (const path of [sample, minutes]) {
      await syncFile(`${path}.tmp`);
      await rename(`${path}.tmp`, path);
    }
    return await summaryBytes(folder, file.path);
  } catch (cause) {
    for (const path of [sample, minutes]) await rm(`${path}.tmp`, { force: true });
    throw cause;
  }
}

/** Flows of the samples that are of a level or a higher one, in the columns of a table, as SQL. */
export function keptFlows(family: Family, samples: readonly string[], level: number): string {
  return `SELECT ${fromFileColumns(family, STORE_VERSION)} FROM ${readParquet(samples)} WHERE level >= ${level}`;
}

async function copy(connection: DuckDBConnection, query: string, path: string): Promise<void> {
  await connection.run(`COPY (${query}) TO ${quoted(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)`);
}

async function checkSums(connection: DuckDBConnection, path: string, file: SealedFile): Promise<void> {
  const [sums] = await rowsOf(
    connection,
    `SELECT coalesce(sum(packets), 0)::DOUBLE AS packets, coalesce(sum(flows), 0)::DOUBLE AS flows
      FROM ${readParquet([path])} WHERE kind = ${SummaryKind.second}`,
  );
  if (Number(sums!.packets) !== file.packets || Number(sums!.flows) !== file.rows)
    throw new Error(`${path} does not hold what flows/${file.path} does`);
}

/** 0 where one of both is missing. */
export async function summaryBytes(folder: string, path: string): Promise<number> {
  const { sample, minutes } = summaryPaths(folder, path);
  const sizes = await Promise.all([sample, minutes].map((each) => stat(each).catch(() => null)));
  return sizes.some((size) => size === null) ? 0 : sizes.reduce((sum, size) => sum + size!.size, 0);
}

/** Before the file itself goes: no other that comes by its name finds them. */
export async function removeSummary(folder: string, path: string): Promise<void> {
  for (const each of Object.values(summaryPaths(folder, path))) await rm(each, { force: true });
}

/** Whether both can be read to their ends. */
export async function isReadable(connection: DuckDBConnection, folder: string, path: string): Promise<boolean> {
  const { sample, minutes } = summaryPaths(folder, path);
  try {
    for (const each of [sample, minutes])
      await rowsOf(connection, `SELECT bit_xor(hash(summary)) FROM ${readParquet([each])} AS summary`);
    return true;
  } catch {
    return false;
  }
}

/** Deletes all but the summaries of these sealed files: those that a stop left, and those of other versions. */
export async function removeOtherSummaries(folder: string, paths: Iterable<string>): Promise<void> {
  const top = join(folder, SUMMARIES_FOLDER);
  const kept = new Set<string>();
  for (const path of paths) for (const each of Object.values(summaryPaths(folder, path))) kept.add(relative(top, each));
  const entries = await readdir(top, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !kept.has(relative(top, path))) await rm(path, { force: true });
  }
}
