/** The files of one epoch in a spool: segments in order, and beside them who wrote them and what it said last. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SensorHealth, SensorHello } from '../../shared/wire/messages.ts';
import type { QueuedFrame } from './frame-source.ts';
import { type SegmentSums, SpoolSegment } from './spool-segment.ts';

/** Where in the files a record begins. */
export interface Place {
  readonly segment: SpoolSegment;
  readonly offset: number;
}

const SEGMENT_NAME = /^\d{8}\.frames$/;
const HELLO_NAME = 'hello.json';
const LAST_WORD_NAME = 'last-word.json';

export class SpoolEpoch {
  readonly folder: string;
  readonly hello: SensorHello;
  /** Oldest first; only the last may be open. */
  readonly segments: SpoolSegment[] = [];
  /** The last report of the run that wrote it, where it is an earlier run. */
  readonly lastWord: SensorHealth | null;
  readonly #segmentBytes: number;
  #nextNumber = 1;
  #closing: Promise<unknown> = Promise.resolve();

  private constructor(folder: string, hello: SensorHello, lastWord: SensorHealth | null, segmentBytes: number) {
    this.folder = folder;
    this.hello = hello;
    this.lastWord = lastWord;
    this.#segmentBytes = segmentBytes;
  }

  /** Throws what the file system throws. */
  static create(folder: string, hello: SensorHello, segmentBytes: number): SpoolEpoch {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    try {
      writeWhole(join(folder, HELLO_NAME), JSON.stringify(hello));
    } catch (error) {
      // Without a hello nobody would know whose it is, and nobody would take it away.
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
    return new SpoolEpoch(folder, hello, null, segmentBytes);
  }

  /** What an earlier run left, or null where it did not come so far as to say who it was. */
  static recover(folder: string, segmentBytes: number): { epoch: SpoolEpoch; cutBytes: number } | null {
    const hello = readJson<SensorHello>(join(folder, HELLO_NAME));
    if (!Number.isInteger(hello?.epoch) || typeof hello?.session?.kind !== 'string') return null;
    const epoch = new SpoolEpoch(folder, hello, readJson(join(folder, LAST_WORD_NAME)), segmentBytes);
    let cutBytes = 0;
    for (const name of readdirSync(folder)
      .filter((one) => SEGMENT_NAME.test(one))
      .sort()) {
      const recovered = SpoolSegment.recover(join(folder, name));
      cutBytes += recovered.cutBytes;
      epoch.#nextNumber = Number(name.slice(0, 8)) + 1;
      if (recovered.segment.sums.bytes === 0) recovered.segment.remove();
      else epoch.segments.push(recovered.segment);
    }
    return { epoch, cutBytes };
  }

  get bytes(): number {
    return this.segments.reduce((bytes, { sums }) => bytes + sums.bytes, 0);
  }

  get lastSequence(): number {
    return this.segments.at(-1)?.sums.lastSequence ?? 0;
  }

  /** When the oldest record was written, or null where there is none. */
  get oldestSeconds(): number | null {
    return this.segments[0]?.sums.firstSeconds ?? null;
  }

  /** Throws what the file system throws; the record is then not there. */
  append(frame: QueuedFrame, nowSeconds: number): Place {
    const segment = this.#segmentToAdd();
    const offset = segment.sums.bytes;
    segment.append(frame, nowSeconds);
    return { segment, offset };
  }

  #segmentToAdd(): SpoolSegment {
    const last = this.segments.at(-1);
    if (last?.isOpen && last.sums.bytes < this.#segmentBytes) return last;
    const name = `${String(this.#nextNumber).padStart(8, '0')}.frames`;
    const segment = SpoolSegment.create(join(this.folder, name));
    this.#nextNumber++;
    // Should it fail, the next start reads the segment itself.
    if (last !== undefined) this.#closing = Promise.all([this.#closing, last.close()]).catch(() => undefined);
    this.segments.push(segment);
    return segment;
  }

  /** Records from a place on, about a megabyte; null at the end. `damaged`: what is left of a segment that cannot be read. */
  readFrom(place: Place): { records: QueuedFrame[]; next: Place } | 'damaged' | null {
    const { segment, offset } = place;
    if (offset >= segment.sums.bytes) {
      const after = this.segments[this.segments.indexOf(segment) + 1];
      return after === undefined ? null : this.readFrom({ segment: after, offset: 0 });
    }
    const { records, next } = segment.read(offset);
    return records.length === 0 ? 'damaged' : { records, next: { segment, offset: next } };
  }

  /** Takes away the segments with nothing after `sequence`, and gives what they held. The open one stays. */
  forget(sequence: number): SegmentSums[] {
    const forgotten: SegmentSums[] = [];
    for (let first = this.segments[0]; first !== undefined; first = this.segments[0]) {
      if (first.isOpen || first.sums.lastSequence > sequence) break;
      forgotten.push(this.removeSegment(first));
    }
    return forgotten;
  }

  removeSegment(segment: SpoolSegment): SegmentSums {
    this.segments.splice(this.segments.indexOf(segment), 1);
    segment.remove();
    return segment.sums;
  }

  /** What the run that writes here counted by now: if these are its last words, the next run says them. */
  keepWord(health: SensorHealth): void {
    writeWhole(join(this.folder, LAST_WORD_NAME), JSON.stringify(health));
  }

  async sync(): Promise<void> {
    await this.segments.at(-1)?.sync();
  }

  /** Nothing more is added. */
  async close(): Promise<void> {
    await this.#closing;
    await this.segments.at(-1)?.close();
  }

  remove(): void {
    for (const segment of [...this.segments]) this.removeSegment(segment);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Under its name it is whole. */
function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function readJson<T>(path: string): T | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return null;
  }
}
