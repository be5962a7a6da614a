/**
 * Masks for targets. A slot is the address's index in the watched blocks under a keyed permutation, scaled to 16 bits:
 * pictures keep their shapes' statistics, and nobody who has not the key reads an address from them.
 */
import { type Prefix, parsePrefix } from '../../shared/address.ts';
import type { FlowBatch } from '../../shared/flow-batch.ts';

const SLOTS = 65_536;
/** Words of a key. */
export const ROUNDS = 4;

interface Block {
  readonly family: 4 | 6;
  readonly first: Uint32Array;
  readonly mask: Uint32Array;
  /** Where the block's addresses begin in the row of all blocks. */
  readonly offset: number;
}

export class KeyedSlots {
  readonly #blocks: Block[] = [];
  readonly #size: number;
  /** Half the bits of the permutation's domain, which is the power of four at or above the size. */
  readonly #halfBits: number;
  readonly #keys: Uint32Array;
  readonly #cache = new Map<number, number>();

  /** ROUNDS words; `prefixes` are those that are watched, such as a sensor's. */
  constructor(keys: Uint32Array, prefixes: readonly string[]) {
    this.#keys = keys;
    let offset = 0;
    for (const text of prefixes) {
      const prefix = parsePrefix(text);
      if (prefix === null) continue;
      this.#blocks.push({ family: prefix.family, first: prefix.words, mask: maskOf(prefix), offset });
      offset += sizeOf(prefix);
    }
    this.#size = Math.max(1, offset);
    this.#halfBits = Math.max(1, Math.ceil(Math.log2(this.#size) / 2));
  }

  /** 16-bit slot of the target of flow `row`. */
  of(flows: FlowBatch, row: number): number {
    const words = flows.family === 4 ? 1 : 4;
    const index = this.#indexOf(flows, row, words);
    if (index === null) return this.#outside(flows.target, row * words, words);
    const cached = this.#cache.get(index);
    if (cached !== undefined) return cached;
    // Where there are fewer addresses than slots, each stands somewhere in its step: slots share no divisor that tells the size.
    const within = scramble(index ^ this.#keys[1]!) / 2 ** 32;
    const slot = Math.floor(((this.#permute(index) + within) * SLOTS) / this.#size);
    if (this.#cache.size < SLOTS) this.#cache.set(index, slot);
    return slot;
  }

  #indexOf(flows: FlowBatch, row: number, words: number): number | null {
    for (const { family, first, mask, offset } of this.#blocks) {
      if (family !== flows.family) continue;
      let inside = true;
      for (let word = 0; word < words && inside; word++)
        inside = (flows.target[row * words + word]! & mask[word]!) >>> 0 === first[word];
      if (!inside) continue;
      // Of IPv6 only the last 32 bits are told apart: a block is larger than any picture.
      const last = row * words + words - 1;
      return offset + ((flows.target[last]! & ~mask[words - 1]!) >>> 0);
    }
    return null;
  }

  /** A Feistel network over the domain, walked until it lands inside (a permutation of exactly `size` indices). */
  #permute(index: number): number {
    const half = 2 ** this.#halfBits;
    let value = index;
    do {
      let left = Math.floor(value / half);
      let right = value % half;
      for (let round = 0; round < ROUNDS; round++) {
        const next = left ^ (scramble(right ^ this.#keys[round]!) & (half - 1));
        left = right;
        right = next;
      }
      value = left * half + right;
    } while (value >= this.#size);
    return value;
  }

  /** Targets outside of the watched blocks (captures from elsewhere): a keyed hash. */
  #outside(column: Uint32Array, at: number, words: number): number {
    let hash = this.#keys[0]!;
    for (let word = 0; word < words; word++)
      hash = scramble(hash ^ column[at + word]! ^ this.#keys[(word + 1) % ROUNDS]!);
    return hash >>> 16;
  }
}

function maskOf({ words, length }: Prefix): Uint32Array {
  return Uint32Array.from(words, (_, word) => {
    const kept = Math.min(32, Math.max(0, length - word * 32));
    return kept === 0 ? 0 : (0xffffffff << (32 - kept)) >>> 0;
  });
}

/** Addresses of a block, as far as they are told apart. */
function sizeOf({ words, length }: Prefix): number {
  return 2 ** Math.min(32, words.length * 32 - length);
}

function scramble(word: number): number {
  let hash = Math.imul(word ^ (word >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
