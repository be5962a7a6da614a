/** Random numbers that come again with the same seed: whatever fails can be made to fail once more. */

export class FuzzRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** 32 random bits (mulberry32). */
  word(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let word = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return (word ^ (word >>> 14)) >>> 0;
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor((this.word() / 2 ** 32) * limit);
  }

  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  pick<T>(values: ArrayLike<T>): T {
    return values[this.below(values.length)]!;
  }

  /** True once in `count` times. */
  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  bytes(count: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at++) bytes[at] = this.word();
    return bytes;
  }
}

/** A number of 32 bits from bytes or words (FNV-1a): cases of one seed do not resemble each other. */
export function digest(values: ArrayLike<number>, start = 0x811c9dc5): number {
  let sum = start;
  for (let at = 0; at < values.length; at++) sum = Math.imul(sum ^ values[at]!, 0x01000193);
  return (sum ^ (sum >>> 15)) >>> 0;
}

/** The seed of one case of one property. */
export function caseSeed(seed: number, property: string, index: number): number {
  const words = [seed & 0xffff, seed >>> 16, index & 0xffff, index >>> 16];
  return digest([...words, ...Array.from(property, (letter) => letter.charCodeAt(0))]);
}
