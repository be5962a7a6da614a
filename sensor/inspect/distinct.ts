/** Exact sets over typed arrays, for `inspect`: they hold what a capture holds, without an object an entry. */

import { WordHash } from './word-hash.ts';

const WORDS_OF_KEY = 10;
const FIRST_KEYS = 1024;

/** Distinct keys of up to ten 32-bit words. */
export class DistinctKeys {
  readonly #words: number;
  #keys: Uint32Array;
  /** Hash of each key: most others are told by it, and a table that grows needs no key. */
  #hashes: Int32Array;
  /** Index + 1 by hash; 0 is free. */
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
    this.#keys = new Uint32Array(FIRST_KEYS * this.#words);
    this.#hashes = new Int32Array(FIRST_KEYS);
    this.#slots = new Int32Array(FIRST_KEYS * 2);
  }

  get size(): number {
    return this.#size;
  }

  /** Words of entry `index`, in the order of first appearance. */
  at(index: number): Uint32Array {
    return this.#keys.subarray(index * this.#words, (index + 1) * this.#words);
  }

  add(): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const hash = this.#hash.of(this.key);
    let slot = hash & mask;
    for (let found = slots[slot]!; found !== 0; found = slots[slot]!) {
      if (this.#hashes[found - 1] === hash && this.#isKey(found - 1)) return;
      slot = (slot + 1) & mask;
    }
    const first = this.#size * this.#words;
    for (let word = 0; word < this.#words; word++) this.#keys[first + word] = this.key[word]!;
    this.#hashes[this.#size] = hash;
    slots[slot] = ++this.#size;
    if (this.#size === this.#hashes.length) this.#grow();
  }

  #isKey(index: number): boolean {
    const first = index * this.#words;
    for (let word = 0; word < this.#words; word++) if (this.#keys[first + word] !== this.key[word]) return false;
    return true;
  }

  #grow(): void {
    const [keys, hashes] = [this.#keys, this.#hashes];
    this.#keys = new Uint32Array(keys.length * 2);
    this.#keys.set(keys);
    this.#hashes = new Int32Array(hashes.length * 2);
    this.#hashes.set(hashes);
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let index = 0; index < hashes.length; index++) {
      let slot = hashes[index]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = index + 1;
    }
    this.#slots = slots;
  }
}
