/**
 * A SYN that no ordinary stack sends: without TCP options, with a TTL above 200, or with ZMap's old identification
 * (zmap-legacy.ts). What two phases of a scan are told apart by: the first is irregular, and made by no stack.
 */

const MOST_TTL = 200;
/** Fewer bytes do not show whether there are options. */
const TCP_HEADER_BYTES = 20;

/** All ones for a first SYN without options, else 0. */
export function hasNoOptions(options: number, transportBytes: number): number {
  return ~((options | (0 - options)) >> 31) & ((TCP_HEADER_BYTES - 1 - transportBytes) >> 31);
}

/** All ones for a TTL that no stack starts with, else 0. */
export function hasHighTtl(ttl: number): number {
  return (MOST_TTL - ttl) >> 31;
}
