import { expect, test } from 'vitest';
import { openDuckDbStoresInThread } from '../../../server/store/duckdb/core.ts';
import type { DuckDbStores } from '../../../server/store/duckdb/operations.ts';
import { type MirrorPoint, OTHER_PORT_KEY, type OutboxBatch } from '../../../server/store/outbox.ts';
import { ingestCommit, NOON_SECONDS, type TestSeriesRow } from '../../support/commits.ts';
import { testFolder } from '../../support/folders.ts';

const DAY_SECONDS = 86_400;
const PORT_DIMENSION = 3;

async function openMirrored(folder?: string): Promise<DuckDbStores> {
  return await openDuckDbStoresInThread(folder ?? (await testFolder()), { mirror: 'test' });
}

/** A minute in which each port named received so many packets. */
function minute(bin: number, ports: Record<number, number>, session = 0): TestSeriesRow[] {
  const packets = Object.values(ports).reduce((sum, count) => sum + count, 0);
  const rows = Object.entries(ports).map(
    ([port, count]): TestSeriesRow => ({ session, bin, dimension: 'port', key: Number(port), packets: count }),
  );
  return [{ session, bin, packets }, ...rows];
}

function portsOf(batch: OutboxBatch, bin: number): Record<string, number> {
  const points = batch.points.filter((point) => point.dimension === PORT_DIMENSION && point.bin === bin);
  return Object.fromEntries(points.map(({ key, packets }) => [key === OTHER_PORT_KEY ? 'other' : key, packets]));
}

const total = (points: readonly MirrorPoint[]) => points.find((point) => point.dimension === 0);

test('gives absolute values of the bins touched, and each bin once', async () => {
  const { flows, outbox, close } = await openMirrored();
  await flows.commit(ingestCommit({ series: [{ resolution: 1, bin: NOON_SECONDS, packets: 3 }] }));
  await flows.commit(ingestCommit({ series: [{ resolution: 1, bin: NOON_SECONDS, packets: 4, bytes: 9, flows: 2 }] }));
  const { bins, points } = await outbox.pending(10, 8);
  expect(bins).toMatchObject([{ resolution: 1, session: 0, bin: NOON_SECONDS }]);
  expect(points).toEqual([
    { resolution: 1, session: 0, bin: NOON_SECONDS, dimension: 0, key: 0, packets: 7, bytes: 189, flows: 3 },
  ]);
  await outbox.done(bins);
  expect(await outbox.pendingBins()).toBe(0);
  expect(await outbox.pending(10, 8)).toEqual({ bins: [], points: [] });
  await close();
});

test('a bin touched between reading and finishing stays, with its new value', async () => {
  const { flows, outbox, close } = await openMirrored();
  const commit = (bin: number) => flows.commit(ingestCommit({ series: [{ resolution: 1, bin, packets: 1 }] }));
  await commit(NOON_SECONDS);
  await commit(NOON_SECONDS + 1);
  const { bins } = await outbox.pending(10, 8);
  await commit(NOON_SECONDS);
  await outbox.done(bins);
  const again = await outbox.pending(10, 8);
  expect(again.bins.map((touched) => touched.bin)).toEqual([NOON_SECONDS]);
  expect(total(again.points)?.packets).toBe(2);
  await close();
});

test('the longest waiting come first, as many as asked for', async () => {
  const { flows, outbox, close } = await openMirrored();
  for (const second of [5, 3, 9, 1]) {
    const series = [{ resolution: 1, bin: NOON_SECONDS + second, packets: 1 } as const];
    await flows.commit(ingestCommit({ series }));
  }
  const first = await outbox.pending(2, 8);
  expect(first.bins.map((touched) => touched.bin - NOON_SECONDS)).toEqual([5, 3]);
  expect(first.points).toHaveLength(2);
  await outbox.done(first.bins);
  expect((await outbox.pending(9, 8)).bins.map((touched) => touched.bin - NOON_SECONDS)).toEqual([9, 1]);
  await close();
});

test('lists a quarter of the ports a minute, biggest first, and sums the others', async () => {
  const { flows, outbox, close } = await openMirrored();
  await flows.commit(ingestCommit({ series: minute(NOON_SECONDS, { 1: 5, 2: 50, 3: 7, 4: 40 }) }));
  expect(portsOf(await outbox.pending(1, 8), NOON_SECONDS)).toEqual({ 2: 50, 4: 40, other: 12 });
  await close();
});

