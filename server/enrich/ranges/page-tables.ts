/** What a page needs to know of addresses without a server: the files that are built with it, and what is read from them. */
import type { NetworkColumns } from '../networks/network-columns.ts';
import { NetworkTable } from '../networks/network-table.ts';
import type { CountryPlace } from '../source-places.ts';
import { type Ranges, RangeTable } from './range-table.ts';
import { decodeTables, encodeTables } from './table-file.ts';

/** Beside the page; compressed with gzip. */
export const COUNTRY_FILE = 'countries.table';
export const NETWORK_FILE = 'networks.table';

interface CountryFacts {
  readonly credit: string;
  /** Country, latitude, longitude, radius. */
  readonly places: readonly (readonly [number, number, number, number])[];
}

interface NetworkFacts {
  readonly credit: string;
}

export interface CountryTables {
  readonly credit: string;
  readonly ranges: RangeTable;
  readonly places: ReadonlyMap<number, CountryPlace>;
}

export interface NetworkTables {
  readonly credit: string;
  readonly networks: NetworkTable;
}

export function encodeCountries(
  { starts4, values4, starts6, values6 }: Ranges,
  places: ReadonlyMap<number, CountryPlace>,
  credit: string,
): Uint8Array<ArrayBuffer> {
  const facts: CountryFacts = {
    credit,
    places: [...places].map(([country, { latitude, longitude, radius }]) => [country, latitude, longitude, radius]),
  };
  return encodeTables({
    facts,
    columns: [
      { name: 'starts4', data: starts4, rises: 1 },
      { name: 'values4', data: values4 },
      { name: 'starts6', data: starts6, rises: 4 },
      { name: 'values6', data: values6 },
    ],
  });
}

/** Throws for what `encodeCountries` did not make. */
export function decodeCountries(file: Uint8Array): CountryTables {
  const { facts, columns } = decodeTables<CountryFacts>(file);
  const column = (name: string) => columns.get(name)! as Uint32Array;
  return {
    credit: facts.credit,
    ranges: new RangeTable({
      starts4: column('starts4'),
      values4: column('values4'),
      starts6: column('starts6'),
      values6: column('values6'),
    }),
    places: new Map(
      facts.places.map(([country, latitude, longitude, radius]) => [country, { latitude, longitude, radius }]),
    ),
  };
}

export function encodeNetworkTable(columns: NetworkColumns, credit: string): Uint8Array<ArrayBuffer> {
  const facts: NetworkFacts = { credit };
  return encodeTables({
    facts,
    columns: [
      { name: 'starts4', data: columns.starts4, rises: 1 },
      { name: 'networks4', data: columns.networks4 },
      { name: 'starts6', data: columns.starts6, rises: 4 },
      { name: 'networks6', data: columns.networks6 },
      { name: 'numbers', data: columns.numbers, rises: 1 },
      { name: 'nameEnds', data: columns.nameEnds, rises: 1 },
      { name: 'names', data: columns.names },
    ],
  });
}

/** Throws for what `encodeNetworkTable` did not make. */
export function decodeNetworkTable(file: Uint8Array): NetworkTables {
  const { facts, columns } = decodeTables<NetworkFacts>(file);
  return {
    credit: facts.credit,
    networks: new NetworkTable(Object.fromEntries(columns) as unknown as NetworkColumns),
  };
}
