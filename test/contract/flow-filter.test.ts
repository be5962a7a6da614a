import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import type { DuckDbStores } from '../../server/store/duckdb/operations.ts';
import { formatAddress, parseIpv4, parseIpv6 } from '../../shared/address.ts';
import { planFlowFilter } from '../../shared/filter/flow-plan.ts';
import { compileFlowFilter } from '../../shared/filter/flow-test.ts';
import { parseFilter } from '../../shared/filter/index.ts';
import { createFlowBatch, type Family, type FlowBatch } from '../../shared/flow-batch.ts';
import { trafficClass } from '../../shared/protocols.ts';
import { Tag } from '../../shared/tags.ts';
import { ingestCommit, NOON_SECONDS } from '../support/commits.ts';
import { flowFilters, POOL } from '../support/flow-filters.ts';
import { makeFolder } from '../support/folders.ts';

const ROWS = 600;
const ALL = { session: 0, fromSeconds: 0, toSeconds: 4_000_000_000, limit: 10_000 };
const names = { sensor: (name: string) => (name === 'north east' ? 3 : null) };
const planOf = (text: string) => planFlowFilter(parseFilter(text), names);

/** Each row can be told by its number of microseconds. */
function randomFlows(family: Family, random: () => number): FlowBatch {
  const flows = createFlowBatch(family, ROWS + 3);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  for (let row = 0; row < ROWS; row++) {
    for (const column of [flows.source, flows.target]) {
      if (family === 4) column[row] = parseIpv4(pick(POOL.addresses4))!;
      else column.set(parseIpv6(pick(POOL.addresses6))!, row * 4);
    }
    flows.interval[row] = NOON_SECONDS;
    flows.firstMicros[row] = row * 2 + (family === 4 ? 0 : 1);
    flows.lastMicros[row] = flows.firstMicros[row]!;
    flows.sourcePort[row] = pick(POOL.ports);
    flows.targetPort[row] = pick(POOL.ports);
    flows.protocol[row] = pick(POOL.protocols);
    flows.tcpFlags[row] = flows.protocol[row] === 6 ? pick(POOL.flags) : 0;
    flows.ttl[row] = pick(POOL.ttls);
    flows.ipLength[row] = pick(POOL.lengths);
    flows.class[row] = trafficClass(flows.protocol[row]!, flows.tcpFlags[row]!);
    flows.fragment[row] = pick([0, 0, 1, 2]);
    flows.packets[row] = pick([1, 2, 300, 0xffffffff]);
    flows.wireBytes[row] = pick([60, 65_535, 0xffffffff]);
    flows.synWindow[row] = pick([0, 1024, 65_535]);
    flows.vlan[row] = pick([0, 5, 4095]);
    flows.sensor[row] = pick([1, 3]);
    flows.country[row] = pick([0, 0x4a50]);
    flows.asn[row] = pick([0, 15_169, 0xffffffff]);
    flows.tagsLow[row] = pick([0, 1 << Tag.mirai, 1 << Tag.masscanTcp, 0xffffffff]);
    if (pick([true, false])) continue;
    flows.tunnel[row] = pick([1, 7, 255]);
    for (const column of [flows.innerSource, flows.innerTarget])
      column.set(
        parseIpv6(pick([...POOL.addresses4.map((address) => `::ffff:${address}`), ...POOL.addresses6]))!,
        row * 4,
      );
    flows.innerProtocol[row] = pick(POOL.protocols);
    flows.innerSourcePort[row] = pick(POOL.ports);
    flows.innerTargetPort[row] = pick(POOL.ports);
  }
  flows.length = ROWS;
  return flows;
}

let stores: DuckDbStores;
let removeFolder: () => Promise<void>;
let batches: FlowBatch[];
beforeAll(async () => {
  const { folder, remove } = await makeFolder();
  removeFolder = remove;
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) / 0x800000;
  };
  batches = [randomFlows(4, random), randomFlows(6, random)];
  stores = await openDuckDbStoresInThread(folder);
  await stores.flows.commit({ ...ingestCommit({}), flows: batches });
});
afterAll(async () => {
  await stores.close();
  await removeFolder();
});

