/** The network (autonomous system) that announces an address, and its name. Uses neither Node nor the DOM. */
import type { FlowBatch } from '../../../shared/flow-batch.ts';
import { RangeTable } from '../ranges/range-table.ts';
import type { NetworkColumns } from './network-columns.ts';

export class NetworkTable {
  readonly #columns: NetworkColumns;
  readonly #ranges: RangeTable;

  constructor(columns: NetworkColumns) {
    this.#columns = columns;
    const { starts4, networks4, starts6, networks6 } = columns;
    this.#ranges = new RangeTable({ starts4, values4: networks4, starts6, values6: networks6 });
  }

  /** Fills `asn` by `source` from row `from` on: the number of the network, 0 where none is known. */
  fill({ family, source, asn, length }: FlowBatch, from = 0): void {
    this.#ranges.fill(family, source, asn, from, length);
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
