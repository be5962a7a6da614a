/** Summaries of sealed files: a stretch says the same with them and without, and what becomes of them changes no answer. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StretchSums } from '../../server/replay/stretch-sums.ts';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import type { DuckDbStores } from '../../server/store/duckdb/operations.ts';
import { planFlowFilter } from '../../shared/filter/flow-plan.ts';
import { parseFilter } from '../../shared/filter/index.ts';
import { createFlowBatch, type Family, type FlowBatch } from '../../shared/flow-batch.ts';
import { flowFieldNames } from '../../shared/flow-fields.ts';
import { ingestCommit, NOON_SECONDS } from '../support/commits.ts';
import { makeFolder, testFolder } from '../support/folders.ts';
import { randomFlows, randomNumbers } from '../support/random-flows.ts';

const SPAN_SECONDS = 540;
const ROWS = { 4: 130_000, 6: 30_000 };
const planOf = (text: string) => planFlowFilter(parseFilter(text), { sensor: () => 3 });

/** Flows of nine minutes; some begin at the border of a second, the last µs before one, or late in a long interval. */
function madeFlows(family: Family): FlowBatch {
  const random = randomNumbers();
  const some = randomFlows(family, random);
  const flows = createFlowBatch(family, ROWS[family]);
  for (const name of flowFieldNames) {
    const words = flows[name].length / flows.capacity;
    for (let row = 0; row < flows.capacity; row++)
      for (let word = 0; word < words; word++)
        flows[name][row * words + word] = some[name][(row % some.length) * words + word]!;
  }
  const words = family === 4 ? 1 : 4;
  for (let row = 0; row < flows.capacity; row++) {
    flows.interval[row] = NOON_SECONDS + Math.floor(random() * (SPAN_SECONDS - 60));
    flows.firstMicros[row] = [0, 999_999, 1_000_000, 59_999_999][row % 9] ?? Math.floor(random() * 60_000_000);
    flows.source[row * words] = Math.imul(row % 90_000, 0x9e3779b1) >>> 0;
    flows.targetPort[row] = random() < 0.5 ? 23 : Math.floor(random() * 65_536);
    flows.country[row] = random() < 0.1 ? 0 : 0x4141 + Math.floor(random() * 26);
  }
  flows.length = flows.capacity;
  return flows;
}

let folder: string;
let removeFolder: () => Promise<void>;
let batches: FlowBatch[];
let stores: DuckDbStores;
/** What was answered while all lay in tables. */
let inTables: string[];

const whole = { session: 0, fromSeconds: NOON_SECONDS, toSeconds: NOON_SECONDS + SPAN_SECONDS };
const spans = {
  'whole minutes': { ...whole, fromSeconds: NOON_SECONDS + 60, toSeconds: NOON_SECONDS + 480 },
  'whole seconds': { ...whole, fromSeconds: NOON_SECONDS + 61, toSeconds: NOON_SECONDS + 484 },
  'parts of seconds': { ...whole, fromSeconds: NOON_SECONDS + 60.25, toSeconds: NOON_SECONDS + 480.5 },
  'more than there is': { ...whole, fromSeconds: NOON_SECONDS - 600, toSeconds: NOON_SECONDS + 6_000 },
};
/** All of an eighth, a part of it, and more than it has; filters that leave less, and one that leaves a family. */
const questions = [
  { filter: '', most: 60_000 },
  { filter: '', most: 20_000 },
  { filter: '', most: 900 },
  { filter: 'tcp', most: 900 },
  { filter: 'ip6', most: 900 },
];
const asked = Object.entries(spans).flatMap(([name, span]) => questions.map((each) => ({ name, span, ...each })));
const stretchOf = (from: DuckDbStores, { span, filter, most }: Omit<(typeof asked)[number], 'name'>) =>
  from.flows.stretch({ ...span, most, ...(filter === '' ? {} : { filter: planOf(filter) }) });

/** All that an answer says, as text; its flows as a digest of their columns. */
async function ask(...question: Parameters<typeof stretchOf>): Promise<string> {
  const { flows, ...said } = await stretchOf(...question);
  const digests = flows.map((batch) => {
    const hash = createHash('sha256');
    for (const column of Object.values(batch))
      if (ArrayBuffer.isView(column)) hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
    return `${batch.family}: ${batch.length} ${hash.digest('hex')}`;
  });
  return JSON.stringify([said, digests], null, 1);
}
const summaries = (of = folder) => join(of, 'summaries');
const names = async (of = folder) =>
  (await readdir(summaries(of), { recursive: true }).catch(() => []))
    .filter((name) => name.endsWith('.parquet'))
    .sort();

