import { expect, test } from 'vitest';
import { coverage } from '../../../server/aggregate/coverage.ts';
import { addressesWatched } from '../../../server/ingest/watch-book.ts';

const watch = (sensor: number, fromSeconds: number, toSeconds: number, addresses = 256) => ({
  sensor,
  fromSeconds,
  toSeconds,
  addresses,
});

test.for([
  { name: 'nobody', watches: [], expected: [0, 60] },
  { name: 'all of the bin', watches: [watch(1, -100, 100)], expected: [256, 0] },
  { name: 'a run that ends where the bin begins', watches: [watch(1, -100, 0)], expected: [0, 60] },
  { name: 'a gap between two runs', watches: [watch(1, 0, 20), watch(1, 30, 60)], expected: [256, 10] },
  { name: 'two sensors, one after the other', watches: [watch(1, 0, 30), watch(2, 30, 60, 1024)], expected: [640, 0] },
  { name: 'two sensors at once', watches: [watch(1, 0, 60), watch(2, 0, 60, 1024)], expected: [1280, 0] },
  { name: 'more addresses from the middle on', watches: [watch(1, 0, 30), watch(1, 30, 60, 512)], expected: [384, 0] },
  { name: 'runs of one sensor that overlap', watches: [watch(1, 0, 60), watch(1, 30, 60, 512)], expected: [384, 0] },
  { name: 'the mean is of the watched time only', watches: [watch(1, 45, 60)], expected: [256, 45] },
])('$name', ({ watches, expected }) => {
  const { addressesWatched: addresses, outageSeconds } = coverage(watches, 0, 60);
  expect([addresses, outageSeconds]).toEqual(expected);
});

test.for([
  [[], 0],
  [['192.0.2.0/24'], 256],
  [['192.0.2.0/24', '192.0.2.128/25', '192.0.2.0/24'], 256],
  [['10.0.0.0/8', '192.0.2.7'], 2 ** 24 + 1],
  [['2001:db8::/32', '192.0.2.0/31'], 2],
  [['0.0.0.0/0'], 2 ** 32],
] as const)('%o are %d addresses', ([prefixes, expected]) => {
  expect(addressesWatched(prefixes)).toBe(expected);
});
