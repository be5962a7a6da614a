import type { Random } from './random.ts';

/** Draws indexes with given weights in constant time (Walker's alias method, in Vose's form). */
export class Picker {
  readonly #chance: Float64Array;
  readonly #other: Uint32Array;

  /** Weights are 0 or more, and not all 0. */
  constructor(weights: readonly number[]) {
    const count = weights.length;
    const sum = weights.reduce((total, weight) => total + weight, 0);
    if (count === 0 || !(sum > 0)) throw new RangeError('a picker needs at least one weight above 0');
    const scaled = weights.map((weight) => (weight * count) / sum);
    const small: number[] = [];
    const large: number[] = [];
    for (let index = 0; index < count; index++) (scaled[index]! < 1 ? small : large).push(index);
    this.#chance = new Float64Array(count).fill(1);
    this.#other = new Uint32Array(count);
    while (small.length > 0 && large.length > 0) {
      const less = small.pop()!;
      const more = large.at(-1)!;
      this.#chance[less] = scaled[less]!;
      this.#other[less] = more;
      scaled[more] = scaled[more]! + scaled[less]! - 1;
      if (scaled[more]! < 1) small.push(large.pop()!);
    }
  }

  pick(random: Random): number {
    const index = random.below(this.#chance.length);
    return random.fraction() < this.#chance[index]! ? index : this.#other[index]!;
  }
}

/** A list with a weight for each entry: ports, names of probes, answers. */
export type Weighted<T> = readonly (readonly [value: T, weight: number])[];

/** A function that draws one of the values. */
export function createChooser<T>(entries: Weighted<T>): (random: Random) => T {
  const picker = new Picker(entries.map(([, weight]) => weight));
  const values = entries.map(([value]) => value);
  return (random) => values[picker.pick(random)]!;
}
