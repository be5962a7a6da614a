import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeriesAccumulator } from '../../../server/aggregate/series-accumulator.ts';
import { SeriesDimension, type SeriesDimensionName, type SeriesRows } from '../../../server/store/ingest-commit.ts';
import { flowBatch, NOON_SECONDS, type TestFlow } from '../../support/commits.ts';

interface Row {
  resolution: number;
  dimension: SeriesDimensionName;
  session: number;
  bin: number;
  key: number;
  packets: number;
  bytes: number;
  flows: number;
}

const dimensionNames = Object.keys(SeriesDimension) as SeriesDimensionName[];

function rowsOf(rows: SeriesRows): Row[] {
  return Array.from({ length: rows.length }, (_, row) => ({
    resolution: rows.resolution[row]!,
    dimension: dimensionNames[rows.dimension[row]!]!,
    session: rows.session[row]!,
    bin: rows.bin[row]!,
    key: rows.key[row]!,
    packets: rows.packets[row]!,
    bytes: rows.bytes[row]!,
    flows: rows.flows[row]!,
  }));
}

function accumulate(...batches: TestFlow[][]): Row[] {
  const accumulator = new SeriesAccumulator();
  for (const flows of batches) accumulator.add(flowBatch(4, flows));
  return rowsOf(accumulator.take());
}

test('one flow, in every dimension', () => {
  const rows = accumulate([{ seconds: NOON_SECONDS + 61.5, packets: 3, wireBytes: 180, country: 'JP', session: 7 }]);
  const sums = { session: 7, packets: 3, bytes: 180, flows: 1 };
  const second = { ...sums, resolution: 1, bin: NOON_SECONDS + 61 };
  const minute = { ...sums, resolution: 60, bin: NOON_SECONDS + 60 };
  expect(rows).toEqual([
    { ...second, dimension: 'total', key: 0 },
    { ...second, dimension: 'class', key: 1 },
    { ...minute, dimension: 'total', key: 0 },
    { ...minute, dimension: 'class', key: 1 },
    { ...minute, dimension: 'protocol', key: 6 },
    { ...minute, dimension: 'port', key: 6 * 65_536 + 23 },
    { ...minute, dimension: 'country', key: 0x4a50 },
    { ...minute, dimension: 'sensor', key: 1 },
  ]);
});

describe('what has no port', () => {
  test.for([
    { name: 'ICMP', flow: { protocol: 1 }, fragment: 0 },
    { name: 'a later fragment', flow: {}, fragment: 2 },
  ])('$name', ({ flow, fragment }) => {
    const batch = flowBatch(4, [flow]);
    batch.fragment[0] = fragment;
    const accumulator = new SeriesAccumulator();
    accumulator.add(batch);
    const dimensions = rowsOf(accumulator.take()).map(({ dimension }) => dimension);
    expect(dimensions).not.toContain('port');
    expect(dimensions).toContain('protocol');
  });

  test('a first fragment has one', () => {
    const batch = flowBatch(4, [{}]);
    batch.fragment[0] = 1;
    const accumulator = new SeriesAccumulator();
    accumulator.add(batch);
    expect(rowsOf(accumulator.take()).some(({ dimension }) => dimension === 'port')).toBe(true);
  });
});

test('flows of one bin add up, over batches; sessions stay apart', () => {
  const rows = accumulate([{ packets: 2 }, { packets: 3, session: 1 }], [{ packets: 5, source: '192.0.2.9' }]);
  const totals = rows.filter(({ dimension, resolution }) => dimension === 'total' && resolution === 1);
  expect(totals).toMatchObject([
    { session: 0, packets: 7, flows: 2, bytes: 420 },
    { session: 1, packets: 3, flows: 1, bytes: 180 },
  ]);
});

