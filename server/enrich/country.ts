/** Country of an address, from a database in an npm package, read with mmdb-lib. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Reader } from 'mmdb-lib';
import { formatAddress } from '../../shared/address.ts';
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { CountryBlocks } from './country-blocks.ts';
import { isSpecialAddress } from './special-addresses.ts';

/** Shown where countries are: the licence asks for it. */
export const COUNTRY_CREDIT = 'countries: sapics/ip-location-db (nro.net), CC BY 4.0';
export const COUNTRY_DATABASE = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';

export interface CountryRecord {
  country_code?: string;
}

export class CountryTable {
  readonly #reader: Reader<CountryRecord & never>;
  readonly #blocks = new CountryBlocks((address) => this.#lookUpPrefix(address));

  constructor() {
    const file = createRequire(import.meta.url).resolve(COUNTRY_DATABASE);
    this.#reader = new Reader(readFileSync(file));
  }

  /** Fills `country` by `source`: two letters as a number, 0 where the registry has none. */
  fill({ family, source, country, length }: FlowBatch): void {
    for (let row = 0; row < length; row++) {
      if (isSpecialAddress(family, source, row)) country[row] = 0;
      else country[row] = family === 4 ? this.#blocks.of(source[row]!) : this.#lookUpIpv6(source, row);
    }
  }

  #lookUpPrefix(address: number) {
    const [record, prefixLength] = this.#reader.getWithPrefixLength(formatAddress(4, Uint32Array.of(address), 0));
    return { country: countryOf(record), prefixLength };
  }

  #lookUpIpv6(column: Uint32Array, row: number): number {
    return countryOf(this.#reader.get(formatAddress(6, column, row)));
  }
}

export function countryOf(record: CountryRecord | null): number {
  return countryNumber(record?.country_code ?? '');
}

/** Two letters as a number, first letter high; 0 for anything else (among it ZZ, which registries use for "none"). */
export function countryNumber(code: string): number {
  return /^[A-Z]{2}$/.test(code) && code !== 'ZZ' ? (code.charCodeAt(0) << 8) | code.charCodeAt(1) : 0;
}
