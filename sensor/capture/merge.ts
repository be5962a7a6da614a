/**
 * Several captures as one in the order of time: always the file whose next record is the oldest. A file that is not in
 * order itself keeps its own. Files wait unopened until the time of their first record has come, so that hundreds in a row
 * are one descriptor; what does not interleave is handed on as it was read, without a copy.
 */
import { createRecordBatch, type RecordBatch } from '../../shared/packet-batch.ts';
import { CaptureFile } from './capture-file.ts';
import { CaptureError } from './capture-source.ts';
import { MAX_CAPTURED_BYTES } from './readers/capture-reader.ts';
import { copyRecord, sliceRecords } from './record-slices.ts';

/** Files that overlap in time are open together, each with a megabyte or two. */
const MAX_OPEN_FILES = 128;
/** Fewer rows in a row than this are copied together with those of other files. */
const MIN_SLICE_ROWS = 256;
const COPY_BYTES = 4 * MAX_CAPTURED_BYTES;

/** A time of a record: seconds since 1970 and nanoseconds within. A record without one has that of the record before it in its file. */
export interface Instant {
  readonly seconds: number;
  readonly nanoseconds: number;
}

export const BEFORE_ALL: Instant = { seconds: Number.NEGATIVE_INFINITY, nanoseconds: 0 };

export interface MergeInput {
  readonly path: string;
  /** Time of the first record; BEFORE_ALL where it is not known. */
  readonly start: Instant;
}

/** The next record of a file, and the batch it stands in. */
class Head {
  readonly path: string;
  /** Order among records of the same time. */
  readonly rank: number;
  seconds: number;
  nanoseconds: number;
  file: CaptureFile | null = null;
  batch: RecordBatch | null = null;
  /** Rows of the batch as it was read: who was handed it may have taken some out. */
  rows = 0;
  row = 0;

  constructor({ path, start }: MergeInput, rank: number) {
    this.path = path;
    this.rank = rank;
    this.seconds = start.seconds;
    this.nanoseconds = start.nanoseconds;
  }

  /** Moves to a row of the batch and takes over its time, if it has one. */
  moveTo(row: number): void {
    this.row = row;
    const seconds = this.batch!.seconds[row]!;
    if (Number.isNaN(seconds)) return;
    this.seconds = seconds;
    this.nanoseconds = this.batch!.nanoseconds[row]!;
  }

  isBefore(other: Head): boolean {
    if (this.seconds !== other.seconds) return this.seconds < other.seconds;
    if (this.nanoseconds !== other.nanoseconds) return this.nanoseconds < other.nanoseconds;
    return this.rank < other.rank;
  }
}

export class Merge {
  /** Sorted: the first one is next. */
  readonly #heads: Head[];
  readonly #onDamage: (path: string, damage: string) => void;
  readonly #slice = createRecordBatch();
  readonly #copies = createRecordBatch();
  #copiedBytes = 0;
  /** Rows of a batch that come next. */
  readonly #run: { batch: RecordBatch | null; from: number; to: number } = { batch: null, from: 0, to: 0 };
  #openFiles = 0;
  #stopped = false;

  /** `onDamage` is told, at the end of a file, why not all of it could be read. */
  constructor(inputs: readonly MergeInput[], onDamage: (path: string, damage: string) => void) {
    const inOrder = inputs.toSorted(
      ({ start: a }, { start: b }) =>
        (a.seconds === b.seconds ? 0 : a.seconds - b.seconds) || a.nanoseconds - b.nanoseconds,
    );
    this.#heads = inOrder.map((input, rank) => new Head(input, rank));
    this.#onDamage = onDamage;
  }

