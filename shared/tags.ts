/** Rules that a packet can match by its headers. A tag's number is its bit in `tagsLow`/`tagsHigh`: stored, sent, never reused. */
export const Tag = {
  /** ZMap up to 4.0: IP identification 54321. */
  zmapLegacyTcp: 1,
  /** Masscan: IP identification is target ^ port ^ sequence, cut to 16 bits. */
  masscanTcp: 2,
  /** Mirai and its kin: the SYN's sequence number is the target's address. */
  mirai: 3,
  zmapLegacyUdp: 4,
} as const;
export type TagName = keyof typeof Tag;
export const tagNames = Object.keys(Tag) as TagName[];