test('many sessions and many seconds, each with its own rows', () => {
  const sessions = Array.from({ length: 3_000 }, (_, session) => ({ session }));
  const ofSessions = accumulate(sessions).filter(
    ({ dimension, resolution }) => dimension === 'total' && resolution === 1,
  );
  expect(ofSessions.map(({ session, packets }) => [session, packets])).toEqual(
    sessions.map(({ session }) => [session, 1]),
  );
  const seconds = Array.from({ length: 3_000 }, (_, i) => ({ seconds: NOON_SECONDS + i }));
  const ofSeconds = accumulate(seconds).filter(
    ({ dimension, resolution }) => dimension === 'class' && resolution === 1,
  );
  expect(ofSeconds.map(({ bin, packets }) => [bin, packets])).toEqual(seconds.map((flow) => [flow.seconds, 1]));
});

test('rows are handed out once', () => {
  const accumulator = new SeriesAccumulator();
  accumulator.add(flowBatch(4, [{}]));
  const before = accumulator.take();
  expect(accumulator.take().length).toBe(0);
  accumulator.add(flowBatch(4, [{ packets: 9 }]));
  expect(rowsOf(accumulator.take())[0]!.packets).toBe(9);
  expect(rowsOf(before)[0]!.packets).toBe(1);
});

test('sums of more than 32 bits', () => {
  const rows = accumulate(Array.from({ length: 3 }, () => ({ packets: 0xffff_ffff, wireBytes: 0xffff_ffff })));
  expect(rows[0]).toMatchObject({ packets: 3 * 0xffff_ffff, bytes: 3 * 0xffff_ffff });
});

const flow: fc.Arbitrary<TestFlow> = fc.record({
  seconds: fc.integer({ min: NOON_SECONDS - 100, max: NOON_SECONDS + 100 }),
  packets: fc.integer({ min: 1, max: 0xffff_ffff }),
  wireBytes: fc.integer({ min: 0, max: 0xffff_ffff }),
  targetPort: fc.integer({ min: 0, max: 65_535 }),
  protocol: fc.constantFrom(6, 17),
  session: fc.constantFrom(0, 1),
  country: fc.constantFrom('JP', 'US', 'NO'),
});

test('however flows differ, the sums by every dimension are equal, and each key has one row', () => {
  fc.assert(
    fc.property(fc.array(fc.array(flow, { maxLength: 80 }), { maxLength: 4 }), (batches) => {
      const accumulator = new SeriesAccumulator();
      const flows = batches.flat();
      const packets = flows.reduce((sum, one) => sum + one.packets!, 0);
      const added = batches.reduce((sum, batch) => sum + accumulator.add(flowBatch(4, batch)), 0);
      expect(added).toBe(packets);
      const rows = rowsOf(accumulator.take());
      const keys = new Set(rows.map((row) => [row.resolution, row.dimension, row.session, row.bin, row.key].join(' ')));
      expect(keys.size).toBe(rows.length);
      for (const resolution of [1, 60]) {
        for (const dimension of resolution === 1 ? (['total', 'class'] as const) : dimensionNames) {
          const own = rows.filter((row) => row.resolution === resolution && row.dimension === dimension);
          expect(own.every(({ bin }) => bin % resolution === 0)).toBe(true);
          const sum = (of: 'packets' | 'bytes' | 'flows') => own.reduce((all, row) => all + row[of], 0);
          expect([sum('packets'), sum('bytes'), sum('flows')], dimension).toEqual([
            packets,
            flows.reduce((all, one) => all + one.wireBytes!, 0),
            flows.length,
          ]);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('the table grows and loses nothing', () => {
  const accumulator = new SeriesAccumulator();
  for (let batch = 0; batch < 10; batch++) {
    const flows = Array.from({ length: 4_000 }, (_, i) => ({ targetPort: (batch * 4_000 + i) % 30_000 }));
    accumulator.add(flowBatch(4, flows));
  }
  const ports = rowsOf(accumulator.take()).filter(({ dimension }) => dimension === 'port');
  expect(ports).toHaveLength(30_000);
  expect(new Set(ports.map(({ key }) => key)).size).toBe(30_000);
  expect(ports.every(({ key, packets }) => packets === (key % 65_536 < 10_000 ? 2 : 1))).toBe(true);
});
