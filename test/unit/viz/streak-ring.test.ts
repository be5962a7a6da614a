import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StreakRing } from '../../../viz/scene/streak-ring.ts';
import { STREAK_WORDS } from '../../../viz/scene/streak-words.ts';

const LIFE = 3;
/** As the graphics card is told it. */
const launchOf = (ring: StreakRing, slot: number) => new Float32Array(ring.words.buffer)[slot * STREAK_WORDS];

test('a streak waits, flies and frees its slot', () => {
  const ring = new StreakRing(4, LIFE);
  const slot = ring.write(1, 0);
  expect(launchOf(ring, slot)).toBe(1);
  expect(ring.settle(0.5)).toEqual({ drawn: 0, expired: 0 });
  expect(ring.settle(1.1)).toEqual({ drawn: 1, expired: 0 });
  expect(ring.inFlight(1.1)).toBe(1);
  expect(ring.settle(5)).toEqual({ drawn: 0, expired: 0 });
  expect(ring.used).toBe(0);
});

test('what no picture showed has expired', () => {
  const ring = new StreakRing(4, LIFE);
  ring.write(1, 0);
  expect(ring.settle(1 + LIFE + 0.1)).toEqual({ drawn: 0, expired: 1 });
});

test('slots are reused before new ones are taken', () => {
  const ring = new StreakRing(100, 1);
  for (let i = 0; i < 200; i++) {
    ring.settle(i * 0.1);
    ring.write(i * 0.1, i * 0.1);
  }
  expect(ring.used).toBeLessThan(20);
});

test('a full ring overwrites the oldest, and says so when it had not flown', () => {
  const ring = new StreakRing(2, LIFE);
  for (let i = 0; i < 3; i++) ring.write(1, 0);
  expect(ring.overwritten).toBe(1);
  expect(ring.used).toBe(2);
});

test('dirty ranges cover what was written, and only once', () => {
  const ring = new StreakRing(100, LIFE);
  for (let i = 0; i < 5; i++) ring.write(0, 0);
  expect(ring.takeDirty()).toEqual([{ first: 0, count: 5 }]);
  expect(ring.takeDirty()).toEqual([]);
});

test('launches stay exact for days: their base moves on', () => {
  const ring = new StreakRing(4, LIFE);
  const now = 7 * 86_400;
  ring.settle(now);
  ring.write(now + 0.125, now);
  expect(ring.base).toBe(now);
  expect(launchOf(ring, 0)).toBe(0.125);
});

test('waiting streaks of an earlier connection fly on uncounted', () => {
  const ring = new StreakRing(4, LIFE);
  ring.write(1, 0);
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
        for (let i = 0; i < rows; i++) ring.write(now + delay, now);
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

test('who flies is told by buckets of a sixty-fourth of a second, at any number of streaks', () => {
  const ring = new StreakRing(1000, LIFE);
  for (let i = 0; i < 1000; i++) ring.write(i / 100, 0);
  let counted = 0;
  for (let now = 0; now < 14; now += 1 / 30) {
    const { drawn, expired } = ring.settle(now);
    expect(expired).toBe(0);
    counted += drawn;
    const exact = Array.from({ length: 1000 }, (_, slot) => slot).filter((slot) => ring.isAlive(slot, now)).length;
    expect(Math.abs(ring.inFlight(now) - exact)).toBeLessThanOrEqual(4);
  }
  expect(counted).toBe(1000);
  expect(ring.inFlight(14)).toBe(0);
});

test('a streak that is replaced while it waits is counted once, as overwritten', () => {
  const ring = new StreakRing(1, LIFE);
  ring.write(1, 0);
  ring.write(2, 0);
  expect(ring.overwritten).toBe(1);
  expect(ring.settle(1.5)).toEqual({ drawn: 0, expired: 0 });
  expect(ring.settle(2.5)).toEqual({ drawn: 1, expired: 0 });
});

test('a streak whose time has come already starts with the next picture', () => {
  const ring = new StreakRing(4, LIFE);
  ring.settle(10);
  ring.write(10, 10);
  expect(ring.settle(10.1)).toEqual({ drawn: 1, expired: 0 });
});
