/**
 * Puts right what a stop between two steps of sealing or of retention left: every flow is there exactly once afterwards.
 * The database decides; files that it does not know are copies of a table that is still there, or are put aside.
 */
import { readdir, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type Connections, rowsOf } from './connections.ts';
import { absolutePath, FLOWS_FOLDER, readParquet } from './flow-files.ts';
import { type FlowParts, filePath, LIVE_SESSION } from './flow-parts.ts';
import type { ProblemBook } from './problem-book.ts';
import { firstLine } from './store-errors.ts';
import { removeSummary } from './summary-files.ts';

const ASIDE = '.aside';

export interface RecoveryParts {
  readonly connections: Connections;
  readonly parts: FlowParts;
  readonly folder: string;
  readonly problems: ProblemBook;
}

/** `expired`: sums of what retention took away, by session. */
export async function recoverFlowFiles(
  does: RecoveryParts & { readonly expired: ReadonlyMap<number, unknown> },
): Promise<void> {
  const { parts, folder, problems } = does;
  const found = await listFiles(join(folder, FLOWS_FOLDER));
  for (const path of found) if (path.endsWith('.parquet.tmp')) await rm(absolutePath(folder, path), { force: true });
  await deleteExpired(does);
  const unknown = found.filter((path) => path.endsWith('.parquet') && !parts.files.has(path));
  const aside: string[] = [];
  for (const path of unknown) {
    if (isOfExpiredSession(does, path)) await rm(absolutePath(folder, path), { force: true });
    else if (!(await removeCopy(does, path))) aside.push(path);
  }
  for (const path of aside) await rename(absolutePath(folder, path), absolutePath(folder, path + ASIDE));
  if (aside.length === 0) return;
  const others = aside.length > 1 ? ` and ${aside.length - 1} more files, which` : ', which';
  problems.note(
    'STORE_FILE_UNKNOWN',
    `flows/${aside[0]}${others} the database does not know, is kept with "${ASIDE}" at the end of its name and is not shown`,
  );
}

/**
 * Files that retention had taken out of the account. One that cannot be deleted keeps no other from it: it stays in the
 * list, is said, and is tried again.
 */
export async function deleteExpired({ connections, parts, folder, problems }: RecoveryParts): Promise<void> {
  const gone: string[] = [];
  const stuck: { path: string; reason: string }[] = [];
  for (const { path, state } of parts.files.values()) {
    if (state !== 'expired') continue;
    await removeBoth(folder, path).then(
      () => gone.push(path),
      (cause) => stuck.push({ path, reason: firstLine(cause) }),
    );
  }
  if (stuck.length > 0) problems.note('STORE_FILE_STUCK', stuckSentence(stuck.length, stuck[0]!));
  else problems.clear('STORE_FILE_STUCK');
  if (gone.length === 0) return;
  await connections.transaction(async (writer) => {
    for (const path of gone) await writer.run("DELETE FROM flow_files WHERE state = 'expired' AND path = $1", [path]);
  });
  for (const path of gone) parts.files.delete(path);
}

async function removeBoth(folder: string, path: string): Promise<void> {
  await removeSummary(folder, path);
  await rm(absolutePath(folder, path), { force: true });
}

function stuckSentence(count: number, { path, reason }: { path: string; reason: string }): string {
  const files = count === 1 ? 'a file' : `${count} files`;
  return `${files} of flows that are no longer kept cannot be deleted, such as flows/${path} (${reason}): tried again every minute`;
}

/** Of a session that expired while it was sealed: all that it had was counted as expired. */
function isOfExpiredSession(
  { parts, expired }: { parts: FlowParts; expired: ReadonlyMap<number, unknown> },
  path: string,
): boolean {
  const session = Number(
    /^session=(\d+)\/dt=[\d-]+\/hh=\d+\/flows[46](?:-\d+)?\.parquet$/.exec(path)?.[1] ?? LIVE_SESSION,
  );
  if (session === LIVE_SESSION || !expired.has(session)) return false;
  return ![...parts.hot, ...parts.files.values()].some((part) => part.session === session);
}

/** A file that was renamed and not yet noted: its table is still there, with the same rows. */
async function removeCopy({ connections, parts, folder }: RecoveryParts, path: string): Promise<boolean> {
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
