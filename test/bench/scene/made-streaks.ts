/** Streak frames at a steady rate, made in advance so that making them costs nothing while others are measured. */
import { encodeFrame } from '../../../shared/wire/frame.ts';
import { type StreakBatch, streaksToFrame } from '../../../shared/wire/streaks.ts';
import { fakeBatch, seeded } from '../../views/fake-traffic.ts';

const POOL = 32;

export class MadeStreaks {
  readonly #pool: readonly StreakBatch[];
  readonly #rows: number;
  #sequence = 0;

  constructor(rows: number, sensorIds: number[]) {
    this.#rows = rows;
    const random = seeded(7);
    this.#pool = Array.from({ length: POOL }, () => fakeBatch(random, rows, 0, 1, sensorIds));
  }

  /** The next flows, captured evenly between two times; fewer than there are rows where so many are asked for. */
  next(from: number, to: number, rows = this.#rows): StreakBatch {
    const batch = this.#pool[this.#sequence++ % POOL]!;
    batch.length = Math.min(this.#rows, rows);
    for (let row = 0; row < batch.length; row++) batch.time[row] = from + ((to - from) * row) / batch.length;
    return batch;
  }

  frame(batch: StreakBatch): Uint8Array {
    return encodeFrame(streaksToFrame(batch, this.#sequence));
  }
}
