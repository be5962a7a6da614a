import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { openDuckDbStoresInThread } from '../../../server/store/duckdb/core.ts';
import type { DuckDbStores } from '../../../server/store/duckdb/operations.ts';
import type { MirrorPoint, OutboxBatch } from '../../../server/store/outbox.ts';
import { ingestCommit, NOON_SECONDS, type TestSeriesRow } from '../../support/commits.ts';
import { testFolder } from '../../support/folders.ts';

const PORT_DIMENSION = 3;

/** Made bins lie in 2023. */
const KEEP = { 1: Number.POSITIVE_INFINITY, 60: Number.POSITIVE_INFINITY, 300: Number.POSITIVE_INFINITY };

async function openMirrored(folder?: string): Promise<DuckDbStores> {
  return await openDuckDbStoresInThread(folder ?? (await testFolder()), { mirror: 'test', keepSeries: KEEP });
}

/** A minute in which each port named received so many packets. */
function minute(bin: number, ports: Record<number, number>, session = 0): TestSeriesRow[] {
  const packets = Object.values(ports).reduce((sum, count) => sum + count, 0);
  const rows = Object.entries(ports).map(
    ([port, count]): TestSeriesRow => ({ session, bin, dimension: 'port', key: Number(port), packets: count }),
  );
  return [{ session, bin, packets }, ...rows];
}

/** By port. */
function portsOf(batch: OutboxBatch, bin: number): Record<string, number> {
  const points = batch.points.filter((point) => point.dimension === PORT_DIMENSION && point.bin === bin);
  return Object.fromEntries(points.map(({ key, packets }) => [key, packets]));
}

const total = (points: readonly MirrorPoint[]) => points.find((point) => point.dimension === 0);

test('gives absolute values of the bins touched, and each bin once', async () => {
  const { flows, outbox, close } = await openMirrored();
  await flows.commit(ingestCommit({ series: [{ resolution: 1, bin: NOON_SECONDS, packets: 3 }] }));
  await flows.commit(ingestCommit({ series: [{ resolution: 1, bin: NOON_SECONDS, packets: 4, bytes: 9, flows: 2 }] }));
  const { bins, points } = await outbox.pending(10);
  expect(bins).toMatchObject([{ resolution: 1, session: 0, bin: NOON_SECONDS }]);
  expect(points).toEqual([
    {
      resolution: 1,
      session: 0,
      bin: NOON_SECONDS,
      dimension: 0,
      key: 0,
      packets: 7,
      bytes: 189,
      flows: 3,
      sources: 0,
      targets: 0,
      coverage: { addressesWatched: 0, outageSeconds: 1 },
    },
  ]);
  await outbox.done(bins);
  expect(await outbox.pendingBins()).toBe(0);
  expect(await outbox.pending(10)).toEqual({ bins: [], points: [] });
  await close();
});

test('a bin touched between reading and finishing stays, with its new value', async () => {
  const { flows, outbox, close } = await openMirrored();
  const commit = (bin: number) => flows.commit(ingestCommit({ series: [{ resolution: 1, bin, packets: 1 }] }));
  await commit(NOON_SECONDS);
  await commit(NOON_SECONDS + 1);
  const { bins } = await outbox.pending(10);
  await commit(NOON_SECONDS);
  await outbox.done(bins);
  const again = await outbox.pending(10);
  expect(again.bins.map((touched) => touched.bin)).toEqual([NOON_SECONDS]);
  expect(total(again.points)?.packets).toBe(2);
  await close();
});

test('however often a bin is touched while nobody reads, it is noted once after a compaction', async () => {
  const folder = await testFolder();
  const { flows, compact, close } = await openMirrored(folder);
  for (let count = 0; count < 250; count++)
    await flows.commit(ingestCommit({ series: [{ resolution: 1, bin: NOON_SECONDS, packets: 1 }] }));
  await compact();
  await close();
  const instance = await DuckDBInstance.create(join(folder, 'kurayami.duckdb'));
  const connection = await instance.connect();
  const rows = await connection.runAndReadAll('SELECT resolution, generation::INTEGER FROM outbox');
  expect(rows.getRowsJS()).toEqual([[1, 250]]);
  connection.closeSync();
  instance.closeSync();
  const again = await openMirrored(folder);
  expect(total((await again.outbox.pending(10)).points)?.packets).toBe(250);
  await again.close();
});

test('a capture that begins in 1970 by a wrong clock does not note every minute since', async () => {
  const { flows, outbox, close } = await openMirrored();
  const watches = [{ session: 0, sensor: 1, epoch: 5, fromSeconds: 1, toSeconds: NOON_SECONDS, addresses: 256 }];
  await flows.commit(ingestCommit({ watches }));
  expect(await outbox.pendingBins()).toBeLessThanOrEqual(24 * 60 + 1);
  await close();
});

