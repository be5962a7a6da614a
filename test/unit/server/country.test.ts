import { describe, expect, test } from 'vitest';
import { countryText } from '../../../server/aggregate/live-window.ts';
import { CountryTable, countryNumber } from '../../../server/enrich/country.ts';
import { loadCountryPlaces } from '../../../server/enrich/country-places.ts';
import { createFlowBatch, type Family } from '../../../shared/flow-batch.ts';
import { flowBatch } from '../../support/commits.ts';

const table = new CountryTable();

function countriesOf(family: Family, ...sources: string[]): string[] {
  const batch = flowBatch(
    family,
    sources.map((source) => ({ source, country: 'XX' })),
  );
  table.fill(batch);
  return sources.map((_, row) => countryText(batch.country[row]!));
}

/** Countries of IPv4 addresses spread evenly over all that there are. */
function countriesOfSample(size: number, first: number): Uint16Array {
  const batch = createFlowBatch(4, size);
  batch.length = size;
  for (let row = 0; row < size; row++) batch.source[row] = first + Math.floor((row * 2 ** 32) / size);
  new CountryTable().fill(batch);
  return batch.country;
}

describe('countries of addresses', () => {
  test.for([
    ['1.1.1.1', 'AU'],
    ['133.11.0.1', 'JP'],
    ['8.8.8.8', 'US'],
    ['193.0.6.139', 'NL'],
    ['129.240.2.40', 'NO'],
    ['9.255.255.255', 'US'],
    ['11.0.0.0', 'US'],
  ] as const)('%s is registered in %s', ([address, country]) => expect(countriesOf(4, address)).toEqual([country]));

  test.for([
    ['2001:4860:4860::8888', 'US'],
    ['2001:240::1', 'JP'],
    ['2001:700::1', 'NO'],
  ] as const)('%s is registered in %s', ([address, country]) => expect(countriesOf(6, address)).toEqual([country]));

  test.for([
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '100.127.255.255',
    '169.254.1.1',
    '172.31.255.255',
    '192.0.2.1',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.9',
    '127.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '224.0.0.1',
    '255.255.255.255',
  ])('%s is registered nowhere', (address) => expect(countriesOf(4, address)).toEqual(['']));

  test.for([
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'ff02::1',
    '2001:db8::1',
    '2001::1',
    '2002:c000:201::1',
    '3fff::1',
    '1fff::1',
    '4000::1',
    '64:ff9b::1',
    'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  ])('%s is registered nowhere', (address) => expect(countriesOf(6, address)).toEqual(['']));

  test('no form of an IPv6 address is a stumbling block', () => {
    const sources = ['::ffff:192.168.0.1', '1::', '0:0:1::', '::1:0', '1:0:0:1::1', '2002:c000:201::'];
    expect(countriesOf(6, ...sources)).toHaveLength(sources.length);
  });

  test('an address that shares its place in the cache with another has its own country', () => {
    // More addresses than the cache has places, in two orders: who comes first must not decide.
    const count = 80_000;
    const forward = createFlowBatch(4, count);
    forward.length = count;
    for (let row = 0, word = 1; row < count; row++) {
      word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
      forward.source[row] = word;
    }
    const backward = createFlowBatch(4, count);
    backward.length = count;
    backward.source.set(forward.source.toReversed());
    new CountryTable().fill(forward);
    new CountryTable().fill(backward);
    expect(backward.country.toReversed()).toEqual(forward.country);
  });

  test('an address that comes again has the country it had', () => {
    const sources = ['1.1.1.1', '8.8.8.8', '1.1.1.1', '10.0.0.1', '10.0.0.1', '8.8.8.8'];
    expect(countriesOf(4, ...sources)).toEqual(['AU', 'US', 'AU', '', '', 'US']);
  });
});

describe('countryNumber', () => {
  test.for([
    ['JP', 0x4a50],
    ['ZZ', 0],
    ['', 0],
    ['jp', 0],
    ['JPN', 0],
    ['None', 0],
  ] as const)('"%s"', ([code, number]) => expect(countryNumber(code)).toBe(number));
});

describe('places of countries', () => {
  const places = loadCountryPlaces();

  test('every country that addresses are registered in has a place', () => {
    const countries = new Set([...countriesOfSample(60_000, 0), ...countriesOfSample(60_000, 12_345)]);
    countries.delete(0);
    expect(countries.size).toBeGreaterThan(150);
    const missing = [...countries].filter((country) => !places.has(country)).map(countryText);
    // Regions that are no countries have no place on the map.
    expect(missing.filter((country) => !['EU', 'AP'].includes(country))).toEqual([]);
  });

  test.for([
    { country: 'JP', latitude: [30, 46], longitude: [129, 146] },
    { country: 'NO', latitude: [57, 72], longitude: [4, 32] },
    { country: 'US', latitude: [24, 50], longitude: [-125, -66] },
    { country: 'NZ', latitude: [-48, -34], longitude: [166, 179] },
    { country: 'ZA', latitude: [-35, -22], longitude: [16, 33] },
    { country: 'SG', latitude: [1, 2], longitude: [103, 105] },
  ])('$country lies where it lies', ({ country, latitude, longitude }) => {
    const place = places.get(countryNumber(country))!;
    expect(place.latitude).toBeGreaterThan(latitude[0]!);
    expect(place.latitude).toBeLessThan(latitude[1]!);
    expect(place.longitude).toBeGreaterThan(longitude[0]!);
    expect(place.longitude).toBeLessThan(longitude[1]!);
  });

  test('all are on the map, and none is larger than the largest', () => {
    for (const [country, { latitude, longitude, radius }] of places) {
      const name = countryText(country);
      expect(name).toMatch(/^[A-Z]{2}$/);
      expect(Math.abs(latitude), name).toBeLessThanOrEqual(90);
      expect(Math.abs(longitude), name).toBeLessThanOrEqual(180);
      expect(radius, name).toBeGreaterThan(0);
      expect(radius, name).toBeLessThanOrEqual(13);
    }
  });
});
