/** The Internet checksum (RFC 1071) and CRC-32C (RFC 9260, appendix A), summed straight from the packet's bytes. */

const TWO_TO_16 = 2 ** 16;

/**
 * Sum of the 16-bit words in [start, end), not yet folded: 32-bit words are added whole, since 2^16 and 1 are the same
 * to a ones' complement sum. Exact as a double for more bytes than any packet has.
 */
export function sumWords(bytes: DataView, start: number, end: number): number {
  let sum = 0;
  let at = start;
  for (; at + 4 <= end; at += 4) sum += bytes.getUint32(at);
  if (at + 2 <= end) {
    sum += bytes.getUint16(at);
    at += 2;
  }
  // A last odd byte is the upper half of a word.
  return at < end ? sum + bytes.getUint8(at) * 256 : sum;
}

/** Whether a sum that includes its own checksum says that nothing was changed. */
export function isChecksumGood(sum: number): boolean {
  while (sum >= TWO_TO_16) sum = (sum % TWO_TO_16) + Math.floor(sum / TWO_TO_16);
  return sum === 0xffff;
}

/** The Castagnoli polynomial, lowest bit first. */
const CRC32C_POLYNOMIAL = 0x82f63b78;
const crcTable: Uint32Array = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) * CRC32C_POLYNOMIAL);
  return crc >>> 0;
});

/** CRC-32C of [start, end) with the four bytes at `zeroAt` taken as zeros. */
export function crc32c(bytes: DataView, start: number, end: number, zeroAt: number): number {
  let crc = 0xffffffff;
  for (let at = start; at < end; at++) {
    const byte = at >= zeroAt && at < zeroAt + 4 ? 0 : bytes.getUint8(at);
    crc = (crc >>> 8) ^ crcTable[(crc ^ byte) & 0xff]!;
  }
  return ~crc >>> 0;
}
