/** One capture file that grows as a source: read to its end, and on as it grows, until stopped. */
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordBatch } from '../../shared/packet-batch.ts';
import type { CaptureClock } from '../../shared/wire/messages.ts';
import { CaptureError, type CaptureSource, type CaptureStats } from './capture-source.ts';
import { GrowingFile } from './growing-file.ts';

const LOOK_EVERY_MILLISECONDS = 100;
/** A file that is replaced every hour is followed for years: the last few sentences are kept. */
const MAX_SENTENCES = 20;

export class FollowSource implements CaptureSource {
  /** A session of its own, and no packet is given up: what is in a file can wait for the server. */
  readonly kind = 'file';
  readonly name: string;
  /** Packets are new when they are read, once the file has been caught up with. */
  readonly clock: CaptureClock = { mode: 'live', speed: 1 };
  readonly link = 'none';
  readonly damage: string[] = [];
  readonly #path: string;
  readonly #abort = new AbortController();
  #file: GrowingFile | null = null;
  #toldWhatIsLeft = false;

  constructor(path: string) {
    this.#path = path;
    this.name = basename(path);
  }

  async open(): Promise<void> {
    this.#file = await GrowingFile.open(this.#path);
  }

  async *batches(): AsyncIterable<RecordBatch> {
    try {
      while (!this.#stopped) {
        // Looked at first and read then: what an old file still got before it was replaced is read, too.
        const change = await this.#file!.change();
        for (let records = await this.#file!.next(); records !== null; records = await this.#file!.next()) {
          yield records;
          // Stopped before its end: what is left over was not looked for.
          if (this.#stopped) return;
        }
        if (this.#file!.damage !== null) this.#tellWhatIsLeft();
        if (change === 'none') await this.#wait();
        else await this.#beginAnew(change);
      }
      this.#tellWhatIsLeft();
    } finally {
      await this.#file?.close();
    }
  }

  get #stopped(): boolean {
    return this.#abort.signal.aborted;
  }

  async #wait(): Promise<void> {
    await sleep(LOOK_EVERY_MILLISECONDS, undefined, { signal: this.#abort.signal }).catch(() => undefined);
  }

  async #beginAnew(change: 'cut' | 'replaced'): Promise<void> {
    let next: GrowingFile;
    try {
      next = await GrowingFile.open(this.#path);
    } catch (error) {
      // Gone again: it may come back.
      if (error instanceof CaptureError && error.code === 'CAPTURE_NO_FILE') return this.#wait();
      throw error;
    }
    if (change === 'replaced') this.#tellWhatIsLeft();
    await this.#file!.close();
    this.#file = next;
    this.#toldWhatIsLeft = false;
    this.#tell(`it was ${change === 'cut' ? 'cut short' : 'replaced by another file'}; what is there now is read anew`);
  }

  /** Once a file: why not all of it, or of what there was of it at the end, could be read. */
  #tellWhatIsLeft(): void {
    const left = this.#file!.end();
    if (left !== null && !this.#toldWhatIsLeft) this.#tell(left);
    this.#toldWhatIsLeft = true;
  }

  #tell(sentence: string): void {
    this.damage.push(`${this.name}: ${sentence}`);
    if (this.damage.length > MAX_SENTENCES) this.damage.shift();
  }

  stats(): CaptureStats {
    return { received: null, droppedByKernel: null, droppedByInterface: null };
  }

  stop(): void {
    this.#abort.abort();
  }
}
