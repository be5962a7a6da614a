/** Country of an address, from a database in an npm package, read with mmdb-lib. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Reader } from 'mmdb-lib';
import { formatAddress } from '../../shared/address.ts';
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { isSpecialAddress } from './special-addresses.ts';

/** Shown where countries are: the licence asks for it. */
export const COUNTRY_CREDIT = 'countries: sapics/ip-location-db (nro.net), CC BY 4.0';
const DATABASE = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';
const CACHE_SLOTS = 65_536;

interface CountryRecord {
  country_code?: string;
}

export class CountryTable {
  readonly #reader: Reader<CountryRecord & never>;
  /** Direct-mapped: a source that comes again costs an array access. */
  readonly #cachedAddress = new Uint32Array(CACHE_SLOTS);
  readonly #cachedCountry = new Uint16Array(CACHE_SLOTS);
  readonly #isCached = new Uint8Array(CACHE_SLOTS);

  constructor() {
    const file = createRequire(import.meta.url).resolve(DATABASE);
    this.#reader = new Reader(readFileSync(file));
  }

  /** Fills `country` by `source`: two letters as a number, 0 where the registry has none. */
  fill(batch: FlowBatch): void {
    if (batch.family === 4) {
      for (let row = 0; row < batch.length; row++) batch.country[row] = this.#ofIpv4(batch.source, row);
    } else {
      for (let row = 0; row < batch.length; row++) batch.country[row] = this.#lookUp(6, batch.source, row);
    }
  }

  #ofIpv4(column: Uint32Array, row: number): number {
    const address = column[row]!;
    const slot = Math.imul(address, 0x9e3779b1) >>> 16;
    if (this.#isCached[slot] === 1 && this.#cachedAddress[slot] === address) return this.#cachedCountry[slot]!;
    const country = this.#lookUp(4, column, row);
    this.#isCached[slot] = 1;
    this.#cachedAddress[slot] = address;
    this.#cachedCountry[slot] = country;
    return country;
  }

  #lookUp(family: 4 | 6, column: Uint32Array, row: number): number {
    if (isSpecialAddress(family, column, row)) return 0;
    const record = this.#reader.get(formatAddress(family, column, row)) as CountryRecord | null;
    return countryNumber(record?.country_code ?? '');
  }
}

/** Two letters as a number, first letter high; 0 for anything else (among it ZZ, which registries use for "none"). */
export function countryNumber(code: string): number {
  return /^[A-Z]{2}$/.test(code) && code !== 'ZZ' ? (code.charCodeAt(0) << 8) | code.charCodeAt(1) : 0;
}
