/** What every SeriesStore answers, whatever is behind it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type IngestCommit, OTHER_KEY } from '../../server/store/ingest-commit.ts';
import type { SeriesStore } from '../../server/store/stores.ts';
import { ingestCommit, NOON_SECONDS, type TestSeriesRow } from '../support/commits.ts';

export interface SeriesStoreUnderTest {
  readonly store: SeriesStore;
  /** Resolves when queries see it. */
  commit(commit: IngestCommit): Promise<void>;
  close(): Promise<void>;
}

const TCP = 6 * 65_536;
const JP = 0x4a50;
const FAR: TestSeriesRow = { session: 9, bin: NOON_SECONDS, packets: 1_000_000 };
/** The live session lies now, since live series have a time to live; sessions lie anywhere. */
const LIVE_SECONDS = Math.floor(Date.now() / 3_600_000) * 3600 - 3600;

/** Two minutes of a session: ports 23 and 80, countries JP and unknown; the second commit adds to the first's bins. */
const FIRST: TestSeriesRow[] = [
  { session: 7, resolution: 1, bin: NOON_SECONDS, packets: 10 },
  { session: 7, resolution: 1, bin: NOON_SECONDS + 1, packets: 5 },
  { session: 7, resolution: 1, dimension: 'class', key: 1, bin: NOON_SECONDS, packets: 9 },
  { session: 7, resolution: 1, dimension: 'class', key: 5, bin: NOON_SECONDS, packets: 1 },
  { session: 7, bin: NOON_SECONDS, packets: 15, bytes: 900, flows: 4 },
  { session: 7, dimension: 'port', key: TCP + 23, bin: NOON_SECONDS, packets: 10 },
  { session: 7, dimension: 'port', key: TCP + 80, bin: NOON_SECONDS, packets: 5, bytes: 5000, flows: 5 },
  { session: 7, dimension: 'country', key: JP, bin: NOON_SECONDS, packets: 11 },
  { session: 7, dimension: 'country', key: 0, bin: NOON_SECONDS, packets: 4 },
  { session: 7, dimension: 'protocol', key: 6, bin: NOON_SECONDS, packets: 14 },
  { session: 7, dimension: 'protocol', key: 200, bin: NOON_SECONDS, packets: 1 },
  { session: 7, dimension: 'sensor', key: 3, bin: NOON_SECONDS, packets: 15 },
  FAR,
  { session: 0, bin: LIVE_SECONDS, packets: 3 },
  { session: 0, resolution: 1, bin: LIVE_SECONDS, packets: 3 },
];
const SECOND: TestSeriesRow[] = [
  { session: 7, resolution: 1, bin: NOON_SECONDS, packets: 2 },
  { session: 7, bin: NOON_SECONDS, packets: 2, bytes: 100, flows: 1 },
  { session: 7, dimension: 'port', key: TCP + 80, bin: NOON_SECONDS, packets: 2 },
  { session: 7, bin: NOON_SECONDS + 60, packets: 7, bytes: 420, flows: 2 },
  { session: 7, dimension: 'port', key: TCP + 80, bin: NOON_SECONDS + 60, packets: 7 },
];

const span = { session: 7, fromSeconds: NOON_SECONDS, toSeconds: NOON_SECONDS + 120 };

