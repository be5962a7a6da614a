/** Blocks of IPv4 addresses that are no ordinary sources. */
import { parsePrefix } from '../../shared/address.ts';

/**
 * What must not appear as a source on the Internet: the IANA IPv4 Special-Purpose Address Registry (RFC 6890 and its
 * successors), multicast (RFC 5771) and class E (RFC 1112).
 */
export const specialBlocks: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];

/** Blocks as pairs of first address and last address, both included. */
export type Ranges = Float64Array;

export function blocksToRanges(blocks: readonly string[]): Ranges {
  const ranges = new Float64Array(blocks.length * 2);
  blocks.forEach((text, index) => {
    const block = parsePrefix(text);
    if (block?.family !== 4) throw new RangeError(`${text} is no block of IPv4 addresses`);
    ranges[index * 2] = block.words[0]!;
    ranges[index * 2 + 1] = block.words[0]! + 2 ** (32 - block.length) - 1;
  });
  return ranges;
}

export function isInRanges(ranges: Ranges, address: number): boolean {
  for (let at = 0; at < ranges.length; at += 2) {
    if (address >= ranges[at]! && address <= ranges[at + 1]!) return true;
  }
  return false;
}
