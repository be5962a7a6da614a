/** Which records were handed over lately, by their bytes: 53 bits of a hash with a secret seed, so that none can be made to collide. */
import type { RecordBatch } from '../../../shared/packet-batch.ts';

/** Half a second of a million packets a second. */
const MAX_RECORDS = 1 << 19;

export class RecentRecords {
  /** More came than are remembered. */
  full = false;
  readonly #seed: number;
  readonly #counts = new Map<number, number>();
  #size = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  add(records: RecordBatch): void {
    for (let row = 0; row < records.length; row++) {
      if (this.#size === MAX_RECORDS) this.full = true;
      if (this.full) return;
      const key = this.#keyOf(records, row);
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
      this.#size++;
    }
  }

  /** Whether there is one like this, which is then forgotten. */
  take(records: RecordBatch, row: number): boolean {
    const key = this.#keyOf(records, row);
    const count = this.#counts.get(key);
    if (count === undefined) return false;
    if (count === 1) this.#counts.delete(key);
    else this.#counts.set(key, count - 1);
    return true;
  }

  #keyOf({ bytes, offset, capturedLength, wireLength }: RecordBatch, row: number): number {
    const start = offset[row]!;
    const end = start + capturedLength[row]!;
    let high = this.#seed ^ wireLength[row]!;
    let low = (this.#seed * 31) ^ 0x811c9dc5;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      high = Math.imul(high ^ byte, 0x01000193);
      low = Math.imul(low ^ byte, 0x5bd1e995);
      low ^= low >>> 15;
    }
    return (high >>> 0) * 2 ** 21 + (low >>> 11);
  }
}
