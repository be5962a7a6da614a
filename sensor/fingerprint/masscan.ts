/** Masscan computes the IP identification from what it aims at: target ^ target port ^ sequence number, cut (not folded) to 16 bits. */

/** All ones for a first SYN that matches, else 0; of identification ^ target ^ target port ^ sequence number. */
export function masscanTcp(difference: number): number {
  return ((difference & 0xffff) - 1) >> 31;
}
