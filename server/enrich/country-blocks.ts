/**
 * Countries of IPv4 addresses by blocks of 65,536: a block is worked out when its first address comes, prefix by prefix,
 * and from then on an address costs an array access, or a short search where a block is shared by countries.
 */

const BLOCKS = 65_536;
const BLOCK_ADDRESSES = 65_536;
/** In place of a country. */
const UNKNOWN_YET = -1;
const SHARED = -2;

/** Country of an address, and how long the prefix is that has it all through. */
export type PrefixLookUp = (address: number) => { country: number; prefixLength: number };

interface SharedBlock {
  /** Low halves of the addresses at which another country begins, rising. */
  readonly starts: Uint16Array;
  readonly countries: Uint16Array;
}

export class CountryBlocks {
  readonly #lookUp: PrefixLookUp;
  readonly #countries = new Int32Array(BLOCKS).fill(UNKNOWN_YET);
  readonly #shared = new Map<number, SharedBlock>();

  constructor(lookUp: PrefixLookUp) {
    this.#lookUp = lookUp;
  }

  of(address: number): number {
    const block = address >>> 16;
    const country = this.#countries[block]!;
    if (country >= 0) return country;
    if (country === UNKNOWN_YET) {
      this.#workOut(block);
      return this.of(address);
    }
    const { starts, countries } = this.#shared.get(block)!;
    return countries[lastNotAbove(starts, address & 0xffff)]!;
  }

  #workOut(block: number): void {
    const starts: number[] = [];
    const countries: number[] = [];
    for (let low = 0; low < BLOCK_ADDRESSES; ) {
      const { country, prefixLength } = this.#lookUp(block * BLOCK_ADDRESSES + low);
      if (country !== countries.at(-1)) {
        starts.push(low);
        countries.push(country);
      }
      low += 2 ** (32 - Math.max(16, prefixLength));
    }
    this.#countries[block] = countries.length === 1 ? countries[0]! : SHARED;
    if (countries.length > 1)
      this.#shared.set(block, { starts: Uint16Array.from(starts), countries: Uint16Array.from(countries) });
  }
}

/** Index of the last of the rising values, of which the first is 0, that is not above `value`. */
function lastNotAbove(values: Uint16Array, value: number): number {
  let low = 0;
  let high = values.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (values[middle]! > value) high = middle;
    else low = middle;
  }
  return low;
}
