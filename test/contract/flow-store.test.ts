import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import type { DuckDbStores } from '../../server/store/duckdb/operations.ts';
import type { IngestCommit } from '../../server/store/ingest-commit.ts';
import { flowBatch, ingestCommit, ledgerState, NOON_SECONDS, seriesRows, type TestFlow } from '../support/commits.ts';
import { makeFolder, testFolder } from '../support/folders.ts';

const ALL = { session: 0, fromSeconds: 0, toSeconds: 4_000_000_000 };

/** Times in a wild order and three at the same microsecond, over both families, in two commits. */
const FLOWS4: TestFlow[] = [
  {
    seconds: NOON_SECONDS + 3,
    source: '203.0.113.9',
    packets: 4,
    wireBytes: 400,
    country: 'JP',
    asn: 4_200_000_001,
    radiation: 6,
  },
  { seconds: NOON_SECONDS + 1.5, source: '203.0.113.9', packets: 2, wireBytes: 120, country: 'JP' },
  { seconds: NOON_SECONDS + 1.5, source: '0.0.0.1' },
];
const FLOWS6: TestFlow[] = [
  { seconds: NOON_SECONDS + 1.5, source: '2001:db8::9', packets: 5, country: 'DE' },
  { seconds: NOON_SECONDS + 0.000001, source: 'ff02:0:0:1::1' },
];

