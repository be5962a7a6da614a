/** Parts of record batches: rows whose bytes stay where they are, and rows that are copied with theirs. */
import type { RecordBatch } from '../../shared/packet-batch.ts';

/** Makes `into` the rows from `from` to before `to` of `records`. Their bytes are not copied: it is valid as long as `records` is. */
export function sliceRecords(records: RecordBatch, from: number, to: number, into: RecordBatch): RecordBatch {
  if (from === 0 && to === records.length) return records;
  into.bytes = records.bytes;
  into.view = records.view;
  into.length = to - from;
  into.offset.set(records.offset.subarray(from, to));
  into.capturedLength.set(records.capturedLength.subarray(from, to));
  into.wireLength.set(records.wireLength.subarray(from, to));
  into.seconds.set(records.seconds.subarray(from, to));
  into.nanoseconds.set(records.nanoseconds.subarray(from, to));
  into.linkType.set(records.linkType.subarray(from, to));
  return into;
}

/** Adds a copy of row `from`, its bytes included, at the end of `into`, where they lie from `at` on. There must be room for both. */
export function copyRecord(records: RecordBatch, from: number, into: RecordBatch, at: number): void {
  const row = into.length++;
  const start = records.offset[from]!;
  const captured = records.capturedLength[from]!;
  into.bytes.set(records.bytes.subarray(start, start + captured), at);
  into.offset[row] = at;
  into.capturedLength[row] = captured;
  into.wireLength[row] = records.wireLength[from]!;
  into.seconds[row] = records.seconds[from]!;
  into.nanoseconds[row] = records.nanoseconds[from]!;
  into.linkType[row] = records.linkType[from]!;
}
