/**
 * A hash of keys of 32-bit words for which nobody can write keys that meet: each half of a word is multiplied by a secret
 * of its own, and the products are added (as in flow/flow-keys.ts, where the reason stands).
 */
import { mix } from '../flow/flow-keys.ts';

const HALVES = 2;

export class WordHash {
  readonly #secrets: Int32Array;

  /** For keys of `words` words. `random` gives numbers from 0 to below 1. */
  constructor(words: number, random: () => number = Math.random) {
    this.#secrets = Int32Array.from({ length: words * HALVES }, () => random() * 2 ** 32);
  }

  of(key: Uint32Array): number {
    const secrets = this.#secrets;
    let sum = 0;
    for (let word = 0; word < key.length; word++) {
      const value = key[word]!;
      sum += Math.imul(value & 0xffff, secrets[word * HALVES]!) + Math.imul(value >>> 16, secrets[word * HALVES + 1]!);
    }
    return mix(sum);
  }
}
