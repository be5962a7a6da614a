/**
 * Seeded random numbers: sfc32 of Chris Doty-Humphrey's PractRand, which passes its tests and needs 32-bit integers only.
 * Every actor has a stream of its own, so that what one does never depends on the others.
 */
export class Random {
  /** Three words of state and the counter. In a typed array they stay plain integers for the engine. */
  readonly #state: Int32Array;

  /** `seed` is any safe integer; streams of one seed are independent of each other. */
  constructor(seed: number, stream = 0) {
    this.#state = Int32Array.of(seed | 0, Math.floor(seed / 0x1_0000_0000) | 0, stream | 0, 1);
    // The author's count of rounds until seeds that differ in one bit have nothing in common.
    for (let round = 0; round < 15; round++) this.word();
  }

  /** A whole number from 0 to 2³² − 1. */
  word(): number {
    const state = this.#state;
    const b = state[1]!;
    const c = state[2]!;
    const counter = state[3]!;
    const sum = (state[0]! + b + counter) | 0;
    state[3] = counter + 1;
    state[0] = b ^ (b >>> 9);
    state[1] = c + (c << 3);
    state[2] = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** At least 0, less than 1. */
  fraction(): number {
    return this.word() / 0x1_0000_0000;
  }

  /** A whole number from 0 to `limit` − 1; `limit` is at most 2³². The bias of less than limit / 2³² does not matter here. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True with the given chance. */
  chance(share: number): boolean {
    return this.fraction() < share;
  }

  /** Waiting time until the next event of a Poisson process with this mean; always more than 0. */
  exponential(mean: number): number {
    return -Math.log((this.word() + 0.5) / 0x1_0000_0000) * mean;
  }

  /** One of a list that is not empty. */
  one<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}
