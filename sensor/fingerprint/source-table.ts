/**
 * What is remembered about IPv4 sources, in a table that never grows: sets of eight places, and a place is given up where a
 * set is full. A source that sends often stays, and one about which there is evidence stays longer, so that a flood of
 * forged sources pushes out itself. Whoever sends packets knows this code: the hash is keyed (see sensor/flow/flow-keys.ts).
 */
import { mix } from '../flow/flow-keys.ts';

const WAYS = 8;
/** Words of one source: a line of the processor's cache. */
export const SOURCE_SHIFT = 4;
/** Counts are since the source came into the table. */
export const SourceWord = {
  /** First packets of connections. */
  syns: 0,
  datagrams: 1,
  /** Packets with evidence that are neither. */
  others: 2,
  nmapPairs: 3,
  unicornscanPairs: 4,
  /** The SYN that others are compared with. */
  target: 5,
  ports: 6,
  sequence: 7,
  /** 0 until there is such a SYN; see pairs.ts. */
  state: 8,
  /** How many packets were kept as proof: two bits a tag. */
  proofs: 9,
  /** Bits of the tags that matched. */
  matched: 10,
  /** The row of evidence that was added to last, and one. */
  row: 11,
} as const;

const MAX_WEIGHT = 255;
const IS_KNOWN = 256;

export class SourceTable {
  /** 2^SOURCE_SHIFT words a place. */
  readonly words: Uint32Array;
  readonly addresses: Uint32Array;
  readonly places: number;
  held = 0;
  givenUp = 0;
  /** 0 for a free place, else how often its source was seen of late, from 1; more than that where there is evidence. */
  readonly #weights: Uint16Array;
  readonly #setMask: number;
  readonly #low: number;
  readonly #high: number;
  readonly #onGivenUp: (place: number) => void;

  /** `places` is a power of two. The same seed gives up the same sources. */
  constructor(places: number, seed: number, onGivenUp: (place: number) => void) {
    this.places = places;
    this.words = new Uint32Array(places << SOURCE_SHIFT);
    this.addresses = new Uint32Array(places);
    this.#weights = new Uint16Array(places);
    this.#setMask = places / WAYS - 1;
    this.#low = mix(seed ^ 0x9e3779b1) | 1;
    this.#high = mix(seed + 1) | 1;
    this.#onGivenUp = onGivenUp;
  }

  /** The place of a source, which is made where there is none. */
  find(address: number): number {
    const hash = mix(Math.imul(address & 0xffff, this.#low) + Math.imul(address >>> 16, this.#high));
    const from = (hash & this.#setMask) * WAYS;
    const weights = this.#weights;
    const { addresses } = this;
    for (let place = from; place < from + WAYS; place++) {
      if (addresses[place] !== address) continue;
      const weight = weights[place]!;
      if (weight === 0) continue;
      if ((weight & MAX_WEIGHT) < MAX_WEIGHT) weights[place] = weight + 1;
      return place;
    }
    return this.#take(address, from);
  }

  /** There is evidence about the source: it makes room last. */
  keep(place: number): void {
    this.#weights[place]! |= IS_KNOWN;
  }

  #take(address: number, from: number): number {
    const place = this.#lightest(from);
    if (this.#weights[place] === 0) this.held++;
    else this.#giveUp(place);
    // A loop: a call of fill costs more than so few words.
    const end = (place + 1) << SOURCE_SHIFT;
    for (let word = place << SOURCE_SHIFT; word < end; word++) this.words[word] = 0;
    this.addresses[place] = address;
    this.#weights[place] = 1;
    return place;
  }

  #lightest(from: number): number {
    let lightest = from;
    let least = Number.POSITIVE_INFINITY;
    // Of equals another one each time: else the newest would go, and the oldest would stay for good.
    for (let way = 0; way < WAYS; way++) {
      const place = from + ((way + this.givenUp) & (WAYS - 1));
      const weight = this.#weights[place]!;
      if (weight === 0) return place;
      if (weight >= least) continue;
      least = weight;
      lightest = place;
    }
    return lightest;
  }

  #giveUp(place: number): void {
    this.#onGivenUp(place);
    this.givenUp++;
    // Who was seen often long ago makes room in the end.
    if (this.givenUp % (this.places * WAYS) === 0) this.#age();
  }

  #age(): void {
    const weights = this.#weights;
    for (let place = 0; place < this.places; place++)
      if ((weights[place]! & MAX_WEIGHT) > 1)
        weights[place] = (weights[place]! & IS_KNOWN) | ((weights[place]! & MAX_WEIGHT) >> 1);
  }
}
