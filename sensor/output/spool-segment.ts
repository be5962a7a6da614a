/** One file of a spool: records one after another, never changed, taken away as a whole. */
import {
  closeSync,
  fdatasync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writevSync,
} from 'node:fs';
import { promisify } from 'node:util';
import type { QueuedFrame } from './frame-source.ts';
import { RECORD_HEADER_BYTES, readRecord, recordBytes, recordHeader, type SpoolRecord } from './spool-record.ts';

/** What a segment holds; sequences are 0 while it is empty. */
export interface SegmentSums {
  bytes: number;
  flows: number;
  packets: number;
  findings: number;
  firstSequence: number;
  lastSequence: number;
  /** When the first record was written. */
  firstSeconds: number;
}

const READ_BYTES = 1 << 20;
const syncData = promisify(fdatasync);

export class SpoolSegment {
  readonly path: string;
  readonly sums: SegmentSums;
  /** Open while records are added. */
  #file: number | null;
  #unsynced = false;
  #isRemoved = false;

  private constructor(path: string, file: number | null, sums: SegmentSums) {
    this.path = path;
    this.#file = file;
    this.sums = sums;
  }

  /** Throws what the file system throws. */
  static create(path: string): SpoolSegment {
    return new SpoolSegment(path, openSync(path, 'wx', 0o600), emptySums());
  }

  /** One that an earlier run left. What stands after the last whole record is cut off. */
  static recover(path: string): { segment: SpoolSegment; cutBytes: number } {
    const file = openSync(path, 'r+');
    try {
      const size = fstatSync(file).size;
      const known = readSums(path);
      if (known?.bytes === size) return { segment: new SpoolSegment(path, null, known), cutBytes: 0 };
      const sums = emptySums();
      for (let at = 0; ; ) {
        const { records, next } = readRecords(file, at, size);
        for (const record of records) addTo(sums, record, record.writtenSeconds);
        if (next === at) break;
        at = next;
      }
      ftruncateSync(file, sums.bytes);
      return { segment: new SpoolSegment(path, null, sums), cutBytes: size - sums.bytes };
    } finally {
      closeSync(file);
    }
  }

  get isOpen(): boolean {
    return this.#file !== null;
  }

  /** The record is with the operating system when it returns. On an error the file ends with the record before it. */
  append(frame: QueuedFrame, nowSeconds: number): void {
    if (this.#file === null) throw new Error('the segment is closed');
    const header = recordHeader({ ...frame, writtenSeconds: nowSeconds });
    const length = header.length + frame.bytes.length;
    try {
      const written = writevSync(this.#file, [header, frame.bytes], this.sums.bytes);
      if (written !== length) throw Object.assign(new Error('only a part was written'), { code: 'ENOSPC' });
    } catch (error) {
      ftruncateSync(this.#file, this.sums.bytes);
      throw error;
    }
    this.#unsynced = true;
    addTo(this.sums, frame, nowSeconds);
  }

  /** What was written survives a power cut when it resolves. */
  async sync(): Promise<void> {
    if (!this.#unsynced || this.#file === null) return;
    this.#unsynced = false;
    await syncData(this.#file);
  }

  /** No more is added. Its sums lie beside it, so that a start need not read it. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    if (file === null) return;
    try {
      if (this.#unsynced) await syncData(file);
      // It may have been taken away meanwhile.
      if (!this.#isRemoved) writeFileSync(sumsPath(this.path), JSON.stringify(this.sums), { mode: 0o600 });
    } finally {
      closeSync(file);
    }
  }

  /** About a megabyte of records from `offset` on; `next` is where the ones after them begin, `offset` itself when the next is damaged. */
  read(offset: number): { records: QueuedFrame[]; next: number } {
    const file = openSync(this.path, 'r');
    try {
      return readRecords(file, offset, this.sums.bytes);
    } finally {
      closeSync(file);
    }
  }

  remove(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
    this.#isRemoved = true;
    rmSync(this.path, { force: true });
    rmSync(sumsPath(this.path), { force: true });
  }
}

function emptySums(): SegmentSums {
  return { bytes: 0, flows: 0, packets: 0, findings: 0, firstSequence: 0, lastSequence: 0, firstSeconds: 0 };
}

function addTo(sums: SegmentSums, { bytes, flows, packets, findings, sequence }: QueuedFrame, seconds: number): void {
  if (sums.firstSequence === 0) [sums.firstSequence, sums.firstSeconds] = [sequence, seconds];
  sums.bytes += RECORD_HEADER_BYTES + bytes.length;
  sums.flows += flows;
  sums.packets += packets;
  sums.findings += findings;
  sums.lastSequence = sequence;
}

function sumsPath(path: string): string {
  return `${path}.sums`;
}

function readSums(path: string): SegmentSums | null {
  try {
    const sums = JSON.parse(readFileSync(sumsPath(path), 'utf8')) as SegmentSums;
    return Object.keys(emptySums()).every((name) => Number.isSafeInteger(sums[name as keyof SegmentSums]))
      ? sums
      : null;
  } catch {
    // Not closed, or half-written: the records tell.
    return null;
  }
}

function readRecords(file: number, offset: number, size: number): { records: SpoolRecord[]; next: number } {
  const records: SpoolRecord[] = [];
  let bytes = readBytes(file, offset, Math.min(READ_BYTES, size - offset));
  // One frame may be larger than what is read at a time.
  const first = recordBytes(bytes, 0);
  if (first !== null && first > bytes.length) bytes = readBytes(file, offset, Math.min(first, size - offset));
  let at = 0;
  for (let record = readRecord(bytes, at); record !== null; record = readRecord(bytes, at)) {
    records.push(record);
    at += RECORD_HEADER_BYTES + record.bytes.length;
  }
  return { records, next: offset + at };
}

function readBytes(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(Math.max(0, length));
  let read = 0;
  while (read < bytes.length) {
    const now = readSync(file, bytes, read, bytes.length - read, offset + read);
    if (now === 0) break;
    read += now;
  }
  return bytes.subarray(0, read);
}
