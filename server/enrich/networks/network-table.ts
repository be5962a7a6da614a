/** The network (autonomous system) that announces an address, and its name. Uses neither Node nor the DOM. */
import type { FlowBatch } from '../../../shared/flow-batch.ts';
import { isSpecialAddress } from '../special-addresses.ts';
import { type NetworkColumns, NO_NETWORK } from './network-columns.ts';

const CACHE_SLOTS = 65_536;

export class NetworkTable {
  readonly #columns: NetworkColumns;
  /** Direct-mapped: a source that comes again costs an array access. Begins with what is right for 0.0.0.0: nobody's. */
  readonly #cachedAddress = new Uint32Array(CACHE_SLOTS);
  readonly #cachedNetwork = new Uint32Array(CACHE_SLOTS);

  constructor(columns: NetworkColumns) {
    this.#columns = columns;
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
    const address = source[row]!;
    const slot = Math.imul(address, 0x9e3779b1) >>> 16;
    if (this.#cachedAddress[slot] === address) return this.#cachedNetwork[slot]!;
    const { starts4, networks4 } = this.#columns;
    const network = isSpecialAddress(4, source, row) ? NO_NETWORK : networks4[lastNotAbove(starts4, address)]!;
    this.#cachedAddress[slot] = address;
    this.#cachedNetwork[slot] = network;
    return network;
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
