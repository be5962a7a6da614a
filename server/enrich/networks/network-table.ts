/** The network (autonomous system) that announces an address, and its name. Uses neither Node nor the DOM. */
import type { FlowBatch } from '../../../shared/flow-batch.ts';
import { isSpecialAddress } from '../special-addresses.ts';
import { type NetworkColumns, NO_NETWORK } from './network-columns.ts';

const BLOCKS = 65_536;

export class NetworkTable {
  readonly #columns: NetworkColumns;
  /** Of each block of 65,536 IPv4 addresses, the range that its first address is in; and a last one beyond all. */
  readonly #rangeOfBlock = new Uint32Array(BLOCKS + 1);

  constructor(columns: NetworkColumns) {
    this.#columns = columns;
    const { starts4 } = columns;
    for (let block = 0, range = 0; block < BLOCKS; block++) {
      while (range + 1 < starts4.length && starts4[range + 1]! <= block * 65_536) range++;
      this.#rangeOfBlock[block] = range;
    }
    this.#rangeOfBlock[BLOCKS] = Math.max(0, starts4.length - 1);
  }

  /** Fills `asn` by `source`: the number of the network, 0 where none is known. */
  fill(batch: FlowBatch): void {
    const { source, asn, length } = batch;
    if (batch.family === 4) for (let row = 0; row < length; row++) asn[row] = this.#ofIpv4(source, row);
    else for (let row = 0; row < length; row++) asn[row] = this.#ofIpv6(source, row);
  }

  /** Name of a network, or null where none is known. */
  nameOf(network: number): string | null {
    const { numbers, nameEnds, names } = this.#columns;
    const at = lastNotAbove(numbers, network);
    if (at < 0 || numbers[at] !== network) return null;
    const name = new TextDecoder().decode(names.subarray(at === 0 ? 0 : nameEnds[at - 1]!, nameEnds[at]!));
    // The lists say the number again where they have no name.
    return name === '' || name === `AS${network}` ? null : name;
  }

  #ofIpv4(source: Uint32Array, row: number): number {
    if (isSpecialAddress(4, source, row)) return NO_NETWORK;
    const address = source[row]!;
    const { starts4, networks4 } = this.#columns;
    const block = address >>> 16;
    let low = this.#rangeOfBlock[block]!;
    let high = this.#rangeOfBlock[block + 1]! + 1;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (starts4[middle]! > address) high = middle;
      else low = middle;
    }
    return networks4[low]!;
  }

  #ofIpv6(source: Uint32Array, row: number): number {
    if (isSpecialAddress(6, source, row)) return NO_NETWORK;
    const { starts6, networks6 } = this.#columns;
    let low = 0;
    let high = networks6.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (isAbove(starts6, middle * 4, source, row * 4)) high = middle;
      else low = middle;
    }
    return networks6[low]!;
  }
}

/** Index of the last of the rising values that is not above `value`; -1 where all are. */
function lastNotAbove(values: Uint32Array, value: number): number {
  let low = -1;
  let high = values.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (values[middle]! > value) high = middle;
    else low = middle;
  }
  return low;
}

/** Whether the four words of `a` are more than those of `b`. */
function isAbove(a: Uint32Array, atA: number, b: Uint32Array, atB: number): boolean {
  for (let word = 0; word < 4; word++) {
    const difference = a[atA + word]! - b[atB + word]!;
    if (difference !== 0) return difference > 0;
  }
  return false;
}
