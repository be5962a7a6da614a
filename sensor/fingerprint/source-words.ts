/** What is remembered about a source of which something matched: the words of its place, a line of the processor's cache. */

/** Constants of a module are compiled into its code, and what it imports is looked up each time: hot modules make them theirs. */
export const SOURCE_SHIFT = 4;
export const SourceWord = {
  address: 0,
  /** The SYN that others are compared with. */
  target: 1,
  ports: 2,
  sequence: 3,
  /** See below; 0 for a free place. */
  state: 4,
  /** Since the first match: first packets of connections. */
  syns: 5,
  datagrams: 6,
  /** Pairs that Nmap could have sent. */
  nmapPairs: 7,
  /** How many packets were kept as proof: two bits a tag. */
  proofs: 8,
  /** Bits of the tags that matched. */
  matched: 9,
  /** Matches that are in no row yet: the tag below, their number above. */
  pending: 10,
  pendingKey: 11,
  /** When the first and the last of them were: two words each. */
  pendingFirst: 12,
  pendingLast: 14,
} as const;

/** Bits of the state. */
export const SourceState = {
  /** How often the source was seen of late, from 1. */
  weight: 0xff,
  /** How many more SYNs of late agreed with the SYN that is kept than did not: a new run is seen after seven and one at the latest. */
  strength: 0x700,
  one: 0x100,
  /** Whether there is a SYN, and whether Nmap could have sent it. */
  isThere: 0x800,
  isShaped: 0x1000,
} as const;
