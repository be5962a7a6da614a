/** Whether a sensor has a spool, and where. */
import { join } from 'node:path';
import type { CaptureSource } from '../capture/capture-source.ts';
import type { SensorConfig } from '../config.ts';
import { MIN_SPOOL_BYTES, Spool } from '../output/spool.ts';

/** `none` is no folder: frames wait in memory. */
const NONE = 'none';

/** What `--spool` sets. */
export function spoolFlags(folder: string | undefined): { directory: string } | undefined {
  return folder === undefined ? undefined : { directory: folder };
}

/**
 * What is captured from an interface cannot be had again: it lies on disk by default. A file can wait, and is there to be
 * read again; a simulation can be made again. Throws SpoolError.
 */
export function openSpool({ spool }: SensorConfig, source: CaptureSource): Spool | null {
  const { directory, maxMegabytes, keepFreeMegabytes } = spool;
  if (directory === NONE || (directory === '' && source.kind !== 'live')) return null;
  return new Spool({
    folder: directory === '' ? join('data', 'spool') : directory,
    maxBytes: Math.max(MIN_SPOOL_BYTES, maxMegabytes * 1e6),
    keepFreeBytes: keepFreeMegabytes * 1e6,
    log: (message) => process.stderr.write(`sensor: ${message}\n`),
  });
}
