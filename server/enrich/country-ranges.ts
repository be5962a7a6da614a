/** The whole database of countries as ranges, for those who cannot read it where it lies. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Reader } from 'mmdb-lib';
import { formatAddress } from '../../shared/address.ts';
import { COUNTRY_DATABASE, type CountryRecord, countryOf } from './country.ts';
import type { Ranges } from './ranges/range-table.ts';

const IPV4_ADDRESSES = 2n ** 32n;
/** Registries give addresses from 2000::/3 only: what lies around it has no country. */
const FIRST_IPV6 = 0x2000n << 112n;
const END_OF_IPV6 = 0x4000n << 112n;

export function readCountryRanges(): Ranges {
  const file = readFileSync(createRequire(import.meta.url).resolve(COUNTRY_DATABASE));
  const reader = new Reader<CountryRecord & never>(file);
  const ipv4 = collect(reader, 4, 0n, IPV4_ADDRESSES);
  const ipv6 = collect(reader, 6, FIRST_IPV6, END_OF_IPV6);
  return {
    starts4: Uint32Array.from(ipv4.starts, Number),
    values4: Uint16Array.from(ipv4.countries),
    starts6: Uint32Array.from([0n, ...ipv6.starts, END_OF_IPV6].flatMap(wordsOf)),
    values6: Uint16Array.from([0, ...ipv6.countries, 0]),
  };
}

/** Prefix by prefix; neighbours of the same country become one. */
function collect(reader: Reader<CountryRecord & never>, family: 4 | 6, first: bigint, end: bigint) {
  const starts: bigint[] = [];
  const countries: number[] = [];
  const bits = family === 4 ? 32 : 128;
  for (let address = first; address < end; ) {
    const words = family === 4 ? [Number(address)] : wordsOf(address);
    const [record, prefixLength] = reader.getWithPrefixLength(formatAddress(family, Uint32Array.from(words), 0));
    const country = countryOf(record);
    if (country !== countries.at(-1)) {
      starts.push(address);
      countries.push(country);
    }
    address += 1n << BigInt(bits - prefixLength);
  }
  return { starts, countries };
}

const wordsOf = (address: bigint) => [96n, 64n, 32n, 0n].map((shift) => Number((address >> shift) & 0xffff_ffffn));
