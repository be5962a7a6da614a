import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeriesAccumulator } from '../../../server/aggregate/series-accumulator.ts';
import { SKETCH_ERROR } from '../../../server/aggregate/sketch-pool.ts';
import {
  SeriesDimension,
  type SeriesDimensionName,
  type SeriesRows,
  type StoredSketch,
} from '../../../server/store/ingest-commit.ts';
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
  sources: number;
  targets: number;
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
    sources: rows.sources[row]!,
    targets: rows.targets[row]!,
  }));
}

function accumulate(...batches: TestFlow[][]): Row[] {
  const accumulator = new SeriesAccumulator();
  for (const flows of batches) accumulator.add(flowBatch(4, flows));
  return rowsOf(accumulator.take(false));
}

/** The state of the only session, to be restored. */
function saved(accumulator: SeriesAccumulator): StoredSketch {
  return accumulator.save({ has: () => true })[0] as StoredSketch;
}

test('one flow, in every dimension', () => {
  const rows = accumulate([
    { seconds: NOON_SECONDS + 61.5, packets: 3, wireBytes: 180, country: 'JP', session: 7, radiation: 9 },
  ]);
  const sums = { session: 7, packets: 3, bytes: 180, flows: 1 };
  const second = { ...sums, resolution: 1, bin: NOON_SECONDS + 61, sources: 0, targets: 0 };
  const minute = { ...sums, resolution: 60, bin: NOON_SECONDS + 60, sources: 1, targets: 1 };
  expect(rows).toEqual([
    { ...second, dimension: 'total', key: 0 },
    { ...second, dimension: 'class', key: 1 },
    { ...minute, dimension: 'total', key: 0 },
    { ...minute, dimension: 'class', key: 1 },
    { ...minute, dimension: 'radiation', key: 9 },
    { ...minute, dimension: 'protocol', key: 6 },
    { ...minute, dimension: 'port', key: 6 * 65_536 + 23 },
    { ...minute, dimension: 'country', key: 0x4a50 },
    { ...minute, dimension: 'sensor', key: 1 },
    { ...minute, dimension: 'network', key: 0 },
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
  expect(totals.sort((a, b) => a.session - b.session)).toMatchObject([
    { session: 0, packets: 7, flows: 2, bytes: 420 },
    { session: 1, packets: 3, flows: 1, bytes: 180 },
  ]);
});

test('many sessions and many seconds, each with its own rows', () => {
  const totalsOf = (rows: Row[]) =>
    rows
      .filter(({ dimension, resolution }) => dimension === 'total' && resolution === 1)
      .map(({ session, bin, packets }) => [session, bin, packets]);
  const sessions = Array.from({ length: 100 }, (_, session) => ({ session }));
  const ofSessions = totalsOf(accumulate(sessions));
  expect(ofSessions.sort((a, b) => a[0]! - b[0]!)).toEqual(sessions.map(({ session }) => [session, NOON_SECONDS, 1]));
  const seconds = Array.from({ length: 3_000 }, (_, i) => ({ seconds: NOON_SECONDS + i }));
  const ofSeconds = totalsOf(accumulate(seconds));
  expect(ofSeconds.sort((a, b) => a[1]! - b[1]!)).toEqual(seconds.map((flow) => [0, flow.seconds, 1]));
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

const DIMENSIONS = dimensionNames.filter((name) => name !== 'tag');

test('however flows differ, the sums by every dimension are equal, whatever the order of times', () => {
  fc.assert(
    fc.property(fc.array(fc.array(flow, { maxLength: 80 }), { maxLength: 4 }), (batches) => {
      const accumulator = new SeriesAccumulator();
      const flows = batches.flat();
      const packets = flows.reduce((sum, one) => sum + one.packets!, 0);
      const added = batches.reduce((sum, batch) => sum + accumulator.add(flowBatch(4, batch)), 0);
      expect(added).toBe(packets);
      const rows = rowsOf(accumulator.take());
      for (const resolution of [1, 60]) {
        for (const dimension of resolution === 1 ? (['total', 'class'] as const) : DIMENSIONS) {
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
      expect(rows.every((row) => row.resolution <= 60 || row.packets + row.bytes + row.flows === 0)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('a flood of all ports there are leaves half of the list to those that matter, and the sum whole', () => {
  const accumulator = new SeriesAccumulator();
  for (let batch = 0; batch < 10; batch++) {
    const flows = Array.from({ length: 4_000 }, (_, i) => ({ targetPort: (batch * 4_000 + i) % 30_000 }));
    accumulator.add(flowBatch(4, flows));
  }
  const ports = rowsOf(accumulator.take(false)).filter(({ dimension }) => dimension === 'port');
  expect(ports).toHaveLength(129);
  expect(ports.reduce((sum, { packets }) => sum + packets, 0)).toBe(40_000);
  for (let minute = 1; minute <= 4; minute++) {
    accumulator.add(flowBatch(4, [{ seconds: NOON_SECONDS + minute * 60, targetPort: 31_337, packets: 50 }]));
    const named = rowsOf(accumulator.take(false)).some(({ key }) => key === 6 * 65_536 + 31_337);
    expect(named, `minute ${minute}`).toBe(minute === 4);
  }
});

describe('distinct addresses', () => {
  const flowsFrom = (first: number, count: number, seconds: number): TestFlow[] =>
    Array.from({ length: count }, (_, i) => ({
      seconds,
      source: `10.${(first + i) >> 16}.${((first + i) >> 8) & 255}.${(first + i) & 255}`,
    }));
  const sourcesOf = (rows: Row[], resolution: number) =>
    Math.max(
      ...rows.filter((row) => row.dimension === 'total' && row.resolution === resolution).map((row) => row.sources),
    );

  test('of a minute are counted over commits, and of coarser bins over minutes', () => {
    const accumulator = new SeriesAccumulator();
    accumulator.add(flowBatch(4, flowsFrom(0, 10, NOON_SECONDS)));
    accumulator.take();
    accumulator.add(flowBatch(4, flowsFrom(5, 10, NOON_SECONDS)));
    expect(sourcesOf(rowsOf(accumulator.take()), 60)).toBe(15);
    accumulator.add(flowBatch(4, flowsFrom(14, 2, NOON_SECONDS + 60)));
    const rows = rowsOf(accumulator.take());
    expect([60, 300, 3600, 86_400].map((resolution) => sourcesOf(rows, resolution))).toEqual([2, 16, 16, 16]);
  });

  test.for([{ times: 1 }, { times: 3 }])('are not lost with $times commits that fail', ({ times }) => {
    const accumulator = new SeriesAccumulator();
    const flows = flowBatch(4, flowsFrom(0, 40, NOON_SECONDS));
    for (let time = 0; time < times; time++) {
      accumulator.add(flows);
      accumulator.take(time !== 1);
      accumulator.discard();
    }
    accumulator.add(flows);
    const rows = rowsOf(accumulator.take());
    expect([300, 3600, 86_400].map((resolution) => sourcesOf(rows, resolution))).toEqual([40, 40, 40]);
    const totals = rows.filter(({ dimension }) => dimension === 'total');
    expect(totals.map(({ resolution, flows: count }) => [resolution, count]).sort((a, b) => a[0]! - b[0]!)).toEqual([
      [1, 40],
      [60, 40],
      [300, 0],
      [3600, 0],
      [86_400, 0],
    ]);
  });

  test('of bins that closed are not lost with a commit that fails', () => {
    const accumulator = new SeriesAccumulator();
    const batches = [0, 300, 600, 900, 7200].map((at) => flowBatch(4, flowsFrom(at, 12, NOON_SECONDS + at)));
    for (const batch of batches) accumulator.add(batch);
    accumulator.take(false);
    accumulator.discard();
    expect(accumulator.hasChangesAbove).toBe(true);
    for (const batch of batches) accumulator.add(batch);
    const fiveMinutes = rowsOf(accumulator.take()).filter((row) => row.resolution === 300 && row.dimension === 'total');
    const counts = new Map(fiveMinutes.map(({ bin, sources }) => [bin - NOON_SECONDS, sources]));
    expect([0, 300, 600, 900, 7200].map((at) => counts.get(at))).toEqual([12, 12, 12, 12, 12]);
  });

  /** The largest count of a day that was handed out. */
  const dayOf = (rows: Row[], day: number) =>
    Math.max(
      ...rows
        .filter((row) => row.dimension === 'total' && row.resolution === 86_400 && row.bin === day)
        .map((row) => row.sources),
    );
  const MIDNIGHT = NOON_SECONDS - (NOON_SECONDS % 86_400);
  const close = (count: number, to: number) => expect(Math.abs(count - to) / to).toBeLessThan(4 * SKETCH_ERROR);

  test('of an open day are not lost with a late flow', () => {
    const accumulator = new SeriesAccumulator();
    const rows: Row[] = [];
    for (let hour = 0; hour < 24; hour++) {
      accumulator.add(flowBatch(4, flowsFrom(hour * 500, 500, MIDNIGHT + hour * 3600)));
      accumulator.add(flowBatch(4, [{ seconds: MIDNIGHT + hour * 3600 - 2 * 86_400, packets: 3 }]));
      rows.push(...rowsOf(accumulator.take()));
    }
    close(dayOf(rows, MIDNIGHT), 12_000);
    const late = rows.filter((row) => row.resolution === 60 && row.dimension === 'total' && row.bin < MIDNIGHT);
    expect(late.map(({ packets, sources }) => [packets, sources])).toEqual(new Array(24).fill([3, 0]));
  });

  test('of a minute that comes after a newer one has its place count in coarser bins', () => {
    const accumulator = new SeriesAccumulator();
    accumulator.add(flowBatch(4, flowsFrom(0, 8, NOON_SECONDS + 2400)));
    accumulator.add(flowBatch(4, flowsFrom(4, 8, NOON_SECONDS)));
    const rows = rowsOf(accumulator.take());
    expect([3600, 86_400].map((resolution) => sourcesOf(rows, resolution))).toEqual([12, 12]);
  });

  test('a clock that was ahead for a while does not keep others from being counted for good', () => {
    const accumulator = new SeriesAccumulator();
    accumulator.add(flowBatch(4, flowsFrom(0, 10, MIDNIGHT + 20 * 86_400)));
    const rows: Row[] = [];
    for (let minute = 0; minute < 180; minute++) {
      accumulator.add(flowBatch(4, flowsFrom(minute * 10, 10, MIDNIGHT + minute * 60)));
      rows.push(...rowsOf(accumulator.take()));
    }
    close(dayOf(rows, MIDNIGHT), 1_200);
    expect(dayOf(rows, MIDNIGHT + 20 * 86_400)).toBe(10);
    expect(Math.max(...rows.filter((row) => row.resolution === 60 && row.key === 0).map((row) => row.bin))).toBe(
      MIDNIGHT + 20 * 86_400,
    );
  });

  test('hours of flows that are read again after a stop take nothing from the newest bins', () => {
    const before = new SeriesAccumulator();
    before.add(flowBatch(4, flowsFrom(0, 12, NOON_SECONDS)));
    const after = new SeriesAccumulator();
    after.restore(saved(before));
    for (let minute = 0; minute < 150; minute++)
      after.addAgain(flowBatch(4, flowsFrom(0, 1, NOON_SECONDS - 14_400 + minute * 60)));
    after.discard();
    after.add(flowBatch(4, flowsFrom(11, 2, NOON_SECONDS)));
    const rows = rowsOf(after.take()).filter(({ bin }) => bin === NOON_SECONDS);
    expect([60, 300, 3600].map((resolution) => sourcesOf(rows, resolution))).toEqual([13, 13, 13]);
  });

  test('go on after a stop, from what was saved and from flows read again', () => {
    const before = new SeriesAccumulator();
    before.add(flowBatch(4, [...flowsFrom(0, 12, NOON_SECONDS), { targetPort: 4_444, seconds: NOON_SECONDS }]));
    const state = saved(before);
    const lost = flowBatch(4, flowsFrom(10, 6, NOON_SECONDS + 61));
    const after = new SeriesAccumulator();
    expect(after.restore(state)).toBe(true);
    after.add(lost);
    after.take();
    after.add(flowBatch(4, flowsFrom(0, 5_000, NOON_SECONDS + 62)));
    const day = sourcesOf(rowsOf(after.take()), 86_400);
    expect(Math.abs(day - 5_001) / 5_001).toBeLessThan(4 * SKETCH_ERROR);
    after.add(flowBatch(4, [{ targetPort: 4_444, source: '10.9.9.9', seconds: NOON_SECONDS }]));
    const port = rowsOf(after.take()).find((row) => row.key === 6 * 65_536 + 4_444 && row.resolution === 3600);
    expect(port?.sources).toBe(2);
  });

  test.for([new Uint8Array(), new Uint8Array(40).fill(255), new Uint8Array(7)])(
    'bytes that are no state are refused (%#)',
    (state) => {
      expect(new SeriesAccumulator().restore({ session: 0, state })).toBe(false);
    },
  );

  test('a state that breaks off is refused', () => {
    const accumulator = new SeriesAccumulator();
    accumulator.add(flowBatch(4, flowsFrom(0, 100, NOON_SECONDS)));
    const { state } = saved(accumulator);
    expect(new SeriesAccumulator().restore({ session: 0, state: state.subarray(0, state.length - 9) })).toBe(false);
  });

  test('sessions beyond those that can be open lose no packet', () => {
    const accumulator = new SeriesAccumulator();
    for (let round = 0; round < 3; round++)
      for (let session = 0; session < 40; session++) accumulator.add(flowBatch(4, [{ session }]));
    const totals = rowsOf(accumulator.take(false)).filter((row) => row.dimension === 'total' && row.resolution === 60);
    expect(totals.reduce((sum, { packets }) => sum + packets, 0)).toBe(120);
  });
});

test('tags have a row for each bit that is set', () => {
  const batch = flowBatch(4, [{ packets: 3 }]);
  batch.tagsLow[0] = (1 << 3) | (1 << 31);
  batch.tagsHigh[0] = 1;
  const accumulator = new SeriesAccumulator();
  accumulator.add(batch);
  const tags = rowsOf(accumulator.take(false)).filter(({ dimension }) => dimension === 'tag');
  expect(tags.map(({ key, packets }) => [key, packets])).toEqual(
    [
      [3, 3],
      [31, 3],
      [32, 3],
    ].sort((a, b) => tags.findIndex(({ key }) => key === a[0]) - tags.findIndex(({ key }) => key === b[0])),
  );
});
