/** What belongs to ranges of addresses, such as a country or a network: a number for every address. */
import type { Family } from '../../../shared/flow-batch.ts';
import { isSpecialAddress } from '../special-addresses.ts';

const BLOCKS = 65_536;

/** Ranges in order, each from its first address to that of the next. The first begins at 0. */
export interface Ranges {
  /** First addresses, rising: one word a range for IPv4, four for IPv6. */
  readonly starts4: Uint32Array;
  readonly values4: Uint32Array | Uint16Array;
  readonly starts6: Uint32Array;
  readonly values6: Uint32Array | Uint16Array;
}

export class RangeTable {
  readonly #ranges: Ranges;
  /** Of each block of 65,536 IPv4 addresses, the range that its first address is in; and a last one beyond all. */
  readonly #rangeOfBlock = new Uint32Array(BLOCKS + 1);

  constructor(ranges: Ranges) {
    this.#ranges = ranges;
    const { starts4 } = ranges;
    for (let block = 0, range = 0; block < BLOCKS; block++) {
      while (range + 1 < starts4.length && starts4[range + 1]! <= block * 65_536) range++;
      this.#rangeOfBlock[block] = range;
    }
    this.#rangeOfBlock[BLOCKS] = Math.max(0, starts4.length - 1);
  }

  /** Fills the rows [from, to) of `values` by the addresses in `source`: 0 for those that nobody was given. */
  fill(family: Family, source: Uint32Array, values: Uint32Array | Uint16Array, from: number, to: number): void {
    if (family === 4) for (let row = from; row < to; row++) values[row] = this.#ofIpv4(source, row);
    else for (let row = from; row < to; row++) values[row] = this.#ofIpv6(source, row);
  }

  #ofIpv4(source: Uint32Array, row: number): number {
    if (isSpecialAddress(4, source, row)) return 0;
    const address = source[row]!;
    const { starts4, values4 } = this.#ranges;
    const block = address >>> 16;
    let low = this.#rangeOfBlock[block]!;
    let high = this.#rangeOfBlock[block + 1]! + 1;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (starts4[middle]! > address) high = middle;
      else low = middle;
    }
    return values4[low]!;
  }

  #ofIpv6(source: Uint32Array, row: number): number {
    if (isSpecialAddress(6, source, row)) return 0;
    const { starts6, values6 } = this.#ranges;
    let low = 0;
    let high = values6.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (isAbove(starts6, middle * 4, source, row * 4)) high = middle;
      else low = middle;
    }
    return values6[low]!;
  }
}

/** Whether the four words of `a` are more than those of `b`. */
function isAbove(a: Uint32Array, atA: number, b: Uint32Array, atB: number): boolean {
  for (let word = 0; word < 4; word++) {
    const difference = a[atA + word]! - b[atB + word]!;
    if (difference !== 0) return difference > 0;
  }
  return false;
}
