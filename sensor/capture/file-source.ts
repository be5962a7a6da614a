/** Capture files as a source: one after another in the order of their first packets, in their own time or as fast as they go. */
import { basename } from 'node:path';
import type { RecordBatch } from '../../shared/packet-batch.ts';
import type { CaptureClock } from '../../shared/wire/messages.ts';
import { CaptureFile } from './capture-file.ts';
import { CaptureError, type CaptureSource, type CaptureStats } from './capture-source.ts';
import { Pace } from './pace.ts';

export class FileSource implements CaptureSource {
  readonly kind = 'file';
  readonly name: string;
  readonly clock: CaptureClock;
  readonly link = 'none';
  readonly damage: string[] = [];
  readonly #paths: readonly string[];
  readonly #pace: Pace | null;
  #stopped = false;

  /** `speed` 0 is as fast as it goes. */
  constructor(paths: readonly string[], speed: number) {
    this.#paths = paths;
    this.name = paths
      .map((path) => basename(path))
      .join(', ')
      .slice(0, 200);
    this.clock = { mode: speed === 0 ? 'max' : 'paced', speed };
    this.#pace = speed === 0 ? null : new Pace(speed);
  }

  get gaps() {
    return this.#pace?.gaps ?? { count: 0, last: null };
  }

  /** Every file must open and begin as a capture does: better told now than after hours of playing the others. */
  async open(): Promise<void> {
    for (const path of this.#paths) {
      if (path === '-') continue;
      const file = new CaptureFile(path);
      await file.open();
      await file.next();
      await file.close();
      if (file.format === null)
        throw new CaptureError(
          'CAPTURE_NOT_A_CAPTURE',
          `${path} cannot be read: ${file.damage}. Name a pcap or pcapng file.`,
        );
    }
  }

  async *batches(): AsyncIterable<RecordBatch> {
    for (const path of await inOrderOfTime(this.#paths)) {
      const file = new CaptureFile(path);
      await file.open();
      try {
        for (let records = await file.next(); records !== null && !this.#stopped; records = await file.next()) {
          if (this.#pace === null) yield records;
          else yield* this.#pace.play(records);
        }
      } finally {
        await file.close();
      }
      if (this.#stopped) return;
      if (file.damage !== null) this.damage.push(`${basename(path)}: ${file.damage}`);
    }
  }

  stats(): CaptureStats {
    return { received: null, droppedByKernel: null, droppedByInterface: null };
  }

  stop(): void {
    this.#stopped = true;
    this.#pace?.stop();
  }
}

async function inOrderOfTime(paths: readonly string[]): Promise<string[]> {
  if (paths.length === 1) return [...paths];
  const starts = await Promise.all(
    paths.map(async (path) => {
      if (path === '-') return { path, seconds: 0 };
      const file = new CaptureFile(path);
      await file.open();
      const records = await file.next();
      const seconds = records === null ? 0 : records.seconds[0]! + records.nanoseconds[0]! / 1e9;
      await file.close();
      return { path, seconds };
    }),
  );
  return starts.sort((a, b) => a.seconds - b.seconds).map(({ path }) => path);
}
