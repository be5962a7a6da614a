import { expect, test } from 'vitest';
import { LineEncoder } from '../../../server/store/influx/line-protocol.ts';
import { SeriesCensus } from '../../../server/store/influx/series-census.ts';
import { OTHER_KEY, SeriesDimension, type SeriesDimensionName } from '../../../server/store/ingest-commit.ts';
import type { MirrorPoint } from '../../../server/store/outbox.ts';

const DAY = 86_400;
const NOW = 1_700_000_000;

function census(limit: number): SeriesCensus {
  const encoder = new LineEncoder();
  return new SeriesCensus(limit, (point) => encoder.head(point));
}

function point(dimension: SeriesDimensionName, key: number, packets: number, parts: Partial<MirrorPoint> = {}) {
  const counts = { packets, bytes: packets * 60, flows: packets, sources: packets, targets: 1, coverage: null };
  return { resolution: 60, session: 0, bin: NOW, dimension: SeriesDimension[dimension], key, ...counts, ...parts };
}

const country = (letters: string) => letters.charCodeAt(0) * 256 + letters.charCodeAt(1);
const brief = (points: readonly MirrorPoint[]) =>
  points.map(({ dimension, key, packets }) => [dimension, key, packets]);

test('what comes beyond the limit is other of its bin, and sums stay the total', () => {
  const counted = census(3);
  const points = [
    point('total', 0, 15),
    point('country', country('JP'), 1),
    point('country', country('US'), 2),
    point('country', country('DE'), 4, { bytes: 9 }),
    point('country', OTHER_KEY, 8),
  ];
  const [total, ...countries] = counted.admit(points, NOW);
  expect(total).toEqual(points[0]);
  expect(brief(countries)).toEqual([
    [SeriesDimension.country, country('JP'), 1],
    [SeriesDimension.country, country('US'), 2],
    [SeriesDimension.country, OTHER_KEY, 12],
  ]);
  // 8 × 60 and 9; of distinct counts the larger.
  expect(countries[2]).toMatchObject({ bytes: 489, flows: 12, sources: 8, targets: 1 });
  expect(counted).toMatchObject({ pointsFolded: 1, pointsHeldBack: 0 });
  expect(counted.byMeasurement(NOW)).toEqual({ kurayami_total: 1, kurayami_country: 3 });
});

test('who was written within a day keeps its place; a day later it is another one’s', () => {
  const counted = census(1);
  const write = (letters: string, seconds: number) =>
    brief(counted.admit([point('country', country(letters), 1)], seconds))[0]?.[1];
  expect(write('JP', NOW)).toBe(country('JP'));
  expect(write('US', NOW + 60)).toBe(OTHER_KEY);
  // The other, which is always written, does not take the last place from who has it.
  expect(write('JP', NOW + DAY - 60)).toBe(country('JP'));
  expect(write('US', NOW + DAY)).toBe(OTHER_KEY);
  expect(counted.byMeasurement(NOW + 3 * DAY)).toEqual({});
  expect(write('US', NOW + 3 * DAY)).toBe(country('US'));
  expect(write('JP', NOW + 3 * DAY)).toBe(OTHER_KEY);
});

test('other of each dimension and bin is by itself; a session without room is held back, live totals never', () => {
  const counted = census(0);
  const session = (dimension: SeriesDimensionName, key: number) => point(dimension, key, 1, { session: 7 });
  const points = [
    point('total', 0, 3),
    point('port', 6 * 65_536 + 23, 1),
    point('network', 64_500, 2),
    point('network', 64_501, 4, { bin: NOW + 60 }),
    session('total', 0),
    session('country', country('JP')),
  ];
  expect(
    counted
      .admit(points, NOW)
      .map(({ session: id, dimension, key, bin, packets }) => [id, dimension, key, bin, packets]),
  ).toEqual([
    [0, SeriesDimension.total, 0, NOW, 3],
    [0, SeriesDimension.port, OTHER_KEY, NOW, 1],
    [0, SeriesDimension.network, OTHER_KEY, NOW, 2],
    [0, SeriesDimension.network, OTHER_KEY, NOW + 60, 4],
  ]);
  expect(counted).toMatchObject({ pointsFolded: 4, pointsHeldBack: 2 });
});

test('a clock that was ahead does not keep series in their places', () => {
  const counted = census(1);
  counted.admit([point('country', country('JP'), 1)], NOW + 400 * DAY);
  counted.admit([], NOW);
  const after = counted.admit([point('country', country('US'), 1)], NOW + DAY + 3_600);
  expect(brief(after)[0]?.[1]).toBe(country('US'));
});
