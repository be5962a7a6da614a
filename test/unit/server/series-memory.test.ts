/** What a start reads again, and what it leaves. */
import { expect, test, vi } from 'vitest';
import { SeriesMemory } from '../../../server/ingest/series-memory.ts';
import type { StoredSketch } from '../../../server/store/ingest-commit.ts';
import type { SketchStore } from '../../../server/store/stores.ts';
import { flowBatch, NOON_SECONDS } from '../../support/commits.ts';

/** A store with so many flows in each of these minutes (of noon, of session 0), all of which are noted. */
function storeWith(flowsOf: ReadonlyMap<number, number>) {
  const asked: { session: number; from: number; to: number; family: 4 | 6 }[] = [];
  const binOf = (minute: number) => NOON_SECONDS + minute * 60;
  const store: SketchStore = {
    memory: async () => ({
      states: [],
      minutes: [...flowsOf.keys()].map((minute) => ({ session: 0, bin: binOf(minute) })),
    }),
    flowsByMinute: async (_, { fromSeconds, toSeconds }) =>
      [...flowsOf]
        .map(([minute, flows]) => ({ bin: binOf(minute), flows }))
        .filter(({ bin }) => bin >= fromSeconds && bin < toSeconds),
    flowsBetween: async (session, { fromSeconds, toSeconds }, family) => {
      asked.push({ session, from: fromSeconds - NOON_SECONDS, to: toSeconds - NOON_SECONDS, family });
      return family === 4 ? flowBatch(4, [{ seconds: fromSeconds }]) : null;
    },
  };
  return { store, asked };
}

async function restore(flowsOf: ReadonlyMap<number, number>) {
  const { store, asked } = storeWith(flowsOf);
  const log = vi.fn();
  await new SeriesMemory().restore(store, log);
  return { spans: asked.filter(({ family }) => family === 4).map(({ from, to }) => [from, to]), asked, log };
}

const minutes = (from: number, count: number, flows: number) =>
  Array.from({ length: count }, (_, at): [number, number] => [from + at, flows]);

test('minutes with few flows are read together, oldest first, in both families', async () => {
  const { asked, log } = await restore(new Map([...minutes(0, 60, 10), ...minutes(90, 1, 5)]));
  expect(asked.map(({ from, to, family }) => [from, to, family])).toEqual([
    [0, 3600, 4],
    [0, 3600, 6],
    [5400, 5460, 4],
    [5400, 5460, 6],
  ]);
  expect(log.mock.calls).toEqual([['605 flows of 61 minutes were read again to go on counting addresses']]);
});

test('no slice has many more flows than memory is meant for: minutes are cut too', async () => {
  const { spans } = await restore(new Map([...minutes(0, 3, 90_000), [3, 500_000], [4, 1]]));
  expect(spans).toEqual([
    [0, 60],
    [60, 180],
    [180, 200],
    [200, 220],
    [220, 240],
    [240, 300],
  ]);
});

test('beyond what a start has time for, older minutes are left, and said to be', async () => {
  const { spans, log } = await restore(new Map(minutes(0, 50, 150_000)));
  expect(spans).toHaveLength(26);
  expect([spans[0], spans.at(-1)]).toEqual([
    [24 * 60, 25 * 60],
    [49 * 60, 50 * 60],
  ]);
  expect(log.mock.calls.flat()).toEqual([
    '3900000 flows of 26 minutes were read again to go on counting addresses',
    expect.stringMatching(/^distinct addresses of 24 older minutes, and .* are lower bounds/),
  ]);
});

test('minutes that lie far apart are asked for one by one, and so only the newest', async () => {
  const { spans, log } = await restore(new Map(Array.from({ length: 400 }, (_, at) => [at * 100, 1])));
  expect(spans).toHaveLength(300);
  expect(spans.at(-1)).toEqual([399 * 6000, 399 * 6000 + 60]);
  expect(log.mock.calls.flat().at(-1)).toMatch(/^distinct addresses of 100 older minutes/);
});

test('nothing noted, nothing said', async () => {
  const { asked, log } = await restore(new Map());
  expect([asked, log.mock.calls]).toEqual([[], []]);
});

/** Which sessions are stored at the end of a run, and which of them anew. */
function savedBy(memory: SeriesMemory): Record<number, boolean> {
  const { sketches } = memory.take(true);
  return Object.fromEntries(sketches!.map(({ session, state }) => [session, state !== null]));
}
const flowsOf = (...sessions: number[]) =>
  flowBatch(
    4,
    sessions.map((session) => ({ session })),
  );

test('sketches are stored anew of sessions that got flows, and of no others', () => {
  const memory = new SeriesMemory();
  memory.add(flowsOf(1, 2, 2, 1, 3));
  expect(savedBy(memory)).toEqual({ 1: true, 2: true, 3: true });
  memory.add(flowsOf(2));
  expect(savedBy(memory)).toEqual({ 1: false, 2: true, 3: false });
  expect(savedBy(memory)).toEqual({ 1: false, 2: false, 3: false });
});

test('after a commit that failed, what it carried is stored with the next', () => {
  const memory = new SeriesMemory();
  memory.add(flowsOf(1, 2));
  savedBy(memory);
  memory.add(flowsOf(2));
  savedBy(memory);
  memory.discard();
  expect(savedBy(memory)).toEqual({ 1: false, 2: true });
  memory.discard();
  memory.discard();
  expect(savedBy(memory)).toEqual({ 1: false, 2: true });
});

test('what was restored is not stored again until flows come; what could not be read is', async () => {
  const before = new SeriesMemory();
  before.add(flowsOf(4, 5));
  const states = before.take(true).sketches as StoredSketch[];
  const memory = new SeriesMemory();
  const broken = { session: 6, state: new Uint8Array(3) };
  const { store } = storeWith(new Map());
  await memory.restore(
    { ...store, memory: async () => ({ states: [...states, broken], minutes: [] }) },
    () => undefined,
  );
  expect(savedBy(memory)).toEqual({ 4: false, 5: false, 6: true });
});
