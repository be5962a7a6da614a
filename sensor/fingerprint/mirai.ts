/** Mirai and its kin send SYNs whose sequence number is the target's address. */

/** All ones for a first SYN that matches, else 0; of sequence number ^ target. */
export function mirai(difference: number): number {
  return ~((difference | (0 - difference)) >> 31);
}
