import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import type { DuckDbStores } from '../../server/store/duckdb/operations.ts';
import { formatAddress } from '../../shared/address.ts';
import { planFlowFilter } from '../../shared/filter/flow-plan.ts';
import { compileFlowFilter } from '../../shared/filter/flow-test.ts';
import { parseFilter } from '../../shared/filter/index.ts';
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { ingestCommit, NOON_SECONDS } from '../support/commits.ts';
import { flowFilters } from '../support/flow-filters.ts';
import { makeFolder } from '../support/folders.ts';
import { ROWS, randomFlows, randomNumbers } from '../support/random-flows.ts';

const ALL = { session: 0, fromSeconds: 0, toSeconds: 4_000_000_000, limit: 10_000 };
const names = { sensor: (name: string) => (name === 'north east' ? 3 : null) };
const planOf = (text: string) => planFlowFilter(parseFilter(text), names);

let stores: DuckDbStores;
let removeFolder: () => Promise<void>;
let batches: FlowBatch[];
beforeAll(async () => {
  const { folder, remove } = await makeFolder();
  removeFolder = remove;
  const random = randomNumbers();
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
