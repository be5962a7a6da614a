/**
 * IPv4 sources of which something matched, in a table that never grows: sets of eight places, and the source that was seen
 * least of late makes room where a set is full. Others do not come here, and do not push anyone out. Whoever sends packets
 * knows this code: the hash is keyed (see sensor/flow/flow-keys.ts).
 */
import { mix } from '../flow/flow-keys.ts';
import { SOURCE_SHIFT, SourceState, SourceWord } from './source-words.ts';

const SHIFT = SOURCE_SHIFT;
const STATE = SourceState;
const WORD = SourceWord;

const WAYS = 8;
/** Of a set, a line of the processor's cache: addresses first, then their places, and one. */
const SET_SHIFT = 4;
/** A bit for each of so many parts of the hash: nearly all sources are known not to be here without looking. */
const FILTER_BITS = 18;
export const FILTER_SHIFT = 32 - FILTER_BITS;

export class KnownSources {
  /** 2^SOURCE_SHIFT words a place. Places fill from 0 on, so that few sources take few pages of memory. */
  readonly words: Uint32Array;
  readonly places: number;
  /** The bit of a hash is 0 where its source is not here: bit `hash >>> FILTER_SHIFT & 31` of word `hash >>> FILTER_SHIFT + 5`. */
  readonly filter = new Uint32Array(2 ** (FILTER_BITS - 5));
  /** Secrets of the hash: see `hashOf`. */
  readonly low: number;
  readonly high: number;
  /** Places that are taken: those below. */
  held = 0;
  givenUp = 0;
  readonly #sets: Uint32Array;
  readonly #setMask: number;
  readonly #onGivenUp: (place: number) => void;

  /** `places` is a power of two. The same seed gives up the same sources. */
  constructor(places: number, seed: number, onGivenUp: (place: number) => void) {
    this.places = places;
    this.words = new Uint32Array(places << SHIFT);
    this.#sets = new Uint32Array((places / WAYS) << SET_SHIFT);
    this.#setMask = places / WAYS - 1;
    this.low = mix(seed ^ 0x9e3779b1) | 1;
    this.high = mix(seed + 1) | 1;
    this.#onGivenUp = onGivenUp;
  }

  /** The place of a source, or -1. */
  find(address: number, hash: number): number {
    const sets = this.#sets;
    const from = (hash & this.#setMask) << SET_SHIFT;
    for (let at = from; at < from + WAYS; at++)
      if (sets[at] === address && sets[at + WAYS] !== 0) return sets[at + WAYS]! - 1;
    return -1;
  }

  /** A place for a source that has none: all 0 but for address and weight. */
  add(address: number, hash: number): number {
    const at = this.#choose((hash & this.#setMask) << SET_SHIFT);
    let place = this.#sets[at + WAYS]! - 1;
    if (place < 0) place = this.held++;
    else this.#giveUp(place);
    this.#sets[at] = address;
    this.#sets[at + WAYS] = place + 1;
    const words = place << SHIFT;
    this.words.fill(0, words, words + (1 << SHIFT));
    this.words[words + WORD.address] = address;
    this.words[words + WORD.state] = 1;
    this.#mark(hash);
    return place;
  }

  #mark(hash: number): void {
    this.filter[hash >>> (FILTER_SHIFT + 5)]! |= 1 << (hash >>> FILTER_SHIFT);
  }

  /** A free entry of the set, or that of the source that makes room. */
  #choose(from: number): number {
    let lightest = from;
    let least = Number.POSITIVE_INFINITY;
    // Of equals another one each time: else the newest would go, and the oldest would stay for good.
    for (let way = 0; way < WAYS; way++) {
      const at = from + ((way + this.givenUp) & (WAYS - 1));
      const place = this.#sets[at + WAYS]! - 1;
      if (place < 0) return at;
      const weight = this.words[(place << SHIFT) + WORD.state]! & STATE.weight;
      if (weight >= least) continue;
      least = weight;
      lightest = at;
    }
    return lightest;
  }

  #giveUp(place: number): void {
    this.#onGivenUp(place);
    this.givenUp++;
    if (this.givenUp % this.places === 0) this.#renewFilter();
    // Who was seen often long ago makes room in the end.
    if (this.givenUp % (this.places * WAYS) === 0) this.#age();
  }

  /** The bits of those that were given up would stay, and in the end every source would be looked for. */
  #renewFilter(): void {
    this.filter.fill(0);
    for (let place = 0; place < this.held; place++)
      this.#mark(hashOf(this.words[(place << SHIFT) + WORD.address]!, this.low, this.high));
  }

  #age(): void {
    for (let place = 0; place < this.held; place++) {
      const at = (place << SHIFT) + WORD.state;
      const state = this.words[at]!;
      if ((state & STATE.weight) > 1) this.words[at] = (state & ~STATE.weight) | ((state & STATE.weight) >> 1);
    }
  }
}

export function hashOf(address: number, low: number, high: number): number {
  return mix(Math.imul(address & 0xffff, low) + Math.imul(address >>> 16, high));
}
