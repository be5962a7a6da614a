/** Where in a file which packets lie, in stretches of many: so that a few of them can be read again without all the others. */
import type { RecordBatch } from '../../shared/packet-batch.ts';

const STRETCH_PACKETS = 65_536;

export interface Place {
  /** Bytes of the uncompressed file, half-open. */
  readonly fromByte: number;
  readonly toByte: number;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
}

export class CapturePlaces {
  readonly places: Place[] = [];
  #fromByte = 0;
  #packets = 0;
  #firstSeconds = Number.POSITIVE_INFINITY;
  #lastSeconds = Number.NEGATIVE_INFINITY;

  /** `position`: where the batch ends, and the next begins. */
  add({ seconds, length }: RecordBatch, position: number): void {
    for (let record = 0; record < length; record++) {
      // A packet without a time may be of any.
      const [first, last] = Number.isNaN(seconds[record]!)
        ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
        : [seconds[record]!, seconds[record]! + 1];
      if (first < this.#firstSeconds) this.#firstSeconds = first;
      if (last > this.#lastSeconds) this.#lastSeconds = last;
    }
    this.#packets += length;
    if (this.#packets >= STRETCH_PACKETS) this.end(position);
  }

  /** What came since the last stretch becomes one. */
  end(position: number): void {
    if (this.#packets === 0) return;
    this.places.push({
      fromByte: this.#fromByte,
      toByte: position,
      firstSeconds: this.#firstSeconds,
      lastSeconds: this.#lastSeconds,
    });
    this.#fromByte = position;
    this.#packets = 0;
    this.#firstSeconds = Number.POSITIVE_INFINITY;
    this.#lastSeconds = Number.NEGATIVE_INFINITY;
  }

  /** Those with packets of the span, [fromSeconds, toSeconds), in the order of the file; neighbours become one. */
  within(fromSeconds: number, toSeconds: number): { fromByte: number; toByte: number }[] {
    const found: { fromByte: number; toByte: number }[] = [];
    for (const { fromByte, toByte, firstSeconds, lastSeconds } of this.places) {
      if (firstSeconds >= toSeconds || lastSeconds <= fromSeconds) continue;
      const before = found.at(-1);
      if (before?.toByte === fromByte) before.toByte = toByte;
      else found.push({ fromByte, toByte });
    }
    return found;
  }
}
