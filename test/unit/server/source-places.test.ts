import { describe, expect, test } from 'vitest';
import { countryNumber } from '../../../server/enrich/country.ts';
import { type CountryPlace, SourcePlaces } from '../../../server/enrich/source-places.ts';
import { formatIpv4 } from '../../../shared/address.ts';
import type { Family } from '../../../shared/flow-batch.ts';
import { createStreakBatch, DEGREE_STEPS, PlaceKind } from '../../../shared/wire/streaks.ts';
import { flowBatch } from '../../support/commits.ts';

const places = new SourcePlaces(
  new Map<number, CountryPlace>([
    [countryNumber('JP'), { latitude: 36, longitude: 138, radius: 2 }],
    [countryNumber('AQ'), { latitude: -88, longitude: 0, radius: 6 }],
    [countryNumber('FJ'), { latitude: -17, longitude: 179.5, radius: 6 }],
    [countryNumber('TV'), { latitude: 0, longitude: -180, radius: 6 }],
  ]),
);

function placesOf(country: string, sources: readonly string[], family: Family = 4) {
  const flows = flowBatch(
    family,
    sources.map((source) => ({ source, country })),
  );
  const streaks = createStreakBatch(family, sources.length);
  return sources.map((_, row) => {
    places.fill(streaks, row, flows, row);
    return {
      kind: streaks.place[row]!,
      latitude: streaks.latitude[row]! / DEGREE_STEPS,
      longitude: streaks.longitude[row]! / DEGREE_STEPS,
    };
  });
}

const networks = Array.from({ length: 3_000 }, (_, i) => formatIpv4((i * 1_431_655 * 256 + 7) % 2 ** 32));

describe.for(['JP', 'AQ', 'FJ', 'TV'])('sources in %s', (country) => {
  test('lie on the map', () => {
    for (const { kind, latitude, longitude } of placesOf(country, networks)) {
      expect(kind).toBe(PlaceKind.country);
      expect(Math.abs(latitude)).toBeLessThanOrEqual(90);
      expect(Math.abs(longitude)).toBeLessThanOrEqual(180);
    }
  });
});

test('sources of a country are spread over its disc, and stay in it', () => {
  const found = placesOf('JP', networks);
  const stretch = Math.cos((36 * Math.PI) / 180);
  const distances = found.map(({ latitude, longitude }) => Math.hypot(latitude - 36, (longitude - 138) * stretch));
  expect(Math.max(...distances)).toBeLessThan(2.02);
  // Evenly: half of the area lies within 0.707 of the radius.
  const inside = distances.filter((distance) => distance < Math.SQRT2).length / distances.length;
  expect(Math.abs(inside - 0.5)).toBeLessThan(0.05);
  for (const of of ['latitude', 'longitude'] as const) {
    const middle = found.reduce((sum, place) => sum + place[of], 0) / found.length;
    expect(Math.abs(middle - (of === 'latitude' ? 36 : 138))).toBeLessThan(0.1);
  }
});

test.for([
  { name: 'a /24', family: 4, near: ['203.0.113.1', '203.0.113.254'], far: '203.0.112.1' },
  { name: 'a /48', family: 6, near: ['2001:db8:5::1', '2001:db8:5:ffff::1'], far: '2001:db8:6::1' },
] as const)('all of $name stand at one spot, its neighbour at another', ({ family, near, far }) => {
  const [first, second, other] = placesOf('JP', [...near, far], family);
  expect(second).toEqual(first);
  expect(other).not.toEqual(first);
});

test('a source of no country, or of one without a place, stands nowhere', () => {
  const nowhere = { kind: PlaceKind.unknown, latitude: 0, longitude: 0 };
  expect(placesOf('', ['192.0.2.1'])).toEqual([nowhere]);
  expect(placesOf('EU', ['192.0.2.1'])).toEqual([nowhere]);
});
