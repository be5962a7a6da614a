import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SeriesAccumulator } from '../../server/aggregate/series-accumulator.ts';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import type { DuckDbStores } from '../../server/store/duckdb/operations.ts';
import { OTHER_KEY, SeriesDimension, type SeriesDimensionName } from '../../server/store/ingest-commit.ts';
import type { FlowSumColumns } from '../../server/store/stores.ts';
import { planFlowFilter } from '../../shared/filter/flow-plan.ts';
import { compileFlowFilter } from '../../shared/filter/flow-test.ts';
import { parseFilter } from '../../shared/filter/index.ts';
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { Fragment } from '../../shared/packet-batch.ts';
import { ingestCommit, NOON_SECONDS } from '../support/commits.ts';
import { makeFolder } from '../support/folders.ts';
import { randomFlows, randomNumbers } from '../support/random-flows.ts';

const ALL = { session: 0, fromSeconds: NOON_SECONDS - 600, toSeconds: NOON_SECONDS + 600 };
const planOf = (text: string) => planFlowFilter(parseFilter(text), { sensor: () => 3 });

let stores: DuckDbStores;
let removeFolder: () => Promise<void>;
let batches: FlowBatch[];
beforeAll(async () => {
  const { folder, remove } = await makeFolder();
  removeFolder = remove;
  const random = randomNumbers();
  batches = [randomFlows(4, random), randomFlows(6, random)];
  // Five seconds, in two minutes.
  for (const { interval, length } of batches)
    for (let row = 0; row < length; row++) interval[row] = NOON_SECONDS + 57 + (row % 5);
  stores = await openDuckDbStoresInThread(folder);
  await stores.flows.commit({ ...ingestCommit({}), flows: batches });
});
afterAll(async () => {
  await stores.close();
  await removeFolder();
});

function rowsOf({ length, binSeconds, key, packets, bytes, flows, distinct }: FlowSumColumns) {
  return Array.from({ length }, (_, row) => ({
    bin: binSeconds[row]! - NOON_SECONDS,
    key: key[row]!,
    packets: packets[row]!,
    bytes: bytes[row]!,
    flows: flows[row]!,
    distinct: distinct[row]!,
  }));
}

const KEYS: Record<SeriesDimensionName, (batch: FlowBatch, row: number) => number[]> = {
  total: () => [0],
  class: (batch, row) => [batch.class[row]!],
  radiation: (batch, row) => [batch.radiation[row]!],
  protocol: (batch, row) => [batch.protocol[row]!],
  port: ({ protocol, fragment, targetPort }, row) =>
    (protocol[row] === 6 || protocol[row] === 17) && fragment[row] !== Fragment.later
      ? [protocol[row]! * 65_536 + targetPort[row]!]
      : [],
  country: (batch, row) => [batch.country[row]!],
  sensor: (batch, row) => [batch.sensor[row]!],
  network: (batch, row) => [batch.asn[row]!],
  tag: ({ tagsLow, tagsHigh }, row) =>
    Array.from({ length: 64 }, (_, bit) => bit).filter(
      (bit) => (((bit < 32 ? tagsLow[row]! : tagsHigh[row]!) >>> (bit % 32)) & 1) === 1,
    ),
};

/** The same by adding up row by row. */
function added(by: SeriesDimensionName, stepSeconds: number, filter: string, keys?: readonly number[]) {
  const sums = new Map<string, { bin: number; key: number; packets: number; bytes: number; flows: number }>();
  const sources = new Map<string, Set<string>>();
  for (const batch of batches) {
    const holds = new Uint8Array(batch.length);
    compileFlowFilter(planOf(filter))(batch, holds);
    for (let row = 0; row < batch.length; row++) {
      if (holds[row] === 0) continue;
      const words = batch.family === 4 ? 1 : 4;
      for (const own of KEYS[by](batch, row)) {
        const key = keys === undefined || keys.includes(own) ? own : OTHER_KEY;
        const bin = Math.floor(batch.interval[row]! / stepSeconds) * stepSeconds - NOON_SECONDS;
        const id = `${bin} ${key}`;
        const sum = sums.get(id) ?? { bin, key, packets: 0, bytes: 0, flows: 0 };
        sum.packets += batch.packets[row]!;
        sum.bytes += batch.wireBytes[row]!;
        sum.flows += 1;
        sums.set(id, sum);
        if (!sources.has(id)) sources.set(id, new Set());
        sources.get(id)!.add(`${batch.family} ${batch.source.slice(row * words, (row + 1) * words)}`);
      }
    }
  }
  return [...sums]
    .map(([id, sum]) => ({ ...sum, distinct: sources.get(id)!.size }))
    .sort((a, b) => a.bin - b.bin || a.key - b.key);
}

