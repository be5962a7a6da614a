/** Stretches of a replay: what is counted holds against adding up row by row, and a sample is fair and always the same. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StretchSums } from '../../server/replay/stretch-sums.ts';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import type { DuckDbStores } from '../../server/store/duckdb/operations.ts';
import type { FlowStretch, StretchQuery } from '../../server/store/stores.ts';
import { planFlowFilter } from '../../shared/filter/flow-plan.ts';
import { compileFlowFilter } from '../../shared/filter/flow-test.ts';
import { parseFilter } from '../../shared/filter/index.ts';
import { createFlowBatch, type FlowBatch } from '../../shared/flow-batch.ts';
import { flowFieldNames } from '../../shared/flow-fields.ts';
import { ingestCommit, NOON_SECONDS } from '../support/commits.ts';
import { makeFolder, testFolder } from '../support/folders.ts';
import { randomFlows, randomNumbers } from '../support/random-flows.ts';

const NOON = { session: 0, fromSeconds: NOON_SECONDS, toSeconds: NOON_SECONDS + 20 };
const planOf = (text: string) => planFlowFilter(parseFilter(text), { sensor: () => 3 });

let stores: DuckDbStores;
let removeFolder: () => Promise<void>;
let batches: FlowBatch[];
beforeAll(async () => {
  const { folder, remove } = await makeFolder();
  removeFolder = remove;
  const random = randomNumbers();
  batches = [randomFlows(4, random), randomFlows(6, random)];
  // Twenty seconds, of which a second has flows at its border and in its midst; classes that have a name.
  for (const flows of batches)
    for (let row = 0; row < flows.length; row++) {
      flows.interval[row] = NOON_SECONDS + ((row * 7) % 20);
      flows.firstMicros[row] = row % 3 === 0 ? 0 : row * 1_000;
      // More different sources than a small sketch has places for.
      flows.source[row * (flows.family === 4 ? 1 : 4)] = Math.imul(row + 1, 0x9e3779b1) >>> 0;
    }
  stores = await openDuckDbStoresInThread(folder);
  await stores.flows.commit({ ...ingestCommit({}), flows: batches });
});
afterAll(async () => {
  await stores.close();
  await removeFolder();
});

const timeOf = ({ interval, firstMicros }: FlowBatch, row: number) => interval[row]! + firstMicros[row]! / 1e6;

/** The rows of the span for which the filter holds, as batches. */
function selected({ fromSeconds, toSeconds }: StretchQuery, filter: string): FlowBatch[] {
  return batches.map((batch) => {
    const holds = new Uint8Array(batch.length);
    if (filter === '') holds.fill(1);
    else compileFlowFilter(planOf(filter))(batch, holds);
    const rows = [...holds.keys()].filter((row) => {
      const time = timeOf(batch, row);
      return holds[row] === 1 && time >= fromSeconds && time < toSeconds;
    });
    const picked = createFlowBatch(batch.family, rows.length);
    for (const name of flowFieldNames) {
      const words = batch[name].length / batch.capacity;
      for (const [to, row] of rows.entries())
        for (let word = 0; word < words; word++) picked[name][to * words + word] = batch[name][row * words + word]!;
    }
    picked.length = rows.length;
    return picked;
  });
}

function expected(query: StretchQuery, filter: string) {
  const sums = new StretchSums(query.fromSeconds, query.toSeconds);
  for (const batch of selected(query, filter)) sums.add(batch);
  return sums.figures();
}

/** Rows as text, told apart by family. */
function textsOf(flows: readonly FlowBatch[]): string[] {
  return flows.flatMap((batch) =>
    Array.from({ length: batch.length }, (_, row) => {
      const words = batch.family === 4 ? 1 : 4;
      const addresses = [batch.source, batch.target].map((column) =>
        column.slice(row * words, (row + 1) * words).join('.'),
      );
      const { packets, wireBytes, tagsLow, asn, sourcePort, targetPort, country, sensor, protocol } = batch;
      const { tcpFlags, class: trafficClass, radiation, fragment } = batch;
      const plain = [packets, wireBytes, tagsLow, asn, sourcePort, targetPort, country, sensor, protocol];
      const values = [...plain, tcpFlags, trafficClass, radiation, fragment].map((column) => column[row]);
      return [batch.family, timeOf(batch, row).toFixed(6), ...addresses, ...values].join(' ');
    }),
  );
}

const flowsIn = ({ flows }: FlowStretch) => flows.reduce((sum, { length }) => sum + length, 0);

function ask(most: number, filter = '', span = NOON): Promise<FlowStretch> {
  return stores.flows.stretch({ ...span, most, ...(filter === '' ? {} : { filter: planOf(filter) }) });
}

