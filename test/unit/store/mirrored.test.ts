import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, onTestFinished, test } from 'vitest';
import { openDuckDbStoresInThread } from '../../../server/store/duckdb/core.ts';
import { MAX_MIRRORED_BINS } from '../../../server/store/duckdb/mirrored.ts';
import type { DuckDbOptions } from '../../../server/store/duckdb/operations.ts';
import type { TouchedBin } from '../../../server/store/outbox.ts';
import { ingestCommit, NOON_SECONDS } from '../../support/commits.ts';
import { testFolder } from '../../support/folders.ts';

/** Made bins lie in 2023. */
const KEEP = { 1: Number.POSITIVE_INFINITY, 60: Number.POSITIVE_INFINITY, 300: Number.POSITIVE_INFINITY };
const DAY_SECONDS = 86_400;

async function open(folder: string, options: DuckDbOptions = {}) {
  const stores = await openDuckDbStoresInThread(folder, { mirror: 'test', keepSeries: KEEP, ...options });
  onTestFinished(() => stores.close());
  await stores.compact();
  return stores;
}

/** `clock.seconds` is what the store takes for now. */
async function openWithClock() {
  const clock = { seconds: NOON_SECONDS };
  return { clock, stores: await open(await testFolder(), { clock: () => clock.seconds * 1000 }) };
}

/** Seconds of a session that has none: remembering them takes no look at the series. */
function bins(first: number, count: number): TouchedBin[] {
  return Array.from({ length: count }, (_, at) => ({ resolution: 1, session: 7, bin: first + at, generation: 1 }));
}

const second = (at: number) => ingestCommit({ series: [{ resolution: 1, bin: NOON_SECONDS + at, packets: 3 }] });

async function rowsIn(folder: string): Promise<unknown> {
  const instance = await DuckDBInstance.create(join(folder, 'kurayami.duckdb'));
  const connection = await instance.connect();
  const rows = await connection.runAndReadAll(
    'SELECT count(*)::INTEGER, min(bin)::INTEGER, max(bin)::INTEGER FROM mirrored',
  );
  connection.closeSync();
  instance.closeSync();
  return rows.getRowsJS()[0];
}

test('what was done comes back once, behind what waits, and can be done again', async () => {
  const { flows, outbox } = await open(await testFolder());
  for (const at of [0, 1, 2]) await flows.commit(second(at));
  await outbox.done((await outbox.pending(2)).bins);
  expect(await outbox.again(0, 5.5)).toBe(2);
  const { bins: waiting, points } = await outbox.pending(9);
  expect(waiting.map(({ bin }) => bin - NOON_SECONDS)).toEqual([2, 0, 1]);
  expect(points.map(({ packets }) => packets)).toEqual([3, 3, 3]);
  expect(await outbox.again(0, null)).toBe(0);
  await outbox.done(waiting);
  expect(await outbox.again(0, null)).toBe(3);
  expect(await outbox.memory()).toEqual({ startSeconds: 5.5, firstSeconds: null });
});

test('only what was done since then comes back; what waits already is not counted', async () => {
  const { clock, stores } = await openWithClock();
  const { flows, outbox } = stores;
  for (const at of [0, 1, 2]) {
    await flows.commit(second(at));
    clock.seconds += 10;
    await outbox.done((await outbox.pending(9)).bins);
  }
  expect(await outbox.memory()).toEqual({ startSeconds: null, firstSeconds: NOON_SECONDS + 10 });
  await flows.commit(second(2));
  expect(await outbox.again(NOON_SECONDS + 20, null)).toBe(1);
  expect((await outbox.pending(9)).bins.map(({ bin }) => bin - NOON_SECONDS)).toEqual([2, 1]);
});

test('bins that were written, and no others, can be had again', async () => {
  const { flows, outbox } = await open(await testFolder());
  for (const at of [0, 1]) await flows.commit(second(at));
  const { bins: given } = await outbox.pending(9);
  await outbox.done(given, given.slice(1));
  expect(await outbox.again(0, null)).toBe(1);
});

test('bins of which retention took something do not come back, and are no losses', async () => {
  const folder = await testFolder();
  const first = await open(folder);
  await first.flows.commit(second(0));
  const session = { resolution: 1, session: 2, bin: NOON_SECONDS, packets: 4 } as const;
  await first.flows.commit(ingestCommit({ series: [session] }));
  await first.outbox.done((await first.outbox.pending(9)).bins);
  await first.close();
  const { outbox } = await open(folder, { keepSeries: {} });
  expect(await outbox.again(0, null)).toBe(1);
  expect((await outbox.pending(9)).bins).toMatchObject([{ session: 2 }]);
  expect(await outbox.binsNotWhole()).toBe(0);
});

test('what was done stays known when the store is closed, and is forgotten for another mirror', async () => {
  const folder = await testFolder();
  const first = await open(folder);
  await first.flows.commit(second(0));
  await first.outbox.done((await first.outbox.pending(9)).bins);
  await first.outbox.noteStart(17);
  await first.close();
  const sameAgain = await open(folder);
  expect(await sameAgain.outbox.memory()).toMatchObject({ startSeconds: 17, firstSeconds: expect.any(Number) });
  await sameAgain.close();
  const third = await open(folder, { mirror: 'other' });
  expect(await third.outbox.memory()).toEqual({ startSeconds: null, firstSeconds: null });
  await third.close();
  const none = await openDuckDbStoresInThread(folder, { keepSeries: KEEP });
  await none.close();
  const fourth = await open(folder);
  expect(await fourth.outbox.memory()).toEqual({ startSeconds: null, firstSeconds: null });
});

test('one row a bin is kept, and never more than so many: the newest', { timeout: 60_000 }, async () => {
  const folder = await testFolder();
  const { outbox, compact, close } = await open(folder);
  for (let round = 0; round < 5; round++) for (let at = 0; at < 6; at++) await outbox.done(bins(at * 1000, 1000));
  await compact();
  await close();
  expect(await rowsIn(folder)).toEqual([6000, 0, 5999]);
  const more = await open(folder);
  const total = MAX_MIRRORED_BINS + 30_000;
  for (let first = 10_000; first < 10_000 + total; first += 10_000) await more.outbox.done(bins(first, 10_000));
  await more.compact();
  await more.close();
  expect(await rowsIn(folder)).toEqual([MAX_MIRRORED_BINS, 40_000, 139_999]);
  const last = await open(folder);
  // Fewer than are worth writing the table anew are in it, but do not come back.
  await last.outbox.done(bins(140_000, 5000));
  expect(await last.outbox.again(0, null)).toBe(MAX_MIRRORED_BINS);
});

test('what is older than a day is forgotten; a clock that was ahead keeps nothing for longer', async () => {
  const { clock, stores } = await openWithClock();
  const { outbox, compact } = stores;
  clock.seconds = NOON_SECONDS + 400 * DAY_SECONDS;
  for (let at = 0; at < 25; at++) await outbox.done(bins(0, 1000));
  clock.seconds = NOON_SECONDS;
  await compact();
  expect((await outbox.memory()).firstSeconds).toBe(NOON_SECONDS);
  clock.seconds += DAY_SECONDS + 1;
  for (let at = 0; at < 21; at++) await outbox.done(bins(1000, 1000));
  await compact();
  expect((await outbox.memory()).firstSeconds).toBe(clock.seconds);
});
