/** Reads a capture in chunks and sees to it that its records can be: inside of what has come, one behind the other, bounded. */
import { MAX_CAPTURED_BYTES, MAX_WIRE_BYTES } from '../../sensor/capture/readers/capture-reader.ts';
import { AnyCaptureReader } from '../../sensor/capture/readers/index.ts';
import type { RecordBatch } from '../../shared/packet-batch.ts';
import { digest } from './random.ts';

/** No format has a smaller header before a packet. */
const MIN_RECORD_BYTES = 16;

export interface ReadCapture {
  readonly format: string | null;
  readonly damage: string | null;
  /** A number for each record: of its bytes and of what is told about it. */
  readonly digests: readonly number[];
}

export interface ReadOptions {
  /** Bytes of the next chunk; by default all at once. */
  readonly chunkBytes?: () => number;
  readonly batch: RecordBatch;
  /** Called for each batch, which is valid until it returns. */
  readonly onBatch?: (records: RecordBatch) => void;
}

/** Throws where the reader breaks a promise. */
export function readCapture(bytes: Uint8Array, { chunkBytes, batch, onBatch }: ReadOptions): ReadCapture {
  const reader = new AnyCaptureReader();
  const digests: number[] = [];
  let calls = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = Math.min(bytes.length - at, chunkBytes?.() ?? bytes.length);
    reader.push(bytes.subarray(at, at + length));
    at += length;
    for (batch.length = 0; reader.read(batch) > 0; batch.length = 0) {
      if (++calls > bytes.length) throw new Error('the reader hands out more batches than the file has bytes');
      expectRecords(reader, batch);
      for (let row = 0; row < batch.length; row++) digests.push(digestOf(batch, row));
      onBatch?.(batch);
    }
  }
  if (digests.length * MIN_RECORD_BYTES > bytes.length)
    throw new Error(`${digests.length} records in ${bytes.length} bytes`);
  const damage = reader.end();
  if (damage !== null && damage.length < 10) throw new Error(`damage without a sentence: "${damage}"`);
  if (reader.end() !== damage) throw new Error('what is said of the end changes');
  return { format: reader.format, damage, digests };
}

function expectRecords({ window }: AnyCaptureReader, batch: RecordBatch): void {
  if (batch.bytes !== window.bytes || batch.view.buffer !== batch.bytes.buffer || batch.view.byteOffset !== 0)
    throw new Error('the batch shows other bytes than those that came');
  let before = 0;
  for (let row = 0; row < batch.length; row++) {
    const [offset, captured] = [batch.offset[row]!, batch.capturedLength[row]!];
    if (offset < before || offset + captured > window.start) throw new Error(`record ${row} lies where it cannot`);
    if (captured > MAX_CAPTURED_BYTES || batch.wireLength[row]! > MAX_WIRE_BYTES)
      throw new Error(`record ${row} is too long`);
    if (batch.nanoseconds[row]! >= 1e9) throw new Error(`record ${row} has more than a second`);
    const seconds = batch.seconds[row]!;
    if (!Number.isInteger(seconds) && !Number.isNaN(seconds)) throw new Error(`record ${row} has ${seconds} seconds`);
    before = offset + captured;
  }
}

const time = new Float64Array(1);
const timeWords = new Uint32Array(time.buffer);

function digestOf(batch: RecordBatch, row: number): number {
  time[0] = batch.seconds[row]!;
  const captured = batch.capturedLength[row]!;
  const told = [...timeWords, batch.nanoseconds[row]!, batch.wireLength[row]!, batch.linkType[row]!, captured];
  const start = batch.offset[row]!;
  return digest(batch.bytes.subarray(start, start + captured), digest(told));
}