test('the longest waiting come first, as many as asked for', async () => {
  const { flows, outbox, close } = await openMirrored();
  for (const second of [5, 3, 9, 1]) {
    const series = [{ resolution: 1, bin: NOON_SECONDS + second, packets: 1 } as const];
    await flows.commit(ingestCommit({ series }));
  }
  const first = await outbox.pending(2);
  expect(first.bins.map((touched) => touched.bin - NOON_SECONDS)).toEqual([5, 3]);
  expect(first.points).toHaveLength(2);
  await outbox.done(first.bins);
  expect((await outbox.pending(9)).bins.map((touched) => touched.bin - NOON_SECONDS)).toEqual([9, 1]);
  await close();
});

test('says how a bin was watched: of the total, and of each sensor', async () => {
  const { flows, outbox, close } = await openMirrored();
  const watch = { session: 0, epoch: 1, toSeconds: NOON_SECONDS + 600, addresses: 256 };
  await flows.commit(
    ingestCommit({
      series: [...minute(NOON_SECONDS, { 23: 4 }), { dimension: 'sensor', key: 2, bin: NOON_SECONDS, packets: 4 }],
      watches: [
        { ...watch, sensor: 1, fromSeconds: NOON_SECONDS + 15 },
        { ...watch, sensor: 2, fromSeconds: NOON_SECONDS + 30 },
      ],
    }),
  );
  const { points } = await outbox.pending(9);
  expect(total(points)?.coverage).toEqual({
    addressesWatched: Math.round((256 * 15 + 512 * 30) / 45),
    outageSeconds: 15,
  });
  expect(points.find((point) => point.dimension === 5)?.coverage).toEqual({ addressesWatched: 256, outageSeconds: 30 });
  expect(points.find((point) => point.dimension === PORT_DIMENSION)?.coverage).toBeNull();
  await close();
});

test('coarser bins are given once minutes moved into them, with what is distinct in them', async () => {
  const { flows, outbox, compact, close } = await openMirrored();
  const distinct: TestSeriesRow = {
    resolution: 300,
    bin: NOON_SECONDS,
    packets: 0,
    bytes: 0,
    flows: 0,
    sources: 9,
    targets: 2,
  };
  await flows.commit(ingestCommit({ series: minute(NOON_SECONDS + 60, { 23: 4 }) }));
  await flows.commit(ingestCommit({ series: [...minute(NOON_SECONDS + 120, { 23: 5 }), distinct] }));
  await outbox.done((await outbox.pending(99)).bins);
  await compact();
  const { bins, points } = await outbox.pending(99);
  expect(bins.map(({ resolution }) => resolution).sort((a, b) => a - b)).toEqual([300, 3600, 86_400]);
  const five = total(points.filter(({ resolution }) => resolution === 300));
  expect(five).toMatchObject({ packets: 9, flows: 2, sources: 9, targets: 2 });
  await close();
});

test('what retention took away is not mirrored as nothing', async () => {
  const folder = await testFolder();
  const { flows, outbox, series, compact, close } = await openDuckDbStoresInThread(folder, { mirror: 'test' });
  await compact();
  await flows.commit(ingestCommit({ series: [{ resolution: 1, bin: NOON_SECONDS, packets: 4 }] }));
  expect(await outbox.pendingBins()).toBe(1);
  await compact();
  expect(await outbox.pendingBins()).toBe(0);
  expect((await series.sum(0, 1)).packets).toBe(4);
  await close();
});

test('without a mirror nothing is noted; a mirror that is new gets everything', async () => {
  const folder = await testFolder();
  const alone = await openDuckDbStoresInThread(folder, { keepSeries: KEEP });
  await alone.flows.commit(ingestCommit({ series: minute(NOON_SECONDS, { 23: 4 }) }));
  await alone.flows.commit(ingestCommit({ series: [{ resolution: 1, bin: NOON_SECONDS, packets: 4, session: 2 }] }));
  expect(await alone.outbox.pendingBins()).toBe(0);
  await alone.close();
  const mirrored = await openMirrored(folder);
  const { bins } = await mirrored.outbox.pending(9);
  // The second, the minute, and the bins that the minute lies in.
  expect(bins).toHaveLength(5);
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
  const before = await second.outbox.pending(9);
  expect(
    portsOf({ ...before, points: before.points.filter(({ resolution }) => resolution === 60) }, NOON_SECONDS),
  ).toEqual({ 23: 9 });
  await second.flows.commit(ingestCommit({ series: minute(NOON_SECONDS, { 23: 1 }) }));
  await second.outbox.done(before.bins);
  const after = (await second.outbox.pending(9)).bins.filter(({ resolution }) => resolution === 60);
  expect(after.map((touched) => touched.bin)).toEqual([NOON_SECONDS]);
  await second.close();
});
