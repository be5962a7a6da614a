/** A seeded 64-bit hash of bytes, as two words: whoever does not know the seed cannot choose what collides (MurmurHash3's mixing). */

export class PayloadHash {
  low = 0;
  high = 0;
  readonly #seedLow: number;
  readonly #seedHigh: number;

  constructor(seedLow: number, seedHigh: number) {
    this.#seedLow = seedLow;
    this.#seedHigh = seedHigh;
  }

  /** Of bytes [start, start + length): into `low` and `high`. */
  of(bytes: Uint8Array, start: number, length: number): void {
    let a = this.#seedLow ^ length;
    let b = this.#seedHigh ^ Math.imul(length, 0x9e3779b1);
    const end = start + length;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      a = rotate(Math.imul(a ^ Math.imul(word, 0xcc9e2d51), 0x1b873593), 15) + b;
      b = rotate(Math.imul(b ^ Math.imul(word, 0x85ebca6b), 0xc2b2ae35), 13) ^ a;
    }
    for (; at < end; at++) {
      a = rotate(Math.imul(a ^ bytes[at]!, 0xcc9e2d51), 15) + b;
      b = rotate(Math.imul(b ^ bytes[at]!, 0x85ebca6b), 13) ^ a;
    }
    this.#finish(a, b);
  }

  /** Of words [start, start + length). */
  ofWords(words: Uint32Array, start: number, length: number): void {
    let a = this.#seedLow ^ length;
    let b = this.#seedHigh ^ Math.imul(length, 0x9e3779b1);
    for (let at = start; at < start + length; at++) {
      a = rotate(Math.imul(a ^ Math.imul(words[at]!, 0xcc9e2d51), 0x1b873593), 15) + b;
      b = rotate(Math.imul(b ^ Math.imul(words[at]!, 0x85ebca6b), 0xc2b2ae35), 13) ^ a;
    }
    this.#finish(a, b);
  }

  #finish(a: number, b: number): void {
    this.low = mix(a ^ (b >>> 7)) >>> 0;
    this.high = mix(b ^ Math.imul(a, 0x9e3779b1)) >>> 0;
  }
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function mix(word: number): number {
  let hash = word;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