  /** Each batch is valid until the next is asked for. Throws CaptureError. */
  async *batches(): AsyncIterable<RecordBatch> {
    try {
      for (let next = this.#collect(); next !== 'end' && !this.#stopped; next = this.#collect()) {
        // What was copied comes before what is handed on, and does not wait for a file.
        if (this.#copies.length > 0) {
          yield this.#copies;
          this.#copies.length = 0;
          this.#copiedBytes = 0;
        }
        if (next === 'handOn') {
          yield sliceRecords(this.#run.batch!, this.#run.from, this.#run.to, this.#slice);
          this.#run.from = this.#run.to;
        } else if (next === 'load') await this.#load(this.#heads[0]!);
      }
      if (this.#copies.length > 0 && !this.#stopped) yield this.#copies;
    } finally {
      await this.#closeAll();
    }
  }

  /** What is waited for is given up: `batches` ends soon after. */
  stop(): void {
    this.#stopped = true;
    void this.#closeAll();
  }

  /** Copies runs until one is long enough to be handed on, a file has to be read, or no more copies fit. */
  #collect(): 'handOn' | 'load' | 'flush' | 'end' {
    const run = this.#run;
    for (;;) {
      for (; run.from < run.to; run.from++) if (!this.#copy(run.batch!, run.from)) return 'flush';
      const head = this.#heads[0];
      if (head === undefined) return 'end';
      if (head.batch === null || head.row === head.rows) return 'load';
      run.batch = head.batch;
      run.from = head.row;
      this.#moveBehindRun(head);
      run.to = head.row;
      if (run.to < head.rows) this.#sort(head);
      if (run.to - run.from >= MIN_SLICE_ROWS || run.to - run.from === head.rows) return 'handOn';
    }
  }

  /** Past the records of the first file that come before any of the second's. */
  #moveBehindRun(head: Head): void {
    const limit = this.#heads[1];
    if (limit === undefined) {
      // Nothing is left that it could be compared with, now or later.
      head.row = head.rows;
      return;
    }
    do {
      if (head.row + 1 === head.rows) {
        head.row = head.rows;
        return;
      }
      head.moveTo(head.row + 1);
    } while (head.isBefore(limit));
  }

  /** False when there is no room. */
  #copy(batch: RecordBatch, row: number): boolean {
    const copies = this.#copies;
    const bytes = batch.capturedLength[row]!;
    if (copies.length === copies.offset.length || this.#copiedBytes + bytes > COPY_BYTES) return false;
    if (copies.bytes.length === 0) {
      copies.bytes = new Uint8Array(COPY_BYTES);
      copies.view = new DataView(copies.bytes.buffer);
    }
    copyRecord(batch, row, copies, this.#copiedBytes);
    this.#copiedBytes += bytes;
    return true;
  }

  /** Reads the next batch of a file, which is opened when it is its turn, and closed at its end. */
  async #load(head: Head): Promise<void> {
    if (head.file === null) await this.#open(head);
    head.batch = await head.file!.next();
    if (head.batch !== null) {
      head.rows = head.batch.length;
      head.moveTo(0);
      this.#sort(head);
      return;
    }
    this.#heads.shift();
    this.#openFiles--;
    await head.file!.close();
    if (!this.#stopped && head.file!.damage !== null) this.#onDamage(head.path, head.file!.damage);
  }

  async #open(head: Head): Promise<void> {
    if (this.#openFiles === MAX_OPEN_FILES)
      throw new CaptureError(
        'CAPTURE_OVERLAP',
        `More than ${MAX_OPEN_FILES} of these captures overlap in time, and would all have to be open at once: name fewer.`,
      );
    head.file = new CaptureFile(head.path);
    this.#openFiles++;
    await head.file.open();
  }

  /** Puts the first head, whose time has gone on, where it belongs. */
  #sort(head: Head): void {
    const heads = this.#heads;
    let at = 0;
    for (; at + 1 < heads.length && heads[at + 1]!.isBefore(head); at++) heads[at] = heads[at + 1]!;
    heads[at] = head;
  }

  async #closeAll(): Promise<void> {
    for (const { file } of this.#heads) await file?.close().catch(() => undefined);
  }
}
