/** Typed arrays turned into the bytes of DuckDB's vectors (little-endian, values side by side). */
import { columnLength, type FlowBatch } from '../../../shared/flow-batch.ts';
import { flowFields } from '../../../shared/flow-fields.ts';
import { storedFieldNames } from './schema.ts';

const TWO_TO_32 = 2 ** 32;

/** BIGINT values of whole numbers: low word, then high word in two's complement. Faster than BigInt64Array by far. */
export function int64Words(values: ArrayLike<number>, length: number, scale = 1): Uint32Array {
  const words = new Uint32Array(length * 2);
  for (let row = 0; row < length; row++) {
    const value = Math.round(values[row]! * scale);
    const high = Math.floor(value / TWO_TO_32);
    words[row * 2] = value - high * TWO_TO_32;
    words[row * 2 + 1] = high;
  }
  return words;
}

/** UHUGEINT values of addresses of 16 bytes: our words run from the most significant, DuckDB's from the least. */
export function uhugeintWords(address: Uint32Array, length: number): Uint32Array {
  const words = new Uint32Array(length * 4);
  for (let at = 0; at < length * 4; at += 4) {
    words[at] = address[at + 3]!;
    words[at + 1] = address[at + 2]!;
    words[at + 2] = address[at + 1]!;
    words[at + 3] = address[at]!;
  }
  return words;
}

/** The columns of `flows4` or `flows6` in the order of their table. Throws RangeError for what cannot be stored. */
export function flowColumnData(batch: FlowBatch): ArrayBufferView[] {
  const { length, family } = batch;
  return storedFieldNames.map((name) => {
    const column = batch[name];
    const { type } = flowFields[name];
    if (column.length < columnLength(type, family, length))
      throw new RangeError(`the flows' column ${name} has fewer values than the batch rows`);
    if (type === 'address16' || (type === 'address' && family === 6))
      return uhugeintWords(column as Uint32Array, length);
    if (type !== 'f64') return column;
    checkFinite(column, length, name);
    return int64Words(column, length, 1_000_000);
  });
}

function checkFinite(column: ArrayLike<number>, length: number, name: string): void {
  for (let row = 0; row < length; row++) {
    if (!Number.isFinite(column[row]!)) throw new RangeError(`the flows' column ${name} has a value that is no number`);
  }
}
