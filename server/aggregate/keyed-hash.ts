/** Hashes keyed by a secret: who does not know the key cannot choose addresses that share a register or a slot. */

/** Four words, secret. */
export type HashKey = Uint32Array;
export const HASH_KEY_WORDS = 4;

/** 32 well-mixed bits of the address at `at` of a column with so many words a row. One round a word, and one more. */
export function hashAddress(column: Uint32Array, at: number, words: number, key: HashKey): number {
  let hash = key[0]!;
  for (let word = 0; word < words; word++) hash = (mix(hash ^ column[at + word]!) + key[1 + (word & 1)]!) | 0;
  return mix(hash ^ key[3]! ^ words);
}

/** 32 well-mixed bits of one word. */
export function hashWord(word: number, key: HashKey): number {
  return mix((mix(word ^ key[2]!) + key[3]!) | 0);
}

/** A permutation of 32 bits in which every bit changes every other (the finalizer of MurmurHash3). */
function mix(word: number): number {
  let hash = word;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