const DIMENSIONS = Object.keys(KEYS) as SeriesDimensionName[];
const FILTERS = ['tcp', 'udp or icmp', 'dst port 23', 'ip6 and not tcp', 'country JP', 'tag mirai', 'wirebytes >= 0'];

describe.for(DIMENSIONS)('by %s', (by) => {
  test.for(FILTERS)('sums of "%s" are those of the rows that match', async (filter) => {
    const sums = await stores.flows.sums({ ...ALL, by, stepSeconds: 1, distinct: 'sources', filter: planOf(filter) });
    expect(rowsOf(sums)).toEqual(added(by, 1, filter));
  });

  test('keys that are not named are summed up', async () => {
    const all = added(by, 60, 'wirebytes >= 0');
    const keys = all.slice(0, 2).map(({ key }) => key);
    const sums = await stores.flows.sums({ ...ALL, by, stepSeconds: 60, keys, distinct: 'sources' });
    expect(rowsOf(sums)).toEqual(added(by, 60, 'wirebytes >= 0', keys));
  });

  test('are what the roll-up has, where it has every key', async () => {
    const accumulator = new SeriesAccumulator();
    for (const batch of batches) accumulator.add(batch);
    const rolled = accumulator.take();
    const ofPackets = new Map<string, number>();
    for (let row = 0; row < rolled.length; row++)
      if (rolled.resolution[row] === 60 && rolled.dimension[row] === SeriesDimension[by] && rolled.packets[row]! > 0)
        ofPackets.set(`${rolled.bin[row]! - NOON_SECONDS} ${rolled.key[row]}`, rolled.packets[row]!);
    const sums = rowsOf(await stores.flows.sums({ ...ALL, by, stepSeconds: 60 }));
    expect(new Map(sums.map(({ bin, key, packets }) => [`${bin} ${key}`, packets]))).toEqual(ofPackets);
  });
});

test('flows begin in the span, whose end is not in it', async () => {
  const at = (from: number, to: number) =>
    stores.flows.sums({
      session: 0,
      by: 'total',
      stepSeconds: 1,
      fromSeconds: NOON_SECONDS + from,
      toSeconds: NOON_SECONDS + to,
    });
  expect(rowsOf(await at(58, 60)).map(({ bin, flows }) => [bin, flows])).toEqual([
    [58, 240],
    [59, 240],
  ]);
  expect((await at(0, 57)).length).toBe(0);
  expect((await at(62, 62)).length).toBe(0);
});

test('the whole span may be one bin', async () => {
  const sums = await stores.flows.sums({ ...ALL, by: 'total', stepSeconds: null });
  expect(rowsOf(sums)).toMatchObject([{ flows: 1200 }]);
});

test('they are the same out of files', async () => {
  const query = { ...ALL, by: 'port', stepSeconds: 1, distinct: 'targets', filter: planOf('tcp') } as const;
  const before = await stores.flows.sums(query);
  expect(before.length).toBeGreaterThan(5);
  await stores.seal(true);
  expect(await stores.flows.sums(query)).toEqual(before);
});

test.for([
  [{ stepSeconds: 0 }, 'step'],
  [{ stepSeconds: 1.5 }, 'step'],
  [{ keys: [0.5] }, 'key'],
  [{ keys: ['1) OR (1=1'] as never }, 'key'],
  [{ keys: Array.from({ length: 257 }, (_, key) => key) }, 'number of keys'],
  [{ by: 'constructor' as never }, 'constructor'],
  [{ distinct: 'packets); DROP TABLE meta' as never }, 'not counted'],
  [{ fromSeconds: 5, toSeconds: 4 }, 'span'],
] as const)('%j is refused', async ([wrong, word]) => {
  const query = { ...ALL, by: 'total', stepSeconds: 1, ...wrong } as const;
  await expect(stores.flows.sums(query)).rejects.toThrow(RangeError);
  await expect(stores.flows.sums(query)).rejects.toThrow(word);
});
