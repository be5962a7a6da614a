/** Whether a sensor has a spool, and where. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { CaptureSource } from '../capture/capture-source.ts';
import type { SensorConfig } from '../config.ts';
import { MIN_SPOOL_BYTES, Spool } from '../output/spool.ts';

/** `none` is no folder: frames wait in memory. */
const NONE = 'none';
const DEFAULT_FOLDER = join('data', 'spool');

/** What `--spool` sets. */
export function spoolFlags(folder: string | undefined): { directory: string } | undefined {
  return folder === undefined ? undefined : { directory: folder };
}

/** Where the spool of an interface lies, or the folder that is there of the way to it; null without a spool. */
export function spoolPath({ spool: { directory } }: SensorConfig): string | null {
  if (directory === NONE) return null;
  let path = resolve(directory === '' ? DEFAULT_FOLDER : directory);
  while (!existsSync(path)) path = dirname(path);
  return path;
}

/**
 * What is captured from an interface cannot be had again: it lies on disk by default. A file can wait, and is there to be
 * read again; a simulation can be made again. Throws SpoolError.
 */
export function openSpool({ spool }: SensorConfig, source: CaptureSource): Spool | null {
  const { directory, maxMegabytes, keepFreeMegabytes } = spool;
  if (directory === NONE || (directory === '' && source.kind !== 'live')) return null;
  return new Spool({
    folder: directory === '' ? DEFAULT_FOLDER : directory,
    maxBytes: Math.max(MIN_SPOOL_BYTES, maxMegabytes * 1e6),
    keepFreeBytes: keepFreeMegabytes * 1e6,
    log: (message) => process.stderr.write(`sensor: ${message}\n`),
  });
}
