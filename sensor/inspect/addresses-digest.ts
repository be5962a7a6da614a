/** One short text for a set of addresses: two captures have the same where they have the same addresses. */
import { formatAddress } from '../../shared/address.ts';
import type { DistinctKeys } from './distinct.ts';

const HEX_DIGITS = 16;
const LINE_FEED = 0x0a;
/** The longest text of an address, and the line feed behind it. */
const MAX_LINE_BYTES = 46;

/** Decimal numbers of one byte in the order of their texts (0, 1, 10, 100, 101 …), and where each number stands there. */
const byText = Array.from({ length: 256 }, (_, number) => number).sort((a, b) => (String(a) < String(b) ? -1 : 1));
const rankOf = new Uint8Array(256);
for (const [rank, number] of byText.entries()) rankOf[number] = rank;
const textOf = Array.from({ length: 256 }, (_, number) => String(number));

/** The first digits of SHA-256 over the sorted addresses, joined by newlines. */
export async function addressesSha256(sets: { 4: DistinctKeys; 6: DistinctKeys }): Promise<string> {
  const lines = sortedLines(sortedIpv4(sets[4]), sortedIpv6(sets[6]));
  const digest = await crypto.subtle.digest('SHA-256', lines);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .slice(0, HEX_DIGITS);
}

/**
 * IPv4 addresses in the order of their texts, each byte as its rank: what stands between the numbers (a dot, or the end of
 * the line) comes before every digit, so that texts are ordered as their ranks are, and numbers sort much faster.
 */
function sortedIpv4(addresses: DistinctKeys): Uint32Array {
  const ranks = new Uint32Array(addresses.size);
  for (let index = 0; index < ranks.length; index++) {
    const address = addresses.at(index)[0]!;
    ranks[index] =
      (rankOf[address >>> 24]! << 24) |
      (rankOf[(address >>> 16) & 255]! << 16) |
      (rankOf[(address >>> 8) & 255]! << 8) |
      rankOf[address & 255]!;
  }
  return ranks.sort();
}

function sortedIpv6(addresses: DistinctKeys): string[] {
  return Array.from({ length: addresses.size }, (_, index) => formatAddress(6, addresses.at(index), 0)).sort();
}

/** Both as one sorted text. */
function sortedLines(ipv4: Uint32Array, ipv6: readonly string[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array((ipv4.length + ipv6.length) * MAX_LINE_BYTES);
  let [length, next] = [0, 0];
  const put = (text: string) => {
    for (let at = 0; at < text.length; at++) bytes[length++] = text.charCodeAt(at);
    bytes[length++] = LINE_FEED;
  };
  for (const ranks of ipv4) {
    const text = formatRanks(ranks);
    while (next < ipv6.length && ipv6[next]! < text) put(ipv6[next++]!);
    put(text);
  }
  while (next < ipv6.length) put(ipv6[next++]!);
  return bytes.subarray(0, Math.max(0, length - 1));
}

function formatRanks(ranks: number): string {
  const part = (shift: number) => textOf[byText[(ranks >>> shift) & 255]!]!;
  return `${part(24)}.${part(16)}.${part(8)}.${part(0)}`;
}
