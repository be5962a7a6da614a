import { describe, expect, test } from 'vitest';
import { Picker } from '../../../sensor/simulate/picker.ts';
import { Random } from '../../../sensor/simulate/random.ts';
import { type Pace, Schedule } from '../../../sensor/simulate/schedule.ts';
import { Walk } from '../../../sensor/simulate/telescope.ts';

describe('Random', () => {
  test('gives the numbers of sfc32', () => {
    // Written out again, with plain arithmetic of 32 bits.
    let [a, b, c, counter] = [5, 2, 9, 1];
    const next = () => {
      const sum = (a + b + counter) >>> 0;
      counter++;
      a = (b ^ (b >>> 9)) >>> 0;
      b = (c + c * 8) >>> 0;
      c = ((((c << 21) | (c >>> 11)) >>> 0) + sum) >>> 0;
      return sum;
    };
    for (let round = 0; round < 15; round++) next();
    const random = new Random(5 + 2 * 2 ** 32, 9);
    expect(Array.from({ length: 1000 }, () => random.word())).toEqual(Array.from({ length: 1000 }, next));
  });

  test('waits in the mean as long as asked', () => {
    const random = new Random(1);
    const waits = Array.from({ length: 100_000 }, () => random.exponential(7));
    expect(waits.reduce((sum, wait) => sum + wait, 0) / waits.length).toBeCloseTo(7, 0);
    expect(Math.min(...waits)).toBeGreaterThan(0);
  });
});

test('a picker keeps to its weights', () => {
  const random = new Random(1);
  const picker = new Picker([1, 0, 7, 2]);
  const counts = [0, 0, 0, 0];
  for (let draw = 0; draw < 100_000; draw++) counts[picker.pick(random)]! += 1;
  expect(counts[1]).toBe(0);
  expect(counts.map((count) => Math.round(count / 10_000))).toEqual([1, 0, 7, 2]);
  expect(() => new Picker([0, 0])).toThrow(RangeError);
});

test.for([1, 2, 3, 256, 1000, 65_536])('a walk visits each of %i numbers once, then again in another order', (size) => {
  const walk = new Walk(new Random(4), size);
  const first = Array.from({ length: size }, () => walk.next());
  const second = Array.from({ length: size }, () => walk.next());
  const all = Array.from({ length: size }, (_, index) => index);
  expect(first.toSorted((one, other) => one - other)).toEqual(all);
  expect(second.toSorted((one, other) => one - other)).toEqual(all);
  if (size >= 256) expect(second).not.toEqual(first);
});

describe('Schedule', () => {
  const pace = (gapNanos: number, stream: number, more: Partial<Pace> = {}): Pace => ({
    gapNanos,
    evenly: false,
    onNanos: Number.POSITIVE_INFINITY,
    offNanos: 0,
    beginNanos: 0,
    endNanos: Number.POSITIVE_INFINITY,
    random: new Random(1, stream),
    ...more,
  });

  test('keeps the order over very unequal actors, and each comes as often as it should', () => {
    const gaps = Array.from({ length: 3000 }, (_, index) => 1e6 * (1 + index ** 2));
    const schedule = new Schedule(gaps.map((gap, stream) => pace(gap, stream)));
    const counts = new Array<number>(gaps.length).fill(0);
    let last = 0;
    let backward = 0;
    while (schedule.nextNanos < 1e12) {
      if (schedule.nextNanos < last) backward++;
      last = schedule.nextNanos;
      counts[schedule.nextActor]! += 1;
      schedule.advance();
    }
    expect(backward).toBe(0);
    for (const index of [0, 1, 3, 9]) expect(counts[index]! / (1e12 / gaps[index]!)).toBeCloseTo(1, 1);
    const seen = counts.filter((count) => count > 0).length;
    expect(seen).toBeGreaterThan(900);
  });

  test('steps over long silence and ends', () => {
    const schedule = new Schedule([
      pace(1e6, 0, { endNanos: 5e6 }),
      pace(1e6, 1, { beginNanos: 8e15, endNanos: 8e15 + 1e8 }),
    ]);
    let count = 0;
    while (schedule.nextNanos !== Number.POSITIVE_INFINITY) {
      count++;
      schedule.advance();
    }
    expect(count).toBeGreaterThan(80);
    expect(count).toBeLessThan(130);
  });
});