const spans = [NOON, { ...NOON, fromSeconds: NOON_SECONDS + 2.25, toSeconds: NOON_SECONDS + 9 }];
const filters = ['', 'tcp', 'ip6', 'dst port 53 or udp', 'src host 192.0.2.1', 'tcp and udp', 'sensor nowhere'];

describe.each(spans)('from $fromSeconds to $toSeconds', (span) => {
  test.for(filters)('%s: all flows, and figures as adding up has them', async (filter) => {
    const stretch = await ask(60_000, filter, span);
    expect(stretch.offered).toBe(selected({ ...span, most: 1 }, '').reduce((sum, { length }) => sum + length, 0));
    expect(stretch.figures).toEqual(expected({ ...span, most: 1 }, filter));
    expect(textsOf(stretch.flows).sort()).toEqual(textsOf(selected({ ...span, most: 1 }, filter)).sort());
  });

  test.for(filters)('%s: a sample has the figures of all, and as many as were asked for', async (filter) => {
    const whole = await ask(60_000, filter, span);
    const stretch = await ask(50, filter, span);
    expect(stretch).toMatchObject({ offered: whole.offered, figures: whole.figures });
    expect(flowsIn(stretch)).toBe(Math.min(50, whole.figures.flows));
    const all = new Set(textsOf(whole.flows));
    for (const text of textsOf(stretch.flows)) expect(all).toContain(text);
  });
});

test('flows are in order of time, and a smaller sample is part of a larger one', async () => {
  const [small, large, all] = [await ask(40), await ask(300), await ask(60_000)];
  for (const { flows } of [small, large, all])
    for (const batch of flows)
      for (let row = 1; row < batch.length; row++)
        expect(timeOf(batch, row)).toBeGreaterThanOrEqual(timeOf(batch, row - 1));
  const texts = textsOf(large.flows);
  for (const text of textsOf(small.flows)) expect(texts).toContain(text);
  // Both families, by their share.
  expect(large.flows.map(({ length }) => length).every((length) => length > 110)).toBe(true);
});

test('the answer is the same each time, whatever order flows came in, and whether they lie in tables or files', async () => {
  const folder = await testFolder();
  const other = await openDuckDbStoresInThread(folder);
  // The other way round, in pieces.
  const reversed = batches.map((batch) => {
    const turned = createFlowBatch(batch.family, batch.length);
    for (const name of flowFieldNames) {
      const words = batch[name].length / batch.capacity;
      for (let row = 0; row < batch.length; row++)
        for (let word = 0; word < words; word++)
          turned[name][row * words + word] = batch[name][(batch.length - 1 - row) * words + word]!;
    }
    turned.length = batch.length;
    return turned;
  });
  for (const batch of reversed) await other.flows.commit({ ...ingestCommit({}), flows: [batch] });
  for (const most of [7, 333, 60_000]) {
    const first = await ask(most);
    expect(await other.flows.stretch({ ...NOON, most })).toEqual(first);
  }
  await other.seal(true);
  const sealed = await other.flows.stretch({ ...NOON, most: 333 });
  expect(sealed).toEqual(await ask(333));
  await other.close();
});

test('every flow has the same chance', async () => {
  // A hundred stretches, each of another second with 200 flows: how often the first half of each is drawn.
  const folder = await testFolder();
  const many = await openDuckDbStoresInThread(folder);
  const random = randomNumbers();
  const flows = createFlowBatch(4, 20_000);
  for (let row = 0; row < 20_000; row++) {
    flows.interval[row] = NOON_SECONDS + Math.floor(row / 200);
    flows.firstMicros[row] = (row % 200) * 5_000;
    flows.source[row] = 0xc0000201;
    flows.target[row] = 0xc6336400 + Math.floor(random() * 256);
    flows.packets[row] = 1;
  }
  flows.length = 20_000;
  await many.flows.commit({ ...ingestCommit({}), flows: [flows] });
  let early = 0;
  for (let second = 0; second < 100; second++) {
    const from = NOON_SECONDS + second;
    const stretch = await many.flows.stretch({ session: 0, fromSeconds: from, toSeconds: from + 1, most: 20 });
    const [batch] = stretch.flows.filter(({ length }) => length > 0);
    expect(batch!.length).toBe(20);
    for (let row = 0; row < 20; row++) if (batch!.firstMicros[row]! < 500_000) early += 1;
  }
  // 2,000 draws of a half: 1,000, and six standard deviations are 134.
  expect(Math.abs(early - 1_000)).toBeLessThan(134);
  await many.close();
});

