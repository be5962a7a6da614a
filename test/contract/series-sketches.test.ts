/** Distinct addresses over a stop: what a killed server had in memory is read again from what it stored. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { SlotTables } from '../../server/enrich/slot-tables.ts';
import { seriesSecret } from '../../server/ingest/series-memory.ts';
import { LiveHub } from '../../server/live/live-hub.ts';
import { IngestPipeline } from '../../server/pipeline.ts';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import type { DuckDbStores } from '../../server/store/duckdb/operations.ts';
import type { SketchState } from '../../server/store/ingest-commit.ts';
import { flowsToFrame } from '../../shared/wire/flow-frames.ts';
import { decodeFrame, encodeFrame } from '../../shared/wire/frame.ts';
import { flowBatch, ingestCommit, NOON_SECONDS, type TestFlow } from '../support/commits.ts';
import { testFolder } from '../support/folders.ts';

const hello = {
  software: 'test',
  name: 'dark0',
  epoch: 7,
  session: { kind: 'file', name: 'made' },
  place: null,
  prefixes: ['192.0.2.0/24'],
  clock: { mode: 'max', speed: 0 },
} as const;

async function start(stores: DuckDbStores) {
  const { catalog, flows, sketches } = stores;
  const key = await catalog.installationKey();
  const log = vi.fn();
  const live = new LiveHub({
    catalog,
    places: { fill: () => undefined } as never,
    ledgers: () => [],
    credits: [],
    isStorageFull: () => false,
    seriesBehind: () => 0,
    problemCodes: () => [],
    log,
  });
  const pipeline = new IngestPipeline({
    flows,
    catalog,
    countries: { fill: () => undefined },
    networks: { fill: () => undefined },
    slots: new SlotTables(key),
    live,
    disk: { isFull: false, noteFull: () => undefined },
    log,
    seriesSecret: seriesSecret(key),
    sketches,
  });
  await pipeline.start();
  const peer = { acknowledge: vi.fn(), pause: vi.fn(), resume: vi.fn(), refuse: vi.fn() };
  const channel = await pipeline.open({ ...hello, session: { ...hello.session }, prefixes: [...hello.prefixes] }, peer);
  let sequence = channel.storedSequence;
  const send = async (family: 4 | 6, flows: TestFlow[]) => {
    const frame = encodeFrame(
      flowsToFrame(flowBatch(family, flows), 0, flows.length, hello.epoch, Math.max(1, ++sequence)),
    );
    sequence = Math.max(1, sequence);
    pipeline.receive(channel, peer, decodeFrame(frame));
    await vi.waitFor(() => expect(channel.storedSequence).toBe(sequence), { timeout: 10_000 });
  };
  return { pipeline, send, log };
}

const from = (first: number, count: number, seconds: number, more: TestFlow = {}): TestFlow[] =>
  Array.from({ length: count }, (_, at) => ({
    source: `10.0.${(first + at) >> 8}.${(first + at) & 255}`,
    seconds,
    ...more,
  }));

async function sources(stores: DuckDbStores, stepSeconds: number, by: 'total' | 'port' = 'total') {
  const span = { session: 1, fromSeconds: NOON_SECONDS, toSeconds: NOON_SECONDS + 300 };
  return (await stores.series.series({ ...span, measure: 'sources', by, stepSeconds })).map(({ value }) => value);
}

test.for([
  { how: 'killed', stops: false },
  { how: 'stopped', stops: true },
])('$how, the server goes on counting where it stood', { timeout: 60_000 }, async ({ stops }) => {
  const folder = await testFolder();
  const before = await openDuckDbStoresInThread(folder);
  const first = await start(before);
  await first.send(4, from(0, 10, NOON_SECONDS));
  await first.send(4, from(5, 8, NOON_SECONDS + 61, { targetPort: 80 }));
  await first.send(6, [{ source: '2001:db8::7', seconds: NOON_SECONDS + 61 }]);
  expect(await sources(before, 60)).toEqual([10, 9]);
  // Without `stop`, nothing is said before the end: what is on the disk is what a kill leaves.
  if (stops) await first.pipeline.stop();
  await before.close();

  const after = await openDuckDbStoresInThread(folder);
  onTestFinished(() => after.close());
  const second = await start(after);
  expect(second.log.mock.calls.flat().some((text) => /read again/.test(String(text)))).toBe(!stops);
  await second.send(4, from(12, 3, NOON_SECONDS + 62, { targetPort: 80 }));
  await second.send(6, [{ source: '2001:db8::7', seconds: NOON_SECONDS + 63 }]);
  await second.pipeline.stop();
  expect(await sources(after, 60)).toEqual([10, 11]);
  expect(await sources(after, 300)).toEqual([16]);
  expect(await sources(after, 300, 'port')).toEqual(
    [11, 10]
      .sort((a, b) => a - b)
      .reverse()
      .map((_, at) => [11, 10][at]),
  );
  const sums = await Promise.all([1, 60, 300, 3600, 86_400].map((bins) => after.series.sum(1, bins as 1)));
  expect(sums.map(({ packets }) => packets)).toEqual([23, 23, 23, 23, 23]);
  expect((await after.flows.sum(1)).packets).toBe(23);
});

test('sketches that did not change stay as they are stored, those of sessions that are gone go', async () => {
  const stores = await openDuckDbStoresInThread(await testFolder());
  onTestFinished(() => stores.close());
  const bytes = (value: number) => new Uint8Array(9).fill(value);
  const commit = (sketches: SketchState[]) => stores.flows.commit(ingestCommit({ sketches }));
  const stored = async () => (await stores.sketches.memory()).states.map(({ session, state }) => [session, state[0]]);
  await commit([1, 2, 3].map((session) => ({ session, state: bytes(session) })));
  await commit([
    { session: 1, state: null },
    { session: 3, state: bytes(33) },
    { session: 4, state: bytes(4) },
  ]);
  expect(await stored()).toEqual([
    [1, 1],
    [3, 33],
    [4, 4],
  ]);
  await commit([]);
  expect(await stored()).toEqual([]);
});
