/** Capture files as a source: merged in the order of time, played in their own time or as fast as they go. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { RecordBatch } from '../../shared/packet-batch.ts';
import type { CaptureClock } from '../../shared/wire/messages.ts';
import { CaptureFile } from './capture-file.ts';
import { CaptureError, type CaptureSource, type CaptureStats } from './capture-source.ts';
import { BEFORE_ALL, type Instant, Merge } from './merge.ts';
import { Pace } from './pace.ts';

const MAX_NAME_CHARACTERS = 200;

export class FileSource implements CaptureSource {
  readonly kind = 'file';
  readonly name: string;
  readonly clock: CaptureClock;
  readonly link = 'none';
  readonly damage: string[] = [];
  readonly #paths: readonly string[];
  readonly #starts = new Map<string, Instant>();
  readonly #pace: Pace | null;
  #merge: Merge | null = null;
  #stopped = false;

  /** `speed` 0 is as fast as it goes. */
  constructor(paths: readonly string[], speed: number) {
    this.#paths = paths;
    this.name = nameOf(paths);
    this.clock = { mode: speed === 0 ? 'max' : 'paced', speed };
    this.#pace = speed === 0 ? null : new Pace(speed);
  }

  get gaps() {
    return this.#pace?.gaps ?? { count: 0, last: null };
  }

  /** Every file must open and begin as a capture does: better told now than after hours of playing the others. */
  async open(): Promise<void> {
    for (const path of this.#paths) {
      if (!(await isReadOnce(path))) this.#starts.set(path, await startOf(path));
    }
  }

  async *batches(): AsyncIterable<RecordBatch> {
    if (this.#stopped) return;
    // What is read once cannot be looked at beforehand: it is read first, and then waits for its turn.
    const inputs = this.#paths.map((path) => ({ path, start: this.#starts.get(path) ?? BEFORE_ALL }));
    this.#merge = new Merge(inputs, (path, damage) => this.damage.push(`${basename(path)}: ${damage}`));
    for await (const records of this.#merge.batches()) {
      if (this.#pace === null) yield records;
      else yield* this.#pace.play(records);
      if (this.#stopped) return;
    }
  }

  stats(): CaptureStats {
    return { received: null, droppedByKernel: null, droppedByInterface: null };
  }

  stop(): void {
    this.#stopped = true;
    this.#pace?.stop();
    this.#merge?.stop();
  }
}

/** The name of a session: that of its files. */
export function nameOf(paths: readonly string[]): string {
  return paths
    .map((path) => basename(path))
    .join(', ')
    .slice(0, MAX_NAME_CHARACTERS);
}

/** Standard input, and pipes that have a name (as `<(zcat …)` has): what was read of them is gone. */
async function isReadOnce(path: string): Promise<boolean> {
  if (path === '-') return true;
  const found = await stat(path).catch(() => null);
  return found !== null && !found.isFile() && !found.isDirectory();
}

/** The time of a file's first record. Throws CaptureError for what is no capture. */
async function startOf(path: string): Promise<Instant> {
  const file = new CaptureFile(path);
  try {
    await file.open();
    const records = await file.next();
    if (file.format === null)
      throw new CaptureError('CAPTURE_NOT_A_CAPTURE', `${path} cannot be read: ${file.damage}. Name a capture file.`);
    if (records === null || Number.isNaN(records.seconds[0])) return BEFORE_ALL;
    return { seconds: records.seconds[0]!, nanoseconds: records.nanoseconds[0]! };
  } finally {
    await file.close();
  }
}
