import { expect, test } from 'vitest';
import { hashAddress } from '../../../server/aggregate/keyed-hash.ts';
import { EXACT_VALUES, SKETCH_ERROR, SketchPool } from '../../../server/aggregate/sketch-pool.ts';

const KEY = new Uint32Array([1, 2, 3, 4]);
const hashOf = (value: number, key = KEY) => hashAddress(Uint32Array.of(value), 0, 1, key);

function countOf(from: number, to: number, key = KEY): number {
  const pool = new SketchPool();
  const sketch = pool.take();
  for (let value = from; value < to; value++) pool.add(sketch, hashOf(value, key));
  return pool.count(sketch);
}

test(`up to ${EXACT_VALUES} are counted exactly`, () => {
  for (let count = 0; count <= EXACT_VALUES; count++) expect(countOf(0, count)).toBe(count);
});

test.for([17, 30, 100, 1_000, 5_000, 6_000, 30_000, 1_000_000])(
  '%i are counted within four standard errors',
  (count) => {
    for (const first of [0, 0x7fff_0000, 0xc000_0201]) {
      const error = (countOf(first, first + count) - count) / count;
      expect(Math.abs(error), `from ${first}`).toBeLessThan(4 * SKETCH_ERROR);
    }
  },
);

test('the error is what the documentation says, over many keys', () => {
  const errors = Array.from(
    { length: 60 },
    (_, at) => (countOf(0, 20_000, Uint32Array.of(at, at * 7, 9, at ^ 5)) - 20_000) / 20_000,
  );
  const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
  expect(deviation).toBeLessThan(1.4 * SKETCH_ERROR);
  expect(deviation).toBeGreaterThan(0.6 * SKETCH_ERROR);
});

test('addresses chosen to share a register under one key do not under another', () => {
  const chosen: number[] = [];
  for (let value = 0; chosen.length < 500; value++) if (hashOf(value) >>> 21 === 7) chosen.push(value);
  const count = (key: typeof KEY) => {
    const pool = new SketchPool();
    const sketch = pool.take();
    for (const value of chosen) pool.add(sketch, hashOf(value, key));
    return pool.count(sketch);
  };
  expect(count(KEY)).toBeLessThan(30);
  expect(Math.abs(count(Uint32Array.of(5, 6, 7, 8)) - 500)).toBeLessThan(500 * 4 * SKETCH_ERROR);
});

test('saved and loaded, sketches are those of both sets, in any order', () => {
  for (const [from, to] of [
    [0, 5],
    [10, 30],
    [0, 4_000],
  ] as const) {
    const pool = new SketchPool();
    const [one, other, both, whole] = [pool.take(), pool.take(), pool.take(), pool.take()];
    for (let value = from; value < to; value++) pool.add(value % 3 === 0 ? one : other, hashOf(value));
    for (let value = to - 1; value >= from; value--) pool.add(whole, hashOf(value));
    expect(pool.load(both, pool.save(one)) && pool.load(both, pool.save(other))).toBe(true);
    expect(pool.count(both)).toBe(pool.count(whole));
  }
});

test('what save did not make is refused', () => {
  const pool = new SketchPool();
  expect(pool.load(pool.take(), new Uint8Array(2_048).fill(200))).toBe(false);
  expect(pool.load(pool.take(), new Uint8Array(5))).toBe(false);
  expect(pool.load(pool.take(), new Uint8Array(4 * (EXACT_VALUES + 1)))).toBe(false);
});

test('a sketch that was given back comes empty, and memory is used again', () => {
  const pool = new SketchPool();
  const fill = () => {
    const taken = Array.from({ length: 500 }, () => pool.take());
    for (const sketch of taken) for (let value = 0; value < 40; value++) pool.add(sketch, hashOf(value));
    for (const sketch of taken) pool.give(sketch);
  };
  fill();
  const { bytes } = pool;
  for (let round = 0; round < 3; round++) fill();
  expect(pool.bytes).toBe(bytes);
  expect(pool.count(pool.take())).toBe(0);
});

test('an address of 16 bytes hashes all its words', () => {
  const hashes = new Set<number>();
  for (let word = 0; word < 4; word++) {
    const address = new Uint32Array(4);
    address[word] = 1;
    hashes.add(hashAddress(address, 0, 4, KEY));
  }
  expect(hashes.size).toBe(4);
});
