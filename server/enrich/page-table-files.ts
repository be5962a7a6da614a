/** Makes the files that a page needs to know of addresses without a server: made when the page is built. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { COUNTRY_CREDIT } from './country.ts';
import { loadCountryPlaces } from './country-places.ts';
import { readCountryRanges } from './country-ranges.ts';
import { NETWORK_CREDIT } from './network-file.ts';
import { readNetworkLists } from './networks/network-list.ts';
import { COUNTRY_FILE, encodeCountries, encodeNetworkTable, NETWORK_FILE } from './ranges/page-tables.ts';
import { TABLE_FORMAT } from './ranges/table-file.ts';

const PACKAGES = ['@ip-location-db/geo-whois-asn-country-mmdb', '@ip-location-db/asn', 'world-atlas'];

export interface PageTableFile {
  readonly name: string;
  make(): Uint8Array;
}

export const pageTableFiles: readonly PageTableFile[] = [
  { name: COUNTRY_FILE, make: () => pack(encodeCountries(readCountryRanges(), loadCountryPlaces(), COUNTRY_CREDIT)) },
  { name: NETWORK_FILE, make: makeNetworks },
];

function makeNetworks(): Uint8Array {
  const require = createRequire(import.meta.url);
  const list = (name: string) => readFileSync(require.resolve(`@ip-location-db/asn/${name}`));
  const { columns } = readNetworkLists(list('asn-ipv4-num.csv'), list('asn-ipv6-num.csv'));
  return pack(encodeNetworkTable(columns, NETWORK_CREDIT));
}

/** It takes seconds to make them, and every start builds the page: they are kept for as long as the packages stay the same. */
export function keepPageTable({ name, make }: PageTableFile, folder: string): Uint8Array {
  const require = createRequire(import.meta.url);
  const versions = PACKAGES.map((each) => (require(`${each}/package.json`) as { version: string }).version);
  const path = join(folder, `${[name, TABLE_FORMAT, ...versions].join('-')}.gz`);
  try {
    return readFileSync(path);
  } catch {
    // It is not there: it is made.
  }
  const file = make();
  try {
    mkdirSync(folder, { recursive: true });
    // All or nothing: two builds may run at a time.
    writeFileSync(`${path}.${process.pid}`, file);
    renameSync(`${path}.${process.pid}`, path);
  } catch {
    // Who may not write there makes it anew each time.
  }
  return file;
}

const pack = (file: Uint8Array) => gzipSync(file, { level: 9 });
