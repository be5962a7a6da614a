/** What a breakdown tells, against adding up row by row. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import type { DuckDbStores } from '../../server/store/duckdb/operations.ts';
import type { BreakdownGroup, BreakdownRow, BreakdownSums } from '../../server/store/stores.ts';
import { formatAddress } from '../../shared/address.ts';
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
  for (const { interval, length } of batches)
    for (let row = 0; row < length; row++) interval[row] = NOON_SECONDS + (row % 5);
  stores = await openDuckDbStoresInThread(folder);
  await stores.flows.commit({ ...ingestCommit({}), flows: batches });
});
afterAll(async () => {
  await stores.close();
  await removeFolder();
});

type Key = string | number | null;
const hasPorts = ({ protocol, fragment }: FlowBatch, row: number) =>
  (protocol[row] === 6 || protocol[row] === 17) && fragment[row] !== Fragment.later;
const isSyn = ({ tcpFlags }: FlowBatch, row: number) => (tcpFlags[row]! & 2) === 2;
const KEYS: Record<BreakdownGroup, (batch: FlowBatch, row: number) => Key | Key[]> = {
  source: (batch, row) => formatAddress(batch.family, batch.source, row),
  target: (batch, row) => formatAddress(batch.family, batch.target, row),
  port: (batch, row) => (hasPorts(batch, row) ? batch.protocol[row]! * 65_536 + batch.targetPort[row]! : null),
  sourcePort: (batch, row) => (hasPorts(batch, row) ? batch.sourcePort[row]! : null),
  class: (batch, row) => batch.class[row]!,
  radiation: (batch, row) => batch.radiation[row]!,
  protocol: (batch, row) => batch.protocol[row]!,
  country: (batch, row) => batch.country[row]!,
  network: (batch, row) => batch.asn[row]!,
  sensor: (batch, row) => batch.sensor[row]!,
  tag: ({ tagsLow, tagsHigh }, row) =>
    Array.from({ length: 64 }, (_, bit) => bit).filter(
      (bit) => (((bit < 32 ? tagsLow[row]! : tagsHigh[row]!) >>> (bit % 32)) & 1) === 1,
    ),
  tcpFlags: ({ protocol, tcpFlags }, row) => (protocol[row] === 6 ? tcpFlags[row]! : null),
  ttl: (batch, row) => batch.ttl[row]!,
  ipLength: (batch, row) => batch.ipLength[row]!,
  synWindow: (batch, row) => (isSyn(batch, row) ? batch.synWindow[row]! : null),
  synOptions: (batch, row) => (isSyn(batch, row) ? batch.synOptions[row]! : null),
};
const groups = Object.keys(KEYS) as BreakdownGroup[];
const distinct = ['sources', 'targets'] as const;

interface Adding {
  packets: number;
  bytes: number;
  flows: number;
  sources: Set<string>;
  targets: Set<string>;
  first: number;
  last: number;
}

/** Sums by key; null for all flows. */
function added(
  filter: string,
  span: { fromSeconds: number; toSeconds: number },
  keysOf: (batch: FlowBatch, row: number) => Key[],
) {
  const sums = new Map<Key, Adding>();
  for (const batch of batches) {
    const holds = new Uint8Array(batch.length);
    compileFlowFilter(planOf(filter))(batch, holds);
    for (let row = 0; row < batch.length; row++) {
      const interval = batch.interval[row]!;
      if (holds[row] === 0 || interval < span.fromSeconds || interval >= span.toSeconds) continue;
      for (const key of keysOf(batch, row)) {
        const sum: Adding = sums.get(key) ?? {
          packets: 0,
          bytes: 0,
          flows: 0,
          sources: new Set(),
          targets: new Set(),
          first: Number.POSITIVE_INFINITY,
          last: 0,
        };
        sum.packets += batch.packets[row]!;
        sum.bytes += batch.wireBytes[row]!;
        sum.flows++;
        sum.sources.add(formatAddress(batch.family, batch.source, row));
        sum.targets.add(formatAddress(batch.family, batch.target, row));
        sum.first = Math.min(sum.first, interval + batch.firstMicros[row]! / 1e6);
        sum.last = Math.max(sum.last, interval + batch.lastMicros[row]! / 1e6);
        sums.set(key, sum);
      }
    }
  }
  return sums;
}

function plain({ sources: _, targets: __, first, last, ...sums }: Adding): BreakdownSums {
  return { ...sums, firstSeconds: first, lastSeconds: last };
}

