/** DuckDB's messages turned into errors with stable codes that say what to do. */
import { StoreError } from '../stores.ts';

export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** First sentence of DuckDB's message: the rest is stack traces and links. */
export function firstLine(cause: unknown): string {
  return messageOf(cause).split('\n', 1)[0]!.trim();
}

/** The error of a database that did not open. */
export function openError(path: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const message = messageOf(cause);
  if (/could not set lock|conflicting lock/i.test(message)) {
    const owner = /\(PID (\d+)\)/.exec(message)?.[1];
    const who = owner ? `process ${owner}` : 'another process';
    return new StoreError('STORE_LOCKED', `${path} is in use by ${who}: stop it, or name another data directory`, {
      cause,
    });
  }
  if (/version number|serialization version|storage version/i.test(message)) {
    const text = `${path} was written by another version of DuckDB: open it with the version that made it, or name another data directory`;
    return new StoreError('STORE_VERSION', text, { cause });
  }
  if (isDiskFull(message)) return diskFull(cause);
  if (/permission denied|read-only file system/i.test(message)) {
    return new StoreError('STORE_FAILED', `${path} cannot be written: check who owns it and its permissions`, {
      cause,
    });
  }
  const text = `${path} cannot be read (${firstLine(cause)}): restore it from a copy, or name another data directory`;
  return new StoreError('STORE_UNREADABLE', text, { cause });
}

const isDiskFull = (message: string) => /no space left|disk full|disk quota exceeded|out of disk/i.test(message);

function diskFull(cause: unknown): StoreError {
  return new StoreError('STORE_FULL', 'the disk of the data directory is full: make room, and it goes on by itself', {
    cause,
  });
}

/** Nothing is wrong with what was asked for: it was asked at another time, or is not wanted any more. */
export function isNoFault(error: unknown): boolean {
  return error instanceof StoreError && (error.code === 'STORE_BUSY' || error.code === 'STORE_GONE');
}

/** Says nothing of what was to be read: there was no time, memory or room for it, or the store was being closed. */
export function isOfCircumstances(error: unknown): boolean {
  const cause = error instanceof StoreError && error.cause !== undefined ? error.cause : error;
  const message = messageOf(cause);
  return (
    isNoFault(error) || isDiskFull(message) || /^(INTERRUPT|Out of Memory) Error|the store is closed/i.test(message)
  );
}

/** After such an error DuckDB does nothing more until the file is closed and opened again. */
export function isFatal(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return /^FATAL|has been invalidated/.test(messageOf(error)) || (cause !== undefined && isFatal(cause));
}

/** The error of work that failed in an open database. RangeErrors are the caller's mistake and pass unchanged. */
export function workError(cause: unknown): Error {
  if (cause instanceof StoreError || cause instanceof RangeError) return cause;
  if (/INTERRUPT/i.test(messageOf(cause))) {
    return new StoreError('STORE_FAILED', 'the query took too long and was ended: ask for a shorter span', { cause });
  }
  if (isDiskFull(messageOf(cause))) return diskFull(cause);
  return new StoreError('STORE_FAILED', `the store could not do its work: ${firstLine(cause)}`, { cause });
}