/** Microseconds of the rows that the test in memory selects, in order. */
function selected(text: string): number[] {
  const matches = compileFlowFilter(planOf(text));
  return batches
    .flatMap((flows) => {
      const mask = new Uint8Array(flows.length).fill(9);
      matches(flows, mask);
      expect(mask.every((bit) => bit <= 1)).toBe(true);
      return Array.from(flows.firstMicros.subarray(0, flows.length)).filter((_, row) => mask[row] === 1);
    })
    .sort((a, b) => a - b);
}

async function stored(text: string): Promise<number[]> {
  const { flows } = await stores.flows.flows({ ...ALL, filter: planOf(text) });
  return flows.map(({ firstSeconds }) => Math.round((firstSeconds - NOON_SECONDS) * 1e6));
}

test('the store selects the rows that the test in memory selects', async () => {
  const parts = { all: 0, none: 0, some: 0 };
  await fc.assert(
    fc.asyncProperty(flowFilters, async (text) => {
      const inMemory = selected(text);
      expect(await stored(text), text).toEqual(inMemory);
      parts[inMemory.length === 0 ? 'none' : inMemory.length === 2 * ROWS ? 'all' : 'some']++;
    }),
    { numRuns: 400, seed: 20_261_124 },
  );
  // Filters that select all or nothing would prove little.
  expect(parts.some).toBeGreaterThan(200);
});

test('what is selected is what the words say', async () => {
  const [ipv4, ipv6] = batches as [FlowBatch, FlowBatch];
  const rowsWhere = (flows: FlowBatch, holds: (row: number) => boolean) =>
    Array.from({ length: flows.length }, (_, row) => row)
      .filter(holds)
      .map((row) => flows.firstMicros[row]!);
  expect(await stored('src host 192.0.2.1')).toEqual(
    rowsWhere(ipv4, (row) => formatAddress(4, ipv4.source, row) === '192.0.2.1'),
  );
  expect(await stored('ip6 and tcp dst port 23')).toEqual(
    rowsWhere(ipv6, (row) => ipv6.protocol[row] === 6 && ipv6.targetPort[row] === 23 && ipv6.fragment[row] !== 2),
  );
  expect(await stored('tcp[tcpflags] & (tcp-syn|tcp-ack) = tcp-syn')).toEqual(
    rowsWhere(ipv4, (row) => ipv4.protocol[row] === 6 && ipv4.fragment[row] !== 2 && (ipv4.tcpFlags[row]! & 18) === 2),
  );
});

test('a long list of ports is answered', async () => {
  const text = Array.from({ length: 500 }, (_, index) => `port ${index}`).join(' or ');
  expect(await stored(text)).toEqual(selected('portrange 0-499'));
});

test('pages of a filtered query give each flow once', async () => {
  const paged: number[] = [];
  let cursor: string | null = null;
  do {
    const filter = planOf('tcp or udp');
    const page = await stores.flows.flows({ ...ALL, limit: 7, filter, ...(cursor === null ? {} : { cursor }) });
    paged.push(...page.flows.map(({ firstSeconds }) => Math.round((firstSeconds - NOON_SECONDS) * 1e6)));
    cursor = page.cursor;
  } while (cursor !== null);
  expect(paged).toEqual(selected('tcp or udp'));
});

test('a cursor of another filter is refused', async () => {
  const { cursor } = await stores.flows.flows({ ...ALL, limit: 7, filter: planOf('tcp') });
  await expect(stores.flows.flows({ ...ALL, limit: 7, cursor: cursor! })).rejects.toThrow('another filter');
});

test('the sources with most packets are those of the flows selected', async () => {
  const top = await stores.flows.topSources({ ...ALL, limit: 100, filter: planOf('ip and udp') });
  const sums = new Map<string, number>();
  const [ipv4] = batches as [FlowBatch, FlowBatch];
  for (let row = 0; row < ipv4.length; row++) {
    if (ipv4.protocol[row] !== 17) continue;
    const source = formatAddress(4, ipv4.source, row);
    sums.set(source, (sums.get(source) ?? 0) + ipv4.packets[row]!);
  }
  expect(new Map(top.map(({ source, packets }) => [source, packets]))).toEqual(sums);
});
