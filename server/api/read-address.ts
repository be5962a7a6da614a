/** The address that a request asks about. */
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from '../../shared/address.ts';
import { isSpecialAddress } from '../enrich/special-addresses.ts';
import { ApiError } from './api-error.ts';

export interface ReadAddress {
  readonly address: string;
  readonly special: boolean;
  /** Four of them; IPv4 as ::ffff:a.b.c.d. */
  readonly words: Uint32Array;
}

/** Throws ApiError. */
export function readAddress(text: string): ReadAddress {
  const ipv4 = parseIpv4(text);
  if (ipv4 !== null) {
    const special = isSpecialAddress(4, Uint32Array.of(ipv4), 0);
    return { address: formatIpv4(ipv4), special, words: Uint32Array.of(0, 0, 0xffff, ipv4) };
  }
  const ipv6 = parseIpv6(text);
  if (ipv6 !== null)
    return { address: formatIpv6(ipv6), special: isSpecialAddress(6, ipv6, 0), words: Uint32Array.from(ipv6) };
  throw new ApiError(400, 'API_BAD_ADDRESS', `"${text}" is no address such as 192.0.2.1 or 2001:db8::1`);
}
