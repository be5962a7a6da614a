/** The Internet checksum (RFC 1071). Sums stay far below 2³¹: a frame has less than 2¹⁰ words of 16 bits. */

/** Sum of the 16-bit words from `from` to `end`; an odd last byte counts as if a zero followed. */
export function sumWords(bytes: Uint8Array, from: number, end: number): number {
  let sum = 0;
  let at = from;
  for (; at + 1 < end; at += 2) sum += (bytes[at]! << 8) | bytes[at + 1]!;
  if (at < end) sum += bytes[at]! << 8;
  return sum;
}

/** Sum of the two 16-bit halves of an address. */
export function sumAddress(word: number): number {
  return (word >>> 16) + (word & 0xffff);
}

export function foldChecksum(sum: number): number {
  const once = (sum >>> 16) + (sum & 0xffff);
  return ~((once >>> 16) + once) & 0xffff;
}
