/** Exact sets over typed arrays, for `inspect`: they hold what a capture holds, without an object an entry. */

import { WordHash } from './word-hash.ts';

const WORDS_OF_KEY = 10;

/** Distinct keys of up to ten 32-bit words. */
export class DistinctKeys {
  readonly #words: number;
  #keys: Uint32Array;
  #slots: Int32Array;
  #size = 0;
  /** Nobody can write a capture whose keys fall into one place: that would take time by the square of their number. */
  readonly #hash: WordHash;
  /** Fill, then `add`. */
  readonly key: Uint32Array;

  constructor(words: number) {
    this.#words = Math.min(words, WORDS_OF_KEY);
    this.key = new Uint32Array(this.#words);
    this.#hash = new WordHash(this.#words);
    this.#keys = new Uint32Array(1024 * this.#words);
    this.#slots = new Int32Array(2048);
  }

  get size(): number {
    return this.#size;
  }

  /** Words of entry `index`, in the order of first appearance. */
  at(index: number): Uint32Array {
    return this.#keys.subarray(index * this.#words, (index + 1) * this.#words);
  }

  add(): void {
    const mask = this.#slots.length - 1;
    let slot = this.#hash.of(this.key) & mask;
    for (let found = this.#slots[slot]!; found !== 0; found = this.#slots[slot]!) {
      if (this.#isKey(found - 1)) return;
      slot = (slot + 1) & mask;
    }
    this.#keys.set(this.key, this.#size * this.#words);
    this.#slots[slot] = ++this.#size;
    if (this.#size * 2 >= this.#slots.length) this.#grow();
  }

  #isKey(index: number): boolean {
    const first = index * this.#words;
    for (let word = 0; word < this.#words; word++) if (this.#keys[first + word] !== this.key[word]) return false;
    return true;
  }

  #grow(): void {
    const keys = new Uint32Array(this.#keys.length * 2);
    keys.set(this.#keys);
    this.#keys = keys;
    this.#slots = new Int32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let index = 0; index < this.#size; index++) {
      let slot = this.#hash.of(this.at(index)) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = index + 1;
    }
  }
}
