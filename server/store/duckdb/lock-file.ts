/**
 * Keeps one process from opening a database twice. DuckDB's own lock is held by the process: a second open from the same
 * process (another thread, another copy of this module) is not refused, and rows are lost without an error. Other
 * processes are DuckDB's lock to refuse, so a file left by a process that was killed is never in the way.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { StoreError } from '../stores.ts';

interface Owner {
  readonly processId: number;
  /** When the process began, in seconds since the machine did: with the id alone, a container's process 1 would find itself. */
  readonly startedSeconds: number;
}

const TOLERANCE_SECONDS = 0.2;
const held = new Set<string>();

export class LockFile {
  readonly #path: string;
  readonly #self: Owner = { processId: process.pid, startedSeconds: uptime() - process.uptime() };

  private constructor(path: string) {
    this.#path = path;
  }

  /** Throws STORE_LOCKED where this process holds the lock already. `write` follows once DuckDB has its own lock. */
  static async take(path: string): Promise<LockFile> {
    const lock = new LockFile(path);
    if (held.has(path) || (await lock.#heldByThisProcess())) {
      throw new StoreError('STORE_LOCKED', `${path} says that this process has the data directory open: open it once`);
    }
    held.add(path);
    return lock;
  }

  async write(): Promise<void> {
    await writeFile(this.#path, `${JSON.stringify(this.#self)}\n`);
  }

  /** Gives the lock up without touching a file that may be another process's. */
  forget(): void {
    held.delete(this.#path);
  }

  async release(): Promise<void> {
    await rm(this.#path, { force: true });
    this.forget();
  }

  async #heldByThisProcess(): Promise<boolean> {
    const owner = await readOwner(this.#path);
    if (owner === null || owner.processId !== this.#self.processId) return false;
    return Math.abs(owner.startedSeconds - this.#self.startedSeconds) < TOLERANCE_SECONDS;
  }
}

/** Null for a file that is missing or not ours: half-written ones of a killed process count as none. */
async function readOwner(path: string): Promise<Owner | null> {
  try {
    const { processId, startedSeconds } = JSON.parse(await readFile(path, 'utf8')) as Partial<Owner>;
    return typeof processId === 'number' && typeof startedSeconds === 'number' ? { processId, startedSeconds } : null;
  } catch {
    return null;
  }
}
