/** Reads lists of networks: a line is first address, last address, both as decimal numbers, number of the network, name. */
import { NameList } from './name-list.ts';
import { type NetworkColumns, NO_NETWORK } from './network-columns.ts';
import { RangeList } from './range-list.ts';

const [NEWLINE, COMMA, ZERO] = [0x0a, 0x2c, 0x30];
/** Six digits and a word fit into the 53 bits that a number holds exactly. */
const DIGITS_AT_ONCE = 6;
const TWO_TO_32 = 2 ** 32;

export interface ReadNetworks {
  readonly columns: NetworkColumns;
  /** Lines that are none. */
  readonly unreadableLines: number;
}

/** Both lists as columns; each in the order of its addresses. */
export function readNetworkLists(ipv4: Uint8Array, ipv6: Uint8Array): ReadNetworks {
  const names = new NameList();
  const [ranges4, ranges6] = [new RangeList(1), new RangeList(4)];
  const unreadableLines = readLines(ipv4, ranges4, names) + readLines(ipv6, ranges6, names);
  const [of4, of6] = [ranges4.finish(), ranges6.finish()];
  const columns = {
    starts4: of4.starts,
    networks4: of4.networks,
    starts6: of6.starts,
    networks6: of6.networks,
    ...names.finish(),
  };
  return { columns, unreadableLines };
}

function readLines(bytes: Uint8Array, ranges: RangeList, names: NameList): number {
  const [first, last, network] = [new Uint32Array(ranges.words), new Uint32Array(ranges.words), new Uint32Array(1)];
  let unreadable = 0;
  for (let at = 0, end = 0; at < bytes.length; at = end + 1) {
    const lastAt = readNumber(bytes, at, first);
    const networkAt = lastAt && readNumber(bytes, lastAt, last);
    const nameAt = networkAt && readNumber(bytes, networkAt, network);
    end = nameAt || at;
    while (end < bytes.length && bytes[end] !== NEWLINE) end++;
    if (nameAt > 0) {
      ranges.add(first, last, network[0]!);
      if (network[0] !== NO_NETWORK) names.add(network[0]!, bytes, nameAt, end);
    } else if (end > at) unreadable++;
  }
  return unreadable;
}

/** Reads the decimal number at `at` into `words`, most significant first. Where the cell behind it begins, or 0. */
function readNumber(bytes: Uint8Array, at: number, words: Uint32Array): number {
  for (let word = 0; word < words.length; word++) words[word] = 0;
  const from = at;
  for (;;) {
    let digits = 0;
    let value = 0;
    let scale = 1;
    for (; digits < DIGITS_AT_ONCE && at < bytes.length; digits++, at++) {
      const digit = bytes[at]! - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      scale *= 10;
    }
    if (!multiplyAndAdd(words, scale, value)) return 0;
    if (digits < DIGITS_AT_ONCE) return at > from && bytes[at] === COMMA ? at + 1 : 0;
  }
}

/** False when the words cannot hold it. */
function multiplyAndAdd(words: Uint32Array, scale: number, add: number): boolean {
  for (let word = words.length - 1; word >= 0; word--) {
    const product = words[word]! * scale + add;
    add = Math.floor(product / TWO_TO_32);
    words[word] = product - add * TWO_TO_32;
  }
  return add === 0;
}