beforeAll(async () => {
  ({ folder, remove: removeFolder } = await makeFolder());
  batches = [madeFlows(4), madeFlows(6)];
  stores = await openDuckDbStoresInThread(folder);
  await stores.flows.commit({ ...ingestCommit({}), flows: batches });
  inTables = [];
  for (const question of asked) inTables.push(await ask(stores, question));
  await stores.seal(true);
});
afterAll(async () => {
  await stores.close();
  await removeFolder();
});

test('both files of both families are there, and counted', async () => {
  expect((await names()).map((name) => name.split('/').at(-1))).toEqual([
    'flows4.minutes.parquet',
    'flows4.sample.parquet',
    'flows6.minutes.parquet',
    'flows6.sample.parquet',
  ]);
  const { summaryBytes, fileBytes } = await stores.flows.state();
  expect(summaryBytes).toBeGreaterThan(10_000);
  const [size] = await stores.flows.sizes();
  expect(size!.bytes).toBe(fileBytes + summaryBytes);
});

test.for(asked.map((question, at) => ({ ...question, at })))(
  '$name, "$filter", at most $most: the same as in tables',
  async ({ at, ...question }) => {
    expect(await ask(stores, question)).toEqual(inTables[at]);
  },
);

test.for(asked.filter(({ most }) => most === 900))(
  '$name, "$filter": a brief answer lacks sources and ports alone',
  async (question) => {
    const { figures, ...others } = await stretchOf(stores, question);
    const brief = await stores.flows.stretch({
      ...{ ...question.span, most: question.most, isBrief: true },
      ...(question.filter === '' ? {} : { filter: planOf(question.filter) }),
    });
    expect(brief).toEqual({ ...others, figures: { ...figures, sources: null, topPorts: null } });
  },
);

test('the figures are those of adding up row by row', async () => {
  const { span } = asked[0]!;
  const stretch = await stretchOf(stores, { span, filter: '', most: 900 });
  const sums = new StretchSums(span.fromSeconds, span.toSeconds);
  for (const batch of batches) {
    const picked = createFlowBatch(batch.family, batch.length);
    const words = batch.family === 4 ? 1 : 4;
    for (let row = 0; row < batch.length; row++) {
      const time = batch.interval[row]! + batch.firstMicros[row]! / 1e6;
      if (time < span.fromSeconds || time >= span.toSeconds) continue;
      for (const name of flowFieldNames) {
        const each = ['innerSource', 'innerTarget'].includes(name)
          ? 4
          : ['source', 'target'].includes(name)
            ? words
            : 1;
        for (let word = 0; word < each; word++)
          picked[name][picked.length * each + word] = batch[name][row * each + word]!;
      }
      picked.length += 1;
    }
    sums.add(picked);
  }
  expect(stretch.figures).toEqual(sums.figures());
});

test('of very many flows about an eighth is sent, each with the same chance', async () => {
  const { flows, offered } = await stretchOf(stores, { span: spans['whole minutes'], filter: '', most: 20_000 });
  const sent = flows.reduce((sum, { length }) => sum + length, 0);
  expect(Math.abs(sent - offered / 8)).toBeLessThan(6 * Math.sqrt(offered / 8));
  const share4 = flows[0]!.length / sent;
  expect(Math.abs(share4 - ROWS[4] / (ROWS[4] + ROWS[6]))).toBeLessThan(0.02);
});