export function describeSeriesStore(name: string, open: () => Promise<SeriesStoreUnderTest>): void {
  describe(`${name} as a series store`, () => {
    let under: SeriesStoreUnderTest;
    let store: SeriesStore;
    beforeAll(async () => {
      under = await open();
      store = under.store;
      await under.commit(ingestCommit({ series: FIRST }));
      await under.commit(ingestCommit({ series: SECOND }));
    }, 30_000);
    afterAll(async () => await under?.close());

    test('adds up what several commits put into one bin', async () => {
      const points = await store.series({ ...span, measure: 'packets', by: 'total', stepSeconds: 60 });
      expect(points).toEqual([
        { binSeconds: NOON_SECONDS, key: 0, value: 17 },
        { binSeconds: NOON_SECONDS + 60, key: 0, value: 7 },
      ]);
    });

    test('gives the measure that was asked for', async () => {
      const one = { ...span, by: 'total', stepSeconds: 3600 } as const;
      expect(await store.series({ ...one, measure: 'bytes' })).toEqual([
        { binSeconds: NOON_SECONDS, key: 0, value: 1420 },
      ]);
      expect(await store.series({ ...one, measure: 'flows' })).toEqual([
        { binSeconds: NOON_SECONDS, key: 0, value: 7 },
      ]);
    });

    test('answers steps below a minute from seconds', async () => {
      const query = { session: 7, fromSeconds: NOON_SECONDS, toSeconds: NOON_SECONDS + 2 };
      const points = await store.series({ ...query, measure: 'packets', by: 'total', stepSeconds: 1 });
      expect(points.map((point) => point.value)).toEqual([12, 5]);
      const classes = await store.series({ ...query, measure: 'packets', by: 'class', stepSeconds: 2 });
      expect(classes).toEqual([
        { binSeconds: NOON_SECONDS, key: 1, value: 9 },
        { binSeconds: NOON_SECONDS, key: 5, value: 1 },
      ]);
    });

    test.for([
      { by: 'port', keys: [TCP + 23, TCP + 80], values: [10, 7] },
      { by: 'country', keys: [0, JP], values: [4, 11] },
      { by: 'protocol', keys: [6, 200], values: [14, 1] },
      { by: 'sensor', keys: [3], values: [15] },
    ] as const)('tells the keys of $by apart', async ({ by, keys, values }) => {
      const query = { ...span, toSeconds: NOON_SECONDS + 60, measure: 'packets', by, stepSeconds: 60 } as const;
      const points = await store.series(query);
      expect(points.map((point) => point.key)).toEqual(keys);
      expect(points.map((point) => point.value)).toEqual(values);
      const one = await store.series({ ...query, key: keys[0] });
      expect(one).toEqual([{ binSeconds: NOON_SECONDS, key: keys[0], value: values[0] }]);
    });

    test('sums up the keys that are not named', async () => {
      const query = { ...span, toSeconds: NOON_SECONDS + 60, measure: 'packets', by: 'port', stepSeconds: 60 } as const;
      const asked = async (keys: readonly number[]) =>
        (await store.series({ ...query, keys })).map(({ key, value }) => [key, value]);
      expect(await asked([TCP + 23])).toEqual([
        [TCP + 23, 10],
        [OTHER_KEY, 7],
      ]);
      expect(await asked([])).toEqual([[OTHER_KEY, 17]]);
      expect(await asked([TCP + 23, TCP + 80])).toEqual([
        [TCP + 23, 10],
        [TCP + 80, 7],
      ]);
      await expect(store.series({ ...query, keys: [0.5] })).rejects.toThrow(RangeError);
    });

    test('counts bins that overlap the span whole, and none that touch its end', async () => {
      const query = { session: 7, measure: 'packets', by: 'total', stepSeconds: 60 } as const;
      const inside = { fromSeconds: NOON_SECONDS + 30, toSeconds: NOON_SECONDS + 31 };
      expect((await store.series({ ...query, ...inside })).map((point) => point.value)).toEqual([17]);
      const before = { fromSeconds: NOON_SECONDS - 60, toSeconds: NOON_SECONDS };
      expect(await store.series({ ...query, ...before })).toEqual([]);
      const empty = { fromSeconds: NOON_SECONDS, toSeconds: NOON_SECONDS };
      expect(await store.series({ ...query, ...empty })).toEqual([]);
    });

    test('keeps sessions apart', async () => {
      const query = { measure: 'packets', by: 'total', stepSeconds: 60 } as const;
      const live = { session: 0, fromSeconds: LIVE_SECONDS, toSeconds: LIVE_SECONDS + 60 };
      expect(await store.series({ ...query, ...live })).toEqual([{ binSeconds: LIVE_SECONDS, key: 0, value: 3 }]);
      expect((await store.series({ ...query, ...span, session: 9 }))[0]?.value).toBe(1_000_000);
      expect(await store.series({ ...query, ...span, session: 8 })).toEqual([]);
    });

    test('orders the top by the measure, and cuts it', async () => {
      const query = { ...span, by: 'port', limit: 10 } as const;
      const byPackets = await store.top({ ...query, measure: 'packets' });
      expect(byPackets.map((top) => [top.key, top.packets])).toEqual([
        [TCP + 80, 14],
        [TCP + 23, 10],
      ]);
      const byFlows = await store.top({ ...query, measure: 'flows', limit: 1 });
      expect(byFlows).toEqual([{ key: TCP + 80, packets: 14, bytes: 5540, flows: 7 }]);
    });

    test('orders equal keys of the top by key', async () => {
      const rows = [53, 22, 443].map((port) => ({ key: TCP + port, packets: 4 }));
      const series = rows.map((row) => ({ ...row, session: 11, dimension: 'port', bin: NOON_SECONDS }) as const);
      await under.commit(ingestCommit({ series }));
      const top = await store.top({ ...span, session: 11, by: 'port', measure: 'packets', limit: 2 });
      expect(top.map((row) => row.key)).toEqual([TCP + 22, TCP + 53]);
    });

    test('sums a session over all time', async () => {
      expect(await store.sum(7, 60)).toEqual({ packets: 24, bytes: 1420, flows: 7 });
      expect((await store.sum(7, 1)).packets).toBe(17);
      expect((await store.sum(0, 60)).packets).toBe(3);
      expect(await store.sum(404, 60)).toEqual({ packets: 0, bytes: 0, flows: 0 });
    });

    test.for([
      { name: 'a span that runs backward', change: { toSeconds: NOON_SECONDS - 1 }, says: /ends before it begins/ },
      { name: 'a span without an end', change: { toSeconds: Number.POSITIVE_INFINITY }, says: /seconds since 1970/ },
      { name: 'a step of 0', change: { stepSeconds: 0 }, says: /step must be/ },
      { name: 'ports by the second', change: { by: 'port', stepSeconds: 5 }, says: /multiple of 60/ },
      { name: 'an unknown dimension', change: { by: 'constructor' }, says: /counts by one of/ },
      { name: 'an unknown measure', change: { measure: 'packets) --' }, says: /measure is one of/ },
      { name: 'a session below 0', change: { session: -1 }, says: /session must be/ },
      { name: 'more points than fit', change: { toSeconds: NOON_SECONDS + 60 * 30_000 }, says: /larger step/ },
    ])('refuses $name', async ({ change, says }) => {
      const query = { ...span, measure: 'packets', by: 'total', stepSeconds: 60, ...change };
      const asked = store.series(query as Parameters<SeriesStore['series']>[0]);
      await expect(asked).rejects.toThrow(RangeError);
      await expect(asked).rejects.toThrow(says);
    });

    test('refuses a top of none', async () => {
      const query = { ...span, by: 'port', measure: 'packets', limit: 0 } as const;
      await expect(store.top(query)).rejects.toThrow(/limit must be/);
    });
  });
}
