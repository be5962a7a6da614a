/** What a page knows of addresses without a server is what the server knows. */
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { CountryTable } from '../../../server/enrich/country.ts';
import { loadCountryPlaces } from '../../../server/enrich/country-places.ts';
import { readNetworkLists } from '../../../server/enrich/networks/network-list.ts';
import { NetworkTable } from '../../../server/enrich/networks/network-table.ts';
import { pageTableFiles } from '../../../server/enrich/page-table-files.ts';
import {
  type CountryTables,
  decodeCountries,
  decodeNetworkTable,
  type NetworkTables,
} from '../../../server/enrich/ranges/page-tables.ts';
import { decodeTables, encodeTables } from '../../../server/enrich/ranges/table-file.ts';
import { createFlowBatch, type Family, type FlowBatch } from '../../../shared/flow-batch.ts';
import { countryFile, networkFile, networkLists } from '../../support/page-tables.ts';

const ROWS = 20_000;

/** Addresses all over, of IPv6 in what registries give out. */
function spread(family: Family): FlowBatch {
  const batch = createFlowBatch(family, ROWS);
  batch.length = ROWS;
  let state = 1;
  for (let word = 0; word < batch.source.length; word++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    batch.source[word] = state;
    // A registry's blocks begin with 2001, 2400, 2600, 2800, 2a00 and 2c00.
    if (family === 6 && word % 4 === 0)
      batch.source[word] = ([0x2001, 0x2400, 0x2600, 0x2804, 0x2a00, 0x2c0f][state % 6]! << 16) | (state >>> 16);
  }
  return batch;
}

describe('tables of the page', () => {
  let countries: CountryTables;
  let networks: NetworkTables;
  beforeAll(() => {
    countries = decodeCountries(gunzipSync(countryFile()));
    networks = decodeNetworkTable(gunzipSync(networkFile()));
  }, 60_000);

  test.for([4, 6] as const)('countries and networks of IPv%i are those of the server', (family) => {
    const [ours, theirs] = [spread(family), spread(family)];
    countries.ranges.fill(family, ours.source, ours.country, 0, ours.length);
    new CountryTable().fill(theirs);
    expect(ours.country).toEqual(theirs.country);
    expect(new Set(ours.country).size).toBeGreaterThan(20);
    networks.networks.fill(ours);
    new NetworkTable(readNetworkLists(...networkLists()).columns).fill(theirs);
    expect(ours.asn).toEqual(theirs.asn);
    expect(new Set(ours.asn).size).toBeGreaterThan(50);
  });

  test('places, names and credits come with them', () => {
    expect(countries.places).toEqual(loadCountryPlaces());
    expect(networks.networks.nameOf(2500)).toContain('WIDE');
    expect(countries.credit).toContain('CC BY 4.0');
    expect(networks.credit).toContain('db-ip.com');
    expect(pageTableFiles.map(({ name }) => name)).toEqual(['countries.table', 'networks.table']);
  });
});

describe('a file of tables', () => {
  const columns = [
    { name: 'rising', data: Uint32Array.of(0, 5, 5, 0xffff_ffff), rises: 1 },
    { name: 'pairs', data: Uint16Array.of(1, 0xffff, 2, 3, 2, 0), rises: 2 },
    { name: 'bytes', data: Uint8Array.of(9, 8, 7) },
  ];

  test('gives back what went in, wherever it lies', () => {
    const file = encodeTables({ facts: { name: '暗闇' }, columns });
    const moved = new Uint8Array(file.length + 1);
    moved.set(file, 1);
    const read = decodeTables(moved.subarray(1));
    expect(read.facts).toEqual({ name: '暗闇' });
    expect([...read.columns]).toEqual(columns.map(({ name, data }) => [name, data]));
  });

  test('that breaks off, or is none, is refused', () => {
    const file = encodeTables({ facts: {}, columns });
    for (let length = 0; length < file.length; length++)
      expect(() => decodeTables(file.subarray(0, length)), String(length)).toThrow();
    expect(() => decodeTables(new TextEncoder().encode('<!doctype html><html></html>'))).toThrow();
  });
});