describe('DuckDB as a flow store', () => {
  let stores: DuckDbStores;
  let removeFolder: () => Promise<void>;
  beforeAll(async () => {
    const { folder, remove } = await makeFolder();
    removeFolder = remove;
    stores = await openDuckDbStoresInThread(folder);
    await stores.flows.commit(ingestCommit({ flows4: FLOWS4.slice(0, 1), flows6: FLOWS6 }));
    await stores.flows.commit(ingestCommit({ flows4: [...FLOWS4.slice(1), { session: 4, packets: 99 }] }));
  });
  afterAll(async () => {
    await stores.close();
    await removeFolder();
  });

  test('gives every field back as it was', async () => {
    const { flows } = await stores.flows.flows({ ...ALL, limit: 10 });
    expect(flows.at(-1)).toEqual({
      sensor: 1,
      firstSeconds: NOON_SECONDS + 3,
      lastSeconds: NOON_SECONDS + 3.000005,
      source: '203.0.113.9',
      target: '198.51.100.7',
      sourcePort: 40_000,
      targetPort: 23,
      protocol: 6,
      tcpFlags: 2,
      ttl: 241,
      ipLength: 40,
      packets: 4,
      wireBytes: 400,
      class: 1,
      radiation: 6,
      country: 'JP',
      asn: 4_200_000_001,
      vlan: 0,
      fragment: 0,
      synWindow: 1024,
      synOptions: 0,
      tunnel: 0,
      innerProtocol: 0,
      innerSource: '',
      innerTarget: '',
      innerSourcePort: 0,
      innerTargetPort: 0,
    });
    expect(flows[0]).toMatchObject({ source: 'ff02:0:0:1::1', target: '2001:db8:ffff::7', country: '' });
  });

  test('orders by the first packet; equal times by family, then in an order that stays', async () => {
    const { flows, cursor } = await stores.flows.flows({ ...ALL, limit: 10 });
    const sources = flows.map((flow) => flow.source);
    expect([sources[0], sources[3], sources[4]]).toEqual(['ff02:0:0:1::1', '2001:db8::9', '203.0.113.9']);
    expect(sources.slice(1, 3).sort()).toEqual(['0.0.0.1', '203.0.113.9']);
    expect((await stores.flows.flows({ ...ALL, limit: 10 })).flows).toEqual(flows);
    expect(cursor).toBeNull();
  });

  test.for([1, 2, 3, 4])('pages of %i rows give each flow once, in order', async (limit) => {
    const whole = await stores.flows.flows({ ...ALL, limit: 100 });
    const paged = [];
    let cursor: string | null = null;
    do {
      const page = await stores.flows.flows({ ...ALL, limit, ...(cursor === null ? {} : { cursor }) });
      expect(page.flows.length).toBeLessThanOrEqual(limit);
      paged.push(...page.flows);
      cursor = page.cursor;
    } while (cursor !== null);
    expect(paged).toEqual(whole.flows);
  });

  test('takes the begin of a span and leaves its end', async () => {
    const span = { session: 0, limit: 10, fromSeconds: NOON_SECONDS + 1.5, toSeconds: NOON_SECONDS + 3 };
    expect((await stores.flows.flows(span)).flows).toHaveLength(3);
    expect((await stores.flows.flows({ ...span, toSeconds: NOON_SECONDS + 3.000001 })).flows).toHaveLength(4);
    expect((await stores.flows.flows({ ...span, fromSeconds: NOON_SECONDS + 1.500001 })).flows).toHaveLength(0);
  });

  test('names the sources with most packets, over both families', async () => {
    const tops = await stores.flows.topSources({ ...ALL, limit: 3 });
    expect(tops).toEqual([
      { source: '203.0.113.9', country: 'JP', packets: 6, bytes: 520, flows: 2 },
      { source: '2001:db8::9', country: 'DE', packets: 5, bytes: 300, flows: 1 },
      { source: '0.0.0.1', country: '', packets: 1, bytes: 60, flows: 1 },
    ]);
  });

  test('sums one session', async () => {
    expect(await stores.flows.sum(0)).toEqual({ packets: 13, bytes: 940, flows: 5 });
    expect(await stores.flows.sum(4)).toEqual({ packets: 99, bytes: 5940, flows: 1 });
    expect(await stores.flows.sum(5)).toEqual({ packets: 0, bytes: 0, flows: 0 });
  });

  test.for([
    { name: 'more rows than a page has', change: { limit: 10_001 }, says: /limit must be/ },
    { name: 'half a row', change: { limit: 1.5 }, says: /limit must be/ },
    { name: 'a span that runs backward', change: { toSeconds: -1 }, says: /ends before it begins/ },
    { name: 'a session of no number', change: { session: Number.NaN }, says: /session must be/ },
    { name: 'a made-up cursor', change: { cursor: 'MTsgRFJPUCBUQUJMRSBmbG93czQ' }, says: /cursor is not one/ },
    {
      name: 'a cursor of another family',
      change: { cursor: Buffer.from('1.5.1').toString('base64url') },
      says: /cursor/,
    },
    { name: 'an endless cursor', change: { cursor: 'A'.repeat(100_000) }, says: /cursor/ },
  ])('refuses $name', async ({ change, says }) => {
    const asked = stores.flows.flows({ ...ALL, limit: 10, ...change });
    await expect(asked).rejects.toThrow(RangeError);
    await expect(asked).rejects.toThrow(says);
  });
});

