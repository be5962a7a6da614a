import { expect, test } from 'vitest';
import { HYPERLOGLOG_ERROR, HyperLogLog, mix32 } from '../../../server/aggregate/hyperloglog.ts';

function sketchOf(from: number, to: number): HyperLogLog {
  const sketch = new HyperLogLog();
  for (let value = from; value < to; value++) sketch.add(mix32(value));
  return sketch;
}

test.for([10, 100, 1_000, 5_000, 10_000, 12_000, 30_000, 100_000, 1_000_000])(
  '%i values are counted within four standard errors',
  (count) => {
    for (const first of [0, 0x7fff_0000, 0xc000_0201]) {
      const estimate = sketchOf(first, first + count).count();
      expect(Math.abs(estimate - count) / count, `from ${first}`).toBeLessThan(4 * HYPERLOGLOG_ERROR);
    }
  },
);

test('nothing is none, and one is one', () => {
  expect(new HyperLogLog().count()).toBe(0);
  expect(sketchOf(5, 6).count()).toBe(1);
});

test('a value that comes again does not count again', () => {
  const sketch = sketchOf(0, 1_000);
  const before = sketch.count();
  for (let value = 0; value < 1_000; value++) sketch.add(mix32(value));
  expect(sketch.count()).toBe(before);
});

test('a union is the sketch of both', () => {
  const union = sketchOf(0, 6_000);
  union.merge(sketchOf(4_000, 10_000));
  expect(union.count()).toBe(sketchOf(0, 10_000).count());
});

test('cleared, it is empty', () => {
  const sketch = sketchOf(0, 100_000);
  sketch.clear();
  expect(sketch.count()).toBe(0);
});

test('the hash is a permutation that spreads neighbours', () => {
  const hashes = new Set<number>();
  const topBits = new Array<number>(16).fill(0);
  for (let value = 0; value < 100_000; value++) {
    const hash = mix32(value);
    hashes.add(hash);
    topBits[hash >>> 28]! += 1;
  }
  expect(hashes.size).toBe(100_000);
  for (const count of topBits) expect(Math.abs(count - 6_250)).toBeLessThan(6 * Math.sqrt(6_250));
});
