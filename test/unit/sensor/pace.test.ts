import { describe, expect, test } from 'vitest';
import { Pace } from '../../../sensor/capture/pace.ts';
import type { RecordBatch } from '../../../shared/packet-batch.ts';
import { recordBatch } from '../../support/packet-batch.ts';

/** Records at these capture times. */
function recordsAt(...times: readonly number[]): RecordBatch {
  const batch = recordBatch(
    1,
    times.map((_, row) => Uint8Array.of(row)),
  );
  times.forEach((time, row) => {
    batch.seconds[row] = Math.floor(time);
    batch.nanoseconds[row] = Math.round((time - Math.floor(time)) * 1e9);
  });
  return batch;
}

const timesOf = (batch: RecordBatch) =>
  Array.from({ length: batch.length }, (_, row) => batch.seconds[row]! + batch.nanoseconds[row]! / 1e9);

/** Plays batches on a clock that goes on by `step` whenever it is read; gives what came, and the clock's time then. */
async function play(pace: Pace, clock: { seconds: number }, batches: readonly RecordBatch[]) {
  const played: { at: number; times: number[] }[] = [];
  for (const batch of batches) {
    for await (const due of pace.play(batch)) played.push({ at: clock.seconds, times: timesOf(due) });
  }
  return played;
}

function makePace(speed: number, step: number) {
  const clock = { seconds: 500 };
  const pace = new Pace(speed, () => {
    clock.seconds += step;
    return clock.seconds;
  });
  return { clock, pace };
}

describe('records come when they are due', () => {
  test.for([
    { name: 'in their own time', speed: 1, step: 1 },
    { name: 'four times as fast', speed: 4, step: 0.25 },
    { name: 'half as fast', speed: 0.5, step: 2 },
  ])('$name', async ({ speed, step }) => {
    const { clock, pace } = makePace(speed, step);
    const played = await play(pace, clock, [recordsAt(1000, 1000.5, 1001, 1003, 1004.5)]);
    // The clock is read twice at the start, then once a look: capture time goes on by a second each.
    expect(played.map(({ times }) => times)).toEqual([[1000, 1000.5, 1001], [1003], [1004.5]]);
    expect(pace.gaps).toEqual({ count: 0, last: null });
    const begin = 500 + step;
    for (const { at, times } of played) expect((at - begin) * speed).toBeGreaterThanOrEqual(times.at(-1)! - 1000);
  });

  test('all that are due at once are one batch, not copied', async () => {
    const { clock, pace } = makePace(1, 10);
    const batch = recordsAt(1000, 1001, 1002);
    const given: RecordBatch[] = [];
    for await (const due of pace.play(batch)) given.push(due);
    expect(given).toEqual([batch]);
    expect(given[0]).toBe(batch);
    expect(clock.seconds).toBe(520);
  });

  test('a slice has every column of its rows', async () => {
    const { pace } = makePace(1, 1);
    const batch = recordsAt(1000, 1004);
    batch.wireLength[1] = 1514;
    batch.linkType[1] = 101;
    const bytes: number[] = [];
    for await (const due of pace.play(batch)) {
      bytes.push(due.bytes[due.offset[0]!]!);
      if (bytes.length === 2)
        expect([due.length, due.capturedLength[0], due.wireLength[0], due.linkType[0]]).toEqual([1, 1, 1514, 101]);
    }
    expect(bytes).toEqual([0, 1]);
  });

  test('the clock goes on from batch to batch', async () => {
    const { clock, pace } = makePace(1, 1);
    const played = await play(pace, clock, [recordsAt(1000), recordsAt(1004)]);
    expect(played.map(({ at }) => at)).toEqual([502, 505]);
  });

  test('a record older than the one before is due at once', async () => {
    const { clock, pace } = makePace(1, 1);
    const played = await play(pace, clock, [recordsAt(1000, 10, 1001)]);
    expect(played).toEqual([{ at: 502, times: [1000, 10, 1001] }]);
    expect(pace.gaps.count).toBe(0);
  });
});

test('what carries no time is due at once, and waits behind what is not due', async () => {
  const { clock, pace } = makePace(1, 1);
  const played = await play(pace, clock, [
    recordsAt(Number.NaN, Number.NaN),
    recordsAt(Number.NaN, 1000, Number.NaN, 1003, Number.NaN),
  ]);
  expect(played.map(({ times }) => times)).toEqual([
    [Number.NaN, Number.NaN],
    [Number.NaN, 1000, Number.NaN],
    [1003, Number.NaN],
  ]);
  expect(played.map(({ at }) => at)).toEqual([500, 502, 504]);
  expect(pace.gaps.count).toBe(0);
});

describe('silence', () => {
  test('is not what lies between an older record and the next', async () => {
    const { clock, pace } = makePace(1, 1);
    await play(pace, clock, [recordsAt(1000, 10, 1004)]);
    expect(pace.gaps.count).toBe(0);
  });

  test('of five seconds is waited for', async () => {
    const { clock, pace } = makePace(1, 1);
    await play(pace, clock, [recordsAt(1000, 1005)]);
    expect(pace.gaps.count).toBe(0);
    expect(clock.seconds).toBeGreaterThanOrEqual(506);
  });

  test('of more is skipped but for a second, and told', async () => {
    const { clock, pace } = makePace(1, 0.5);
    const played = await play(pace, clock, [recordsAt(1000, 1001, 9001, 9001.5)]);
    expect(played.map(({ times }) => times)).toEqual([[1000], [1001], [9001], [9001.5]]);
    expect(pace.gaps).toEqual({ count: 1, last: { fromSeconds: 1001, toSeconds: 9001 } });
    expect(played[2]!.at - played[1]!.at).toBeLessThan(3);
  });

  test('twice is told twice', async () => {
    const { clock, pace } = makePace(1, 0.5);
    await play(pace, clock, [recordsAt(0, 100), recordsAt(200)]);
    expect(pace.gaps).toEqual({ count: 2, last: { fromSeconds: 100, toSeconds: 200 } });
  });

  test('counts in capture time, whatever the speed', async () => {
    const { clock, pace } = makePace(100, 0.01);
    await play(pace, clock, [recordsAt(1000, 1005, 1010.5)]);
    expect(pace.gaps.count).toBe(1);
  });
});

test('stopped, it gives nothing more', async () => {
  const { pace } = makePace(1, 0.001);
  const given: number[][] = [];
  for await (const due of pace.play(recordsAt(1000, 1004))) {
    given.push(timesOf(due));
    setTimeout(() => pace.stop(), 5);
  }
  expect(given).toEqual([[1000]]);
  for await (const due of pace.play(recordsAt(1000))) given.push(timesOf(due));
  expect(given.length).toBeLessThanOrEqual(2);
});
