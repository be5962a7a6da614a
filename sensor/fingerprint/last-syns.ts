/**
 * The last SYN of sources of which nothing matched so far: nearly all that there are. So small that it stays in the
 * processor's cache beside all else: a source has one place, and the newest takes it. SYNs that Nmap could have sent have
 * places of their own behind the others, since only two of them make a pair for its rule.
 */
export const LAST_SYN_SHIFT = 2;
/** `source` is 0 in a free place, as of a packet from 0.0.0.0: it is compared with numbers of 0, and agrees with nothing. */
export const LastSynWord = { source: 0, target: 1, ports: 2, sequence: 3 } as const;

/** They are few, so that many places for them do not crowd the cache: runs of Nmap are found that are seldom seen. */
const NMAP_TIMES = 8;

export class LastSyns {
  readonly words: Int32Array;
  readonly mask: number;
  /** Where the words of Nmap's places begin, and how a hash chooses one of them. */
  readonly nmapFrom: number;
  readonly nmapMask: number;
  /** Where the words of packets begin that are no SYN: which packet is one cannot be foretold, and to write there costs less than to guess. */
  readonly nowhere: number;
  /** What was read ahead. */
  read = 0;

  /** `places` for SYNs that Nmap could not have sent, a power of two. */
  constructor(places: number) {
    this.words = new Int32Array((places * (NMAP_TIMES + 1) + 1) << LAST_SYN_SHIFT);
    this.mask = places - 1;
    this.nmapFrom = places << LAST_SYN_SHIFT;
    this.nmapMask = places * NMAP_TIMES - 1;
    this.nowhere = (places * (NMAP_TIMES + 1)) << LAST_SYN_SHIFT;
  }
}
