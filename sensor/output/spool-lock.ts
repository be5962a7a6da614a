/** A spool is written by one process at a time. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LOCK_NAME = 'lock';
const MAX_TRIES = 3;

/** Takes the folder; the function that is returned gives it back. Null: the process of that number has it. */
export function lockSpool(folder: string): { release: () => void } | { holder: number } {
  const path = join(folder, LOCK_NAME);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    try {
      writeFileSync(path, identityOf(process.pid), { flag: 'wx', mode: 0o600 });
      return { release: () => rmSync(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const written = readText(path);
    const holder = Number.parseInt(written, 10);
    // A process that is gone, or another that got its number, holds nothing; nor does a file that a power cut left empty.
    if (holder > 0 && holder !== process.pid && identityOf(holder) === written) return { holder };
    rmSync(path, { force: true });
  }
  return { holder: 0 };
}

/** Number and time of start, where the system tells: numbers are given again. Empty for a process that is not there. */
function identityOf(pid: number): string {
  const stat = readText(`/proc/${pid}/stat`);
  // The name in brackets may hold anything; the start is the 20th field behind it.
  if (stat !== '') return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  try {
    process.kill(pid, 0);
    return `${pid}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? `${pid}` : '';
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