test('a list that grew makes a bin written again whole: what was in other moves', async () => {
  const { flows, outbox, close } = await openMirrored();
  await flows.commit(ingestCommit({ series: minute(NOON_SECONDS, { 1: 5, 2: 50, 3: 7 }) }));
  const first = await outbox.pending(9, 4);
  expect(portsOf(first, NOON_SECONDS)).toEqual({ 2: 50, other: 12 });
  await outbox.done(first.bins);
  await flows.commit(ingestCommit({ series: minute(NOON_SECONDS + 60, { 1: 90 }) }));
  await outbox.done((await outbox.pending(9, 4)).bins);
  await flows.commit(ingestCommit({ series: minute(NOON_SECONDS, { 2: 1 }) }));
  expect(portsOf(await outbox.pending(9, 4), NOON_SECONDS)).toEqual({ 1: 5, 2: 51, 3: 7, other: 0 });
  await close();
});

test('a full list stays as it is for the day; the next day has its own', async () => {
  const { flows, outbox, close } = await openMirrored();
  const nextDay = NOON_SECONDS + DAY_SECONDS;
  for (const bin of [NOON_SECONDS, NOON_SECONDS + 60, NOON_SECONDS + 120]) {
    await flows.commit(ingestCommit({ series: minute(bin, { [bin - NOON_SECONDS + 1]: 1 }) }));
    const batch = await outbox.pending(9, 2);
    await outbox.done(batch.bins);
    if (bin === NOON_SECONDS + 120) expect(portsOf(batch, bin)).toEqual({ other: 1 });
  }
  await flows.commit(ingestCommit({ series: [...minute(nextDay, { 121: 4 }), ...minute(NOON_SECONDS, { 7: 1 }, 5)] }));
  const batch = await outbox.pending(9, 2);
  expect(portsOf(batch, nextDay)).toEqual({ 121: 4, other: 0 });
  expect(portsOf({ ...batch, points: batch.points.filter((point) => point.session === 5) }, NOON_SECONDS)).toEqual({
    7: 1,
    other: 0,
  });
  await close();
});

test('the sum over ports is the total, whatever is listed', async () => {
  const { flows, outbox, close } = await openMirrored();
  for (let round = 0; round < 6; round++) {
    const ports = Object.fromEntries(Array.from({ length: 40 }, (_, port) => [port * (round + 1), port + 1]));
    await flows.commit(ingestCommit({ series: minute(NOON_SECONDS + 60 * (round % 2), ports) }));
    const { bins, points } = await outbox.pending(9, 16);
    for (const { bin } of bins) {
      const here = points.filter((point) => point.bin === bin);
      const ofPorts = here.filter((point) => point.dimension === PORT_DIMENSION);
      expect(ofPorts.reduce((sum, point) => sum + point.packets, 0)).toBe(total(here)?.packets);
      expect(ofPorts.length).toBeLessThanOrEqual(17);
    }
    await outbox.done(bins);
  }
  await close();
});

test('without a mirror nothing is noted; a mirror that is new gets everything', async () => {
  const folder = await testFolder();
  const alone = await openDuckDbStoresInThread(folder);
  await alone.flows.commit(ingestCommit({ series: minute(NOON_SECONDS, { 23: 4 }) }));
  await alone.flows.commit(ingestCommit({ series: [{ resolution: 1, bin: NOON_SECONDS, packets: 4, session: 2 }] }));
  expect(await alone.outbox.pendingBins()).toBe(0);
  await alone.close();
  const mirrored = await openMirrored(folder);
  const { bins } = await mirrored.outbox.pending(9, 8);
  expect(bins).toHaveLength(2);
  await mirrored.outbox.done(bins);
  await mirrored.close();
  const again = await openMirrored(folder);
  expect(await again.outbox.pendingBins()).toBe(0);
  await again.close();
});

test('what waits survives closing and compaction', async () => {
  const folder = await testFolder();
  const first = await openMirrored(folder);
  await first.flows.commit(ingestCommit({ series: minute(NOON_SECONDS, { 23: 4 }) }));
  await first.flows.commit(ingestCommit({ series: minute(NOON_SECONDS, { 23: 5 }) }));
  await first.flows.commit(ingestCommit({ series: minute(NOON_SECONDS + 60, { 23: 1 }) }));
  await first.compact();
  await first.close();
  const second = await openMirrored(folder);
  const before = await second.outbox.pending(9, 8);
  expect(portsOf(before, NOON_SECONDS)).toEqual({ 23: 9, other: 0 });
  await second.flows.commit(ingestCommit({ series: minute(NOON_SECONDS, { 23: 1 }) }));
  await second.outbox.done(before.bins);
  expect((await second.outbox.pending(9, 8)).bins.map((touched) => touched.bin)).toEqual([NOON_SECONDS]);
  await second.close();
});