describe('what becomes of them', () => {
  // It reads both.
  const question = asked[1]!;
  const one = 'session=0/dt=2023-11-15/hh=12/flows4';
  const paths = async () => ({
    sample: join(summaries(), (await readdir(summaries()))[0]!, `${one}.sample.parquet`),
    minutes: join(summaries(), (await readdir(summaries()))[0]!, `${one}.minutes.parquet`),
  });

  test.for([
    { what: 'deleted', hurt: (path: string) => rm(path) },
    { what: 'cut short', hurt: (path: string) => truncate(path, 500) },
    {
      what: 'damaged inside',
      hurt: async (path: string) => {
        const file = await open(path, 'r+');
        await file.write(Buffer.alloc((await file.stat()).size - 8, 0x5a), 0, undefined, 0);
        await file.close();
      },
    },
  ])('$what while the store is open: the answer is the same, and it is made again', async ({ hurt }) => {
    for (const path of Object.values(await paths())) {
      await hurt(path);
      expect(await ask(stores, question)).toEqual(inTables[1]);
      await stores.seal(true);
      expect(existsSync(path)).toBe(true);
      expect(await ask(stores, question)).toEqual(inTables[1]);
      expect((await stores.flows.state()).problems).toEqual([]);
    }
  });

  test('what nothing is sealed of goes at the next opening; the rest is taken as it is', async () => {
    await stores.close();
    const before = await names();
    const { sample } = await paths();
    await copyFile(sample, sample.replace('flows4', 'flows4-7'));
    await mkdir(join(summaries(), '1-1'), { recursive: true });
    await writeFile(join(summaries(), '1-1', 'flows4.sample.parquet'), 'of another version');
    await writeFile(`${sample}.tmp`, 'half');
    stores = await openDuckDbStoresInThread(folder);
    expect(await names()).toEqual(before);
    expect(existsSync(`${sample}.tmp`)).toBe(false);
    expect((await stores.flows.state()).summaryBytes).toBeGreaterThan(0);
    expect(await ask(stores, question)).toEqual(inTables[1]);
  });

  test('where none can be made, that is said, and replays go on', async () => {
    await stores.close();
    await rm(summaries(), { recursive: true });
    await writeFile(summaries(), 'in the way');
    stores = await openDuckDbStoresInThread(folder);
    await stores.seal(true);
    const { problems, summaryBytes } = await stores.flows.state();
    expect(problems.map(({ code }) => code)).toEqual(['STORE_SUMMARY_FAILED']);
    expect(summaryBytes).toBe(0);
    expect(await ask(stores, question)).toEqual(inTables[1]);
    await rm(summaries());
  });

  test('those of a store without any are made by themselves, beside what it does', async () => {
    await stores.close();
    await rm(summaries(), { recursive: true, force: true });
    stores = await openDuckDbStoresInThread(folder);
    await expect.poll(names, { timeout: 20_000 }).toHaveLength(4);
    expect(await ask(stores, question)).toEqual(inTables[1]);
  });
});

/** A session of a file, with flows. */
async function recording({ catalog, flows: store }: DuckDbStores) {
  const session = await catalog.session({ kind: 'file', name: 'night', sensor: 1, epoch: 5 });
  const flows = madeFlows(6);
  flows.session.fill(session.id);
  await store.commit({ ...ingestCommit({}), flows: [flows] });
  return session;
}

test('they leave with their session', async () => {
  const other = await testFolder();
  const some = await openDuckDbStoresInThread(other);
  const session = await recording(some);
  await some.seal(true);
  expect(await names(other)).toHaveLength(2);
  await some.catalog.deleteSession(session.id);
  expect(await names(other)).toEqual([]);
  await some.close();
});

test('they leave when retention takes their hour out', async () => {
  const other = await testFolder();
  const clock = { now: (NOON_SECONDS + 3_600) * 1000 };
  const some = await openDuckDbStoresInThread(other, {
    retention: { flowDays: 0, flowGigabytes: 0.000_001, sessionDays: 0 },
    clock: () => clock.now,
  });
  await some.flows.commit({ ...ingestCommit({}), flows: [madeFlows(6)] });
  await some.seal(true);
  expect(await names(other)).toHaveLength(2);
  await some.retain();
  expect(await names(other)).toEqual([]);
  expect((await some.flows.state()).summaryBytes).toBe(0);
  await some.close();
});

test('that none can be made of a file is no problem any more when the file is gone', async () => {
  const other = await testFolder();
  const some = await openDuckDbStoresInThread(other);
  const session = await recording(some);
  await writeFile(summaries(other), 'in the way');
  await some.seal(true);
  const codes = async () => (await some.flows.state()).problems.map(({ code }) => code);
  expect(await codes()).toEqual(['STORE_SUMMARY_FAILED']);
  await rm(summaries(other));
  await some.catalog.deleteSession(session.id);
  await expect.poll(codes, { timeout: 20_000 }).toEqual([]);
  await some.close();
});
