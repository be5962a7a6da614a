/** Rules that a packet can match by its headers. A tag's number is its bit in `tagsLow`/`tagsHigh`: stored, sent, never reused. */
export const Tag = {
  /** ZMap up to 4.0: IP identification 54321. */
  zmapLegacyTcp: 1,
  /** Masscan: IP identification is target ^ port ^ sequence, cut to 16 bits. */
  masscanTcp: 2,
  /** Mirai and its kin: the SYN's sequence number is the target's address. */
  mirai: 3,
  zmapLegacyUdp: 4,
  /** ZMap from 4.1.1: the options of a Windows with a TTL that no Windows has. */
  zmapTcp: 5,
  /** Nmap's probes of operating systems: a time stamp of all ones, and windows of their own. */
  nmapOs: 6,
  /** Unicornscan's seventh form: MD5 signatures are for BGP alone. */
  unicornscanMd5: 7,
  /** No stack opens connections like this; says that a tool sent it, and not which. */
  irregularSyn: 8,
} as const;
export type TagName = keyof typeof Tag;
export const tagNames = Object.keys(Tag) as TagName[];
