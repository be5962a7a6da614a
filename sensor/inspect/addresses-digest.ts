/** One short text for a set of addresses: two captures have the same where they have the same addresses. */
import { formatAddress } from '../../shared/address.ts';
import type { DistinctKeys } from './distinct.ts';

const HEX_DIGITS = 16;

/** The first digits of SHA-256 over the sorted addresses, joined by newlines. */
export async function addressesSha256(sets: { 4: DistinctKeys; 6: DistinctKeys }): Promise<string> {
  const texts: string[] = [];
  for (const family of [4, 6] as const) {
    for (let index = 0; index < sets[family].size; index++)
      texts.push(formatAddress(family, sets[family].at(index), 0));
  }
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(texts.sort().join('\n')));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .slice(0, HEX_DIGITS);
}
