/** A spool is written by one process at a time, whoever dies at which moment. */
import { createHash, randomBytes } from 'node:crypto';
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LOCK_NAME = 'lock';
const MAX_TRIES = 10;

/** Takes the folder, and `release` gives it back; or the process `holder` has it, 0 where it is not known which. */
export function lockSpool(folder: string): { release: () => void } | { holder: number } {
  const path = join(folder, LOCK_NAME);
  // What a lock is a link to: it never stands there without saying whose it is.
  const own = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  writeFileSync(own, identityOf(process.pid), { flag: 'wx', mode: 0o600 });
  try {
    const holder = take(path, own);
    if (holder !== null) return { holder };
    sweep(folder);
    return { release: () => rmSync(path, { force: true }) };
  } finally {
    rmSync(own, { force: true });
  }
}

/**
 * Null when it is ours; else who has it. Between reading that its holder is gone and removing it, a lock may become that of
 * another. So who takes over holds a second lock meanwhile, which is named by what the first says, and looks again; and as
 * no holder comes back from the dead, who comes late with that second lock finds the first changed.
 */
function take(path: string, own: string): number | null {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    if (isPut(own, path)) return null;
    const written = readText(path);
    if (written === null) continue;
    if (isHeld(written)) return Number.parseInt(written, 10);
    const second = `${path}.${createHash('sha256').update(written).digest('hex').slice(0, 8)}`;
    const other = take(second, own);
    if (other !== null) return other;
    try {
      if (readText(path) !== written) continue;
      const next = `${own}.next`;
      isPut(own, next);
      renameSync(next, path);
      return null;
    } finally {
      rmSync(second, { force: true });
    }
  }
  return 0;
}

/** False where there is one already. */
function isPut(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'ENOSYS'].includes(code)) throw error;
  }
  // A file system without links: whoever dies between its name and its words leaves a lock that names nobody.
  try {
    writeFileSync(path, identityOf(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** What processes left that died while they took a lock. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(`${LOCK_NAME}.`)) continue;
    const written = readText(join(folder, name));
    // Empty is one that is being written just now.
    if (written && !isHeld(written)) rmSync(join(folder, name), { force: true });
  }
}

/** A process that is gone, or another that got its number, holds nothing; nor does a file that a power cut left empty. */
function isHeld(written: string): boolean {
  const holder = Number.parseInt(written, 10);
  return holder > 0 && holder !== process.pid && identityOf(holder) === written;
}

/** Number and time of start, where the system tells: numbers are given again. Empty for a process that is not there. */
function identityOf(pid: number): string {
  const stat = readText(`/proc/${pid}/stat`) ?? '';
  // The name in brackets may hold anything; the start is the 20th field behind it.
  if (stat !== '') return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  try {
    process.kill(pid, 0);
    return `${pid}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? `${pid}` : '';
  }
}

/** Null where there is none. */
function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