const byKey = (rows: readonly BreakdownRow[]) =>
  [...rows].sort((a, b) => (String(a.key) < String(b.key) ? -1 : 1)).map(roundTimes);
function roundTimes<T extends BreakdownSums>(row: T): T {
  const round = (seconds: number) => Math.round((seconds - NOON_SECONDS) * 1e6);
  return { ...row, firstSeconds: round(row.firstSeconds), lastSeconds: round(row.lastSeconds) };
}

test.for([
  { filter: 'ip or ip6', span: ALL },
  { filter: 'src host 192.0.2.1', span: ALL },
  { filter: 'tcp and not tag mirai', span: ALL },
  { filter: 'ip6', span: { fromSeconds: NOON_SECONDS + 1, toSeconds: NOON_SECONDS + 3 } },
])('$filter, told apart in every way', async ({ filter, span }) => {
  const breakdown = await stores.flows.breakdown({
    ...ALL,
    ...span,
    filter: planOf(filter),
    groups,
    limit: 1_000,
    distinct,
  });
  const all = added(filter, span, () => [null]).get(null)!;
  expect(all.flows).toBeGreaterThan(20);
  expect(roundTimes(breakdown.all!)).toEqual(roundTimes(plain(all)));
  expect(breakdown.distinct).toEqual({ sources: all.sources.size, targets: all.targets.size });
  for (const group of groups) {
    const expected = added(filter, span, (batch, row) =>
      [KEYS[group](batch, row)].flat().filter((key) => key !== null),
    );
    const rows = [...expected].map(([key, sum]) => ({ key: key!, ...plain(sum) }));
    expect(byKey(breakdown.groups[group]!), group).toEqual(byKey(rows));
  }
});

test('the keys with most packets, most first', async () => {
  const asked = { ...ALL, groups: ['ttl', 'tag'] as const, distinct: [] };
  const whole = await stores.flows.breakdown({ ...asked, limit: 1_000 });
  const some = await stores.flows.breakdown({ ...asked, limit: 2 });
  expect(some.groups.ttl).toEqual(whole.groups.ttl!.slice(0, 2));
  expect(some.groups.tag).toEqual(whole.groups.tag!.slice(0, 2));
  expect(whole.groups.ttl!.map(({ packets }) => packets)).toEqual(
    whole.groups.ttl!.map(({ packets }) => packets).toSorted((a, b) => b - a),
  );
});

test.for([3, 1_500])('one family’s last may be first in both together, when the other has %d keys', async (keys) => {
  const { folder, remove } = await makeFolder();
  const own = await openDuckDbStoresInThread(folder);
  const flow = (targetPort: number, packets: number) => ({ targetPort, packets, seconds: NOON_SECONDS });
  const common = Array.from({ length: 60 }, (_, at) => flow(1_000 + at, 10));
  const others = Array.from({ length: keys }, (_, at) => flow(20_000 + at, 1));
  await own.flows.commit(
    ingestCommit({ flows4: [...common, flow(7, 1)], flows6: [flow(7, 12), flow(1_005, 1), ...others] }),
  );
  const { groups } = await own.flows.breakdown({ ...ALL, groups: ['port'], distinct: [], limit: 3 });
  const port = (number: number) => 6 * 65_536 + number;
  expect(groups.port!.slice(0, 2).map(({ key, packets }) => [key, packets])).toEqual([
    [port(7), 13],
    [port(1_005), 11],
  ]);
  expect(groups.port![2]!.packets).toBe(10);
  await own.close();
  await remove();
});

test('nothing is told of nothing, and nonsense is refused', async () => {
  const nothing = { all: null, distinct: { targets: 0 }, groups: { port: [] } };
  const asked = { ...ALL, groups: ['port'] as const, limit: 5, distinct: ['targets'] as const };
  expect(await stores.flows.breakdown({ ...asked, filter: planOf('src host 203.0.113.77') })).toEqual(nothing);
  expect(await stores.flows.breakdown({ ...asked, session: 7 })).toEqual(nothing);
  expect((await stores.flows.breakdown({ ...asked, groups: [] })).all!.flows).toBe(1_200);
  for (const wrong of [
    { limit: 0 },
    { limit: 1_001 },
    { groups: ['nonsense'] as never },
    { distinct: ['ttl'] as never },
    { fromSeconds: Number.NaN },
  ])
    await expect(stores.flows.breakdown({ ...asked, ...wrong })).rejects.toThrow(RangeError);
});