describe('a commit', () => {
  test('leaves the arrays to the caller, and takes only the rows that are filled', async () => {
    const stores = await openDuckDbStoresInThread(await testFolder());
    const batch = flowBatch(4, [{ packets: 3 }]);
    const commit = { ...ingestCommit({}), flows: [batch] };
    await stores.flows.commit(commit);
    await stores.flows.commit(commit);
    expect(batch.packets[0]).toBe(3);
    expect(await stores.flows.sum(0)).toEqual({ packets: 6, bytes: 360, flows: 2 });
    await stores.close();
  });

  test('carries more rows than one of DuckDB’s chunks', async () => {
    const stores = await openDuckDbStoresInThread(await testFolder());
    const flows4 = Array.from({ length: 5000 }, (_, row) => ({
      packets: row,
      wireBytes: 1,
      seconds: NOON_SECONDS + row,
    }));
    await stores.flows.commit(ingestCommit({ flows4 }));
    expect(await stores.flows.sum(0)).toEqual({ packets: (4999 * 5000) / 2, bytes: 5000, flows: 5000 });
    const { flows } = await stores.flows.flows({ ...ALL, limit: 10_000 });
    expect(flows.every((flow, row) => flow.packets === row && flow.firstSeconds === NOON_SECONDS + row)).toBe(true);
    await stores.close();
  });

  test('keeps sums beyond 32 bits exact', async () => {
    const stores = await openDuckDbStoresInThread(await testFolder());
    const big = 2 ** 32 + 7;
    await stores.flows.commit(ingestCommit({ series: [{ bin: NOON_SECONDS, packets: big, bytes: 2 ** 52 }] }));
    await stores.flows.commit(ingestCommit({ series: [{ bin: NOON_SECONDS, packets: 1, bytes: 1 }] }));
    expect(await stores.series.sum(0, 60)).toEqual({ packets: big + 1, bytes: 2 ** 52 + 1, flows: 2 });
    await stores.close();
  });

  test.for([
    { name: 'a time that is none', flows: [{ seconds: Number.NaN }], series: [], says: /interval/ },
    { name: 'a bin between two', flows: [{}], series: [{ bin: 61, packets: 1 }], says: /bin 61/ },
    { name: 'a negative count', flows: [{}], series: [{ bin: 60, packets: -1 }], says: /counts -1/ },
    {
      name: 'a resolution of no table',
      flows: [{}],
      series: [{ resolution: 5 as 60, bin: 60, packets: 1 }],
      says: /resolution/,
    },
  ])('with $name stores nothing of it', async ({ flows, series, says }) => {
    const stores = await openDuckDbStoresInThread(await testFolder());
    const wrong = ingestCommit({ flows4: flows, series, positions: [{ sensor: 1, epoch: 1, sequence: 5 }] });
    await expect(stores.flows.commit(wrong)).rejects.toThrow(says);
    expect((await stores.flows.sum(0)).flows).toBe(0);
    expect(await stores.catalog.position(1, 1)).toBe(-1);
    await stores.close();
  });

  const circular: Record<string, unknown> = {};
  circular.self = circular;
  test.for([
    { name: 'in the database', part: { positions: [{ sensor: 1, epoch: 1, sequence: Number.NaN }] } },
    { name: 'beside it', part: { ledgers: [{ ...ledgerState(0, 1, 1), server: circular }] } },
  ])('that fails halfway $name leaves nothing, and the next one stores its own rows once', async ({ part }) => {
    const stores = await openDuckDbStoresInThread(await testFolder());
    const good = ingestCommit({
      flows4: [{}],
      series: [{ bin: 60, packets: 1 }],
      positions: [{ sensor: 1, epoch: 1, sequence: 0 }],
    });
    await stores.flows.commit(good);
    // Positions and ledgers come after flows and series.
    const bad = { ...good, positions: [{ sensor: 1, epoch: 1, sequence: 9 }], ...part } as IngestCommit;
    await expect(stores.flows.commit(bad)).rejects.toThrow(/could not do its work/);
    expect((await stores.flows.sum(0)).flows).toBe(1);
    expect(await stores.catalog.position(1, 1)).toBe(0);
    await stores.flows.commit(good);
    expect((await stores.flows.sum(0)).flows).toBe(2);
    expect((await stores.series.sum(0, 60)).packets).toBe(2);
    await stores.close();
  });

  test('many at once are done in turn, beside queries', async () => {
    const stores = await openDuckDbStoresInThread(await testFolder());
    const commits = Array.from({ length: 20 }, (_, sequence) =>
      stores.flows.commit(ingestCommit({ flows4: [{}], positions: [{ sensor: 1, epoch: 1, sequence }] })),
    );
    const queries = Array.from({ length: 10 }, () => stores.flows.sum(0));
    await Promise.all([...commits, ...queries]);
    expect((await stores.flows.sum(0)).flows).toBe(20);
    expect(await stores.catalog.position(1, 1)).toBe(19);
    await stores.close();
  });

  test('of nothing at all is fine', async () => {
    const stores = await openDuckDbStoresInThread(await testFolder());
    await stores.flows.commit({ flows: [], series: seriesRows([]), positions: [], ledgers: [] });
    expect((await stores.flows.sum(0)).flows).toBe(0);
    await stores.close();
  });
});
