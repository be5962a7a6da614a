import fc from 'fast-check';
import { expect, test } from 'vitest';
import { STREAK_FLOATS, StreakRing } from '../../../viz/scene/streak-ring.ts';

const LIFE = 3;

test('a streak waits, flies and frees its slot', () => {
  const ring = new StreakRing(4, LIFE);
  const slot = ring.write(1, 42, 0);
  ring.place(slot, [1, 2, 3], [4, 5, 6]);
  expect([...ring.floats.subarray(0, STREAK_FLOATS)]).toEqual([1, 2, 3, 1, 4, 5, 6, 42]);
  expect(ring.settle(0.5)).toEqual({ drawn: 0, expired: 0 });
  expect(ring.settle(1.1)).toEqual({ drawn: 1, expired: 0 });
  expect(ring.inFlight(1.1)).toBe(1);
  expect(ring.settle(5)).toEqual({ drawn: 0, expired: 0 });
  expect(ring.used).toBe(0);
});

test('what no picture showed has expired', () => {
  const ring = new StreakRing(4, LIFE);
  ring.write(1, 0, 0);
  expect(ring.settle(1 + LIFE + 0.1)).toEqual({ drawn: 0, expired: 1 });
});

test('slots are reused before new ones are taken', () => {
  const ring = new StreakRing(100, 1);
  for (let i = 0; i < 200; i++) {
    ring.settle(i * 0.1);
    ring.write(i * 0.1, 0, i * 0.1);
  }
  expect(ring.used).toBeLessThan(20);
});

test('a full ring overwrites the oldest, and says so when it had not flown', () => {
  const ring = new StreakRing(2, LIFE);
  for (let i = 0; i < 3; i++) ring.write(1, i, 0);
  expect(ring.overwritten).toBe(1);
  expect(ring.floats[7]).toBe(2);
});

test('dirty ranges cover what was written, and only once', () => {
  const ring = new StreakRing(100, LIFE);
  for (let i = 0; i < 5; i++) ring.write(0, 0, 0);
  expect(ring.takeDirty()).toEqual([{ first: 0, count: 5 }]);
  expect(ring.takeDirty()).toEqual([]);
});

test('launches stay exact for days: their base moves on', () => {
  const ring = new StreakRing(4, LIFE);
  const now = 7 * 86_400;
  ring.settle(now);
  ring.write(now + 0.125, 0, now);
  expect(ring.base).toBe(now);
  expect(ring.floats[3]).toBe(0.125);
});

test('waiting streaks of an earlier connection fly on uncounted', () => {
  const ring = new StreakRing(4, LIFE);
  ring.write(1, 0, 0);
  ring.forgetWaiting();
  expect(ring.settle(1.5)).toEqual({ drawn: 0, expired: 0 });
  expect(ring.inFlight(1.5)).toBe(1);
});

test('every flow is drawn, expired or waiting, whatever happens', () => {
  const step = fc.record({
    rows: fc.nat(30),
    delay: fc.double({ min: 0, max: 2, noNaN: true }),
    wait: fc.double({ min: 0, max: 6, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const ring = new StreakRing(16, LIFE);
      let [now, written, drawn, expired] = [0, 0, 0, 0];
      for (const { rows, delay, wait } of steps) {
        for (let i = 0; i < rows; i++) ring.write(now + delay, 0, now);
        written += rows;
        now += wait;
        const settled = ring.settle(now);
        drawn += settled.drawn;
        expired += settled.expired;
      }
      expect(drawn + expired + ring.overwritten + ring.clear()).toBe(written);
    }),
  );
});
