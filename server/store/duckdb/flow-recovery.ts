/**
 * Puts right what a stop between two steps of sealing or of retention left: every flow is there exactly once afterwards.
 * The database decides; files that it does not know are copies of a table that is still there, or are put aside.
 */
import { readdir, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type Connections, rowsOf } from './connections.ts';
import { absolutePath, FLOWS_FOLDER, readParquet } from './flow-files.ts';
import { type FlowParts, filePath } from './flow-parts.ts';

const ASIDE = '.aside';

/** Resolves to sentences for the user. */
export async function recoverFlowFiles(connections: Connections, parts: FlowParts, folder: string): Promise<string[]> {
  const found = await listFiles(join(folder, FLOWS_FOLDER));
  for (const path of found) if (path.endsWith('.parquet.tmp')) await rm(absolutePath(folder, path), { force: true });
  await deleteExpired(connections, parts, folder);
  const unknown = found.filter((path) => path.endsWith('.parquet') && !parts.files.has(path));
  const aside: string[] = [];
  for (const path of unknown) if (!(await removeCopy(connections, parts, folder, path))) aside.push(path);
  for (const path of aside) await rename(absolutePath(folder, path), absolutePath(folder, path + ASIDE));
  if (aside.length === 0) return [];
  const others = aside.length > 1 ? ` and ${aside.length - 1} more files, which` : ', which';
  return [
    `flows/${aside[0]}${others} the database does not know, is kept with "${ASIDE}" at the end of its name and is not shown`,
  ];
}

/** Files that retention had taken out of the account. */
export async function deleteExpired(connections: Connections, parts: FlowParts, folder: string): Promise<void> {
  const expired = [...parts.files.values()].filter(({ state }) => state === 'expired');
  if (expired.length === 0) return;
  for (const { path } of expired) await rm(absolutePath(folder, path), { force: true });
  await connections.transaction((writer) => writer.run("DELETE FROM flow_files WHERE state = 'expired'"));
  for (const { path } of expired) parts.files.delete(path);
}

/** A file that was renamed and not yet noted: its table is still there, with the same rows. */
async function removeCopy(connections: Connections, parts: FlowParts, folder: string, path: string): Promise<boolean> {
  const part = [...parts.hot].find((hot) => hot.rows > 0 && filePath(hot) === path);
  if (part === undefined) return false;
  const rows = await connections
    .write((writer) =>
      rowsOf(writer, `SELECT count(*)::DOUBLE AS rows FROM ${readParquet([absolutePath(folder, path)])}`),
    )
    .catch(() => [{ rows: part.rows }]);
  if (Number(rows[0]?.rows) > part.rows) return false;
  await rm(absolutePath(folder, path), { force: true });
  return true;
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw cause;
  }
}