test('equal flows are drawn as often as there is room for', async () => {
  const folder = await testFolder();
  const equal = await openDuckDbStoresInThread(folder);
  await equal.flows.commit(ingestCommit({ flows4: Array.from({ length: 500 }, () => ({})) }));
  const stretch = await equal.flows.stretch({ ...NOON, most: 100 });
  expect([stretch.offered, stretch.figures.flows, flowsIn(stretch)]).toEqual([500, 500, 100]);
  await equal.close();
});

describe('what follows, and what is kept', () => {
  test('the next flow of the session, whatever the filter, in the same table, in another, in a file', async () => {
    const folder = await testFolder();
    const some = await openDuckDbStoresInThread(folder);
    const at = [0, 5.25, 4_000, 9_000.5].map((seconds) => NOON_SECONDS + seconds);
    await some.flows.commit(ingestCommit({ flows4: [{ seconds: at[0]! }, { seconds: at[1]! }] }));
    await some.flows.commit(ingestCommit({ flows6: [{ seconds: at[2]! }], flows4: [{ seconds: at[3]!, session: 0 }] }));
    await some.flows.commit(ingestCommit({ flows4: [{ seconds: NOON_SECONDS + 1, session: 7 }] }));
    const next = async (to: number) =>
      (await some.flows.stretch({ session: 0, fromSeconds: NOON_SECONDS, toSeconds: to, most: 10 })).nextSeconds;
    for (const state of ['tables', 'files']) {
      if (state === 'files') await some.seal(true);
      expect(await next(NOON_SECONDS)).toBe(at[0]);
      expect(await next(NOON_SECONDS + 0.000001)).toBe(at[1]);
      expect(await next(at[1]!)).toBe(at[1]);
      expect(await next(NOON_SECONDS + 6)).toBe(at[2]);
      expect(await next(NOON_SECONDS + 4_001)).toBe(at[3]);
      expect(await next(NOON_SECONDS + 9_001)).toBeNull();
    }
    const nothing = await some.flows.stretch({ session: 3, fromSeconds: 0, toSeconds: 9, most: 10 });
    expect(nothing).toMatchObject({ offered: 0, flows: [], nextSeconds: null, keptFromSeconds: null });
    const before = await some.flows.stretch({ session: 0, fromSeconds: 0, toSeconds: 9, most: 10 });
    expect(before).toMatchObject({ offered: 0, nextSeconds: at[0], keptFromSeconds: at[0] });
    await some.close();
  });

  test('packets of a file that is gone are said to be missing', async () => {
    const folder = await testFolder();
    const some = await openDuckDbStoresInThread(folder);
    await some.flows.commit(ingestCommit({ flows4: [{ packets: 3 }, { packets: 4, seconds: NOON_SECONDS + 3_600 }] }));
    await some.seal(true);
    await rm(join(folder, 'flows/session=0/dt=2023-11-15/hh=12/flows4.parquet'));
    const stretch = await some.flows.stretch({ ...NOON, toSeconds: NOON_SECONDS + 7_200, most: 10 });
    expect(stretch).toMatchObject({ offered: 1, missingPackets: 3, figures: { packets: 4 } });
    await some.close();
  });
});

test('nothing of what is committed meanwhile is seen by half', async () => {
  const folder = await testFolder();
  const busy = await openDuckDbStoresInThread(folder);
  let isDone = false;
  const writing = (async () => {
    for (let round = 0; round < 30; round++)
      await busy.flows.commit(
        ingestCommit({ flows4: Array.from({ length: 60 }, (_, row) => ({ seconds: NOON_SECONDS + row / 60 })) }),
      );
    isDone = true;
  })();
  while (!isDone) {
    const stretch = await busy.flows.stretch({ ...NOON, most: 50 });
    expect(stretch.figures.flows).toBe(stretch.offered);
    expect(stretch.offered % 60).toBe(0);
    expect(flowsIn(stretch)).toBe(Math.min(50, stretch.offered));
    expect(stretch.figures.flowsByBin.reduce((sum, flows) => sum + flows, 0)).toBe(stretch.offered);
  }
  await writing;
  await busy.close();
});

test.for<{ name: string; wrong: Partial<StretchQuery> }>([
  { name: 'no flow', wrong: { most: 0 } },
  { name: 'half a flow', wrong: { most: 1.5 } },
  { name: 'too many flows', wrong: { most: 60_001 } },
  { name: 'no session', wrong: { session: -1 } },
  { name: 'a span that ends before it begins', wrong: { toSeconds: NOON_SECONDS - 1 } },
  { name: 'a span that is too long', wrong: { toSeconds: NOON_SECONDS + 86_401 } },
  { name: 'no number', wrong: { fromSeconds: Number.NaN } },
])('$name is refused', async ({ wrong }) => {
  await expect(stores.flows.stretch({ ...NOON, most: 10, ...wrong })).rejects.toThrow(RangeError);
});
