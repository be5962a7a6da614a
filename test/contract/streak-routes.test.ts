/** Stretches of a replay as the API answers them, over a real store: what is counted, who sees what, and what is refused. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { ApiParts } from '../../server/api/parts.ts';
import { Stretches } from '../../server/api/stretches.ts';
import { buildApp } from '../../server/app.ts';
import { loadCountryPlaces } from '../../server/enrich/country-places.ts';
import { SourcePlaces } from '../../server/enrich/source-places.ts';
import { TargetSlots } from '../../server/enrich/target-slots.ts';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import type { DuckDbStores } from '../../server/store/duckdb/operations.ts';
import { StoreError } from '../../server/store/stores.ts';
import { decodeFrame, FrameKind } from '../../shared/wire/frame.ts';
import { decodeJsonFrame } from '../../shared/wire/json-frame.ts';
import { frameToStreaks } from '../../shared/wire/streaks.ts';
import { type StretchHead, splitFrames } from '../../shared/wire/stretch.ts';
import { flowBatch, ingestCommit, NOON_SECONDS, type TestFlow } from '../support/commits.ts';
import { makeFolder, testFolder } from '../support/folders.ts';
import { projectFolder } from '../support/program.ts';

const places = new SourcePlaces(loadCountryPlaces());
const key = new Uint8Array(32).fill(7);
const slotsOf = [['198.51.100.0/24'], ['198.51.100.0/24', '203.0.113.0/24'], ['2001:db8:ffff::/48']].map(
  (prefixes) => new TargetSlots(key, prefixes),
);
const timeText = (seconds: number) => new Date(seconds * 1000).toISOString();

let stores: DuckDbStores;
let removeFolder: () => Promise<void>;
beforeAll(async () => {
  const { folder, remove } = await makeFolder();
  removeFolder = remove;
  stores = await openDuckDbStoresInThread(folder);
  await stores.catalog.sensor('roof', null);
  await stores.catalog.session({ kind: 'live', name: 'live', sensor: 1, epoch: 1 });
  const flows4: TestFlow[] = Array.from({ length: 90 }, (_, row) => ({
    seconds: NOON_SECONDS + row / 10 + 0.000123,
    source: `192.0.2.${row}`,
    target: `198.51.100.${row}`,
    targetPort: row % 2 === 0 ? 23 : 80,
    packets: 1 + (row % 3),
    country: 'JP',
  }));
  const batch = flowBatch(4, flows4);
  // Two sensors, whose masks are not the same.
  for (let row = 0; row < batch.length; row++) batch.sensor[row] = row % 5 === 0 ? 2 : 1;
  const other = flowBatch(6, [{ seconds: NOON_SECONDS + 3.5 }]);
  other.sensor[0] = 3;
  await stores.flows.commit({ ...ingestCommit({}), flows: [batch, other] });
});
afterAll(async () => {
  await stores.close();
  await removeFolder();
});

async function openApp(flows: Pick<DuckDbStores['flows'], 'stretch'> = stores.flows, catalog = stores.catalog) {
  const parts = {
    flows,
    catalog,
    stretches: new Stretches({ flows, places, slots: () => (sensor) => slotsOf[sensor - 1]! }),
    live: { current: () => ({ record: { id: 0 } }) },
    tokens: { find: (token: string) => (token === '' ? null : { role: token, name: token, id: 1 }) },
    signIns: { find: () => null },
    software: 'kurayami 0',
    pageFolder: projectFolder,
  } as unknown as ApiParts;
  const app = await buildApp(parts);
  onTestFinished(() => app.close());
  return app;
}

type Query = Record<string, string | number | undefined>;
const NOON: Query = { session: 0, from: timeText(NOON_SECONDS), to: timeText(NOON_SECONDS + 10) };

async function ask(
  query: Query,
  { role = '', app }: { role?: string; app?: Awaited<ReturnType<typeof openApp>> } = {},
) {
  const asked = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  const answer = await (app ?? (await openApp())).inject({
    url: `/api/v1/streaks?${new URLSearchParams(asked as [string, string][])}`,
    headers: { host: 'localhost', ...(role === '' ? {} : { authorization: `Bearer ${role}` }) },
  });
  return { status: answer.statusCode, headers: answer.headers, bytes: new Uint8Array(answer.rawPayload) };
}

function read(bytes: Uint8Array) {
  const [first, ...others] = splitFrames(bytes).map((frame) => decodeFrame(frame));
  expect(first!.kind).toBe(FrameKind.stretch);
  return { head: decodeJsonFrame(first!) as StretchHead, streaks: others.map(frameToStreaks) };
}

const problemOf = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;

describe('what is answered', () => {
  test('all flows of a stretch, in order, and what was counted', async () => {
    const { status, headers, bytes } = await ask(NOON);
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'application/octet-stream',
      'no-store',
    ]);
    const { head, streaks } = read(bytes);
    expect(head).toMatchObject({
      session: 0,
      fromSeconds: NOON_SECONDS,
      toSeconds: NOON_SECONDS + 10,
      offered: 91,
      sent: 91,
      sampledOut: 0,
      filteredOut: 0,
      missingPackets: 0,
      nextSeconds: null,
      figures: { flows: 91, packets: 181, unknownPlacePackets: 1 },
    });
    expect(streaks.map(({ family, length, target }) => [family, length, target])).toEqual([
      [4, 90, null],
      [6, 1, null],
    ]);
    expect(streaks[0]!.time[1]).toBeCloseTo(NOON_SECONDS + 0.100123, 6);
    expect(streaks[0]!.time).toEqual(streaks[0]!.time.slice().sort());
  });

  test('slots are those of the sensor of each row', async () => {
    const { streaks } = read((await ask(NOON)).bytes);
    const targets = flowBatch(
      4,
      Array.from({ length: 90 }, (_, row) => ({ target: `198.51.100.${row}` })),
    );
    for (let row = 0; row < 90; row++)
      expect(streaks[0]!.targetSlot[row]).toBe(slotsOf[streaks[0]!.sensor[row]! - 1]!.of(targets, row));
    expect(streaks[1]!.targetSlot[0]).toBe(slotsOf[2]!.of(flowBatch(6, [{}]), 0));
  });

  test('a sample and a filter: offered = sent + sampled out + filtered out', async () => {
    const { head, streaks } = read((await ask({ ...NOON, filter: 'dst port 23', most: 20 })).bytes);
    expect(head).toMatchObject({ offered: 91, sent: 20, sampledOut: 26, filteredOut: 45 });
    expect(streaks.reduce((sum, { length }) => sum + length, 0)).toBe(20);
    const again = read((await ask({ ...NOON, filter: 'dst port 23', most: 20 })).bytes);
    expect(again).toEqual({ head, streaks });
  });

  test('times with microseconds', async () => {
    const from = `${timeText(NOON_SECONDS).slice(0, 19)}.100123Z`;
    const { head } = read((await ask({ ...NOON, from, to: `${from.slice(0, 25)}4Z` })).bytes);
    expect(head).toMatchObject({ offered: 1, nextSeconds: NOON_SECONDS + 0.200123 });
    expect(head.fromSeconds).toBeCloseTo(NOON_SECONDS + 0.100123, 6);
  });

  test('silence is an empty answer, and says when it ends', async () => {
    const before = { ...NOON, from: timeText(NOON_SECONDS - 100), to: timeText(NOON_SECONDS - 90) };
    const { head, streaks } = read((await ask(before)).bytes);
    expect(head).toMatchObject({ offered: 0, sent: 0, nextSeconds: NOON_SECONDS + 0.000123 });
    expect(streaks).toEqual([]);
    expect(read((await ask({ ...NOON, to: NOON.from })).bytes).head.offered).toBe(0);
  });
});

test('brief figures lack ports and sources, and are never handed to one who wants all', async () => {
  const many = await openDuckDbStoresInThread(await testFolder());
  onTestFinished(() => many.close());
  await many.catalog.session({ kind: 'live', name: 'live', sensor: 1, epoch: 1 });
  const flows = flowBatch(
    4,
    Array.from({ length: 110_000 }, (_, row) => ({ seconds: NOON_SECONDS + (row % 10), targetPort: row & 0xff })),
  );
  flows.sensor.fill(1);
  await many.flows.commit({ ...ingestCommit({}), flows: [flows] });
  const app = await openApp(many.flows, many.catalog);
  const asked = { ...NOON, most: 50 };
  const answerOf = async (figures: string) => read((await ask({ ...asked, figures }, { app })).bytes);
  const [brief, all, again] = [await answerOf('brief'), await answerOf('all'), await answerOf('brief')];
  expect(all.head.figures).toMatchObject({ flows: 110_000, sources: 1 });
  expect(all.head.figures.topPorts).toHaveLength(200);
  const lacking = { ...all.head, figures: { ...all.head.figures, sources: null, topPorts: null } };
  expect([brief, again]).toEqual([
    { head: lacking, streaks: all.streaks },
    { head: lacking, streaks: all.streaks },
  ]);
  expect(read((await ask(asked, { app })).bytes)).toEqual(all);
});

describe('who sees what', () => {
  test.for(['analyst', 'administrator'])('%s: targets', async (role) => {
    const { streaks } = read((await ask(NOON, { role })).bytes);
    expect(streaks[0]!.target!.slice(0, 2)).toEqual(Uint32Array.of(0xc6336400, 0xc6336401));
    expect(streaks[1]!.target!.length).toBe(4);
    expect((await ask({ ...NOON, filter: 'dst host 198.51.100.7' }, { role })).status).toBe(200);
  });

  test.for(['', 'viewer'])('"%s": none, in no byte, and no filter on them', async (role) => {
    const { bytes } = await ask(NOON, { role });
    const words = new DataView(bytes.buffer, bytes.byteOffset);
    const all = Array.from({ length: bytes.length - 3 }, (_, at) => words.getUint32(at, true) >>> 8);
    expect(all).not.toContain(0xc63364);
    const refused = await ask({ ...NOON, filter: 'dst host 198.51.100.7' }, { role });
    expect([refused.status, problemOf(refused.bytes).code]).toEqual([403, 'FILTER_SECRET']);
  });

  test('an answer with targets is never handed to a viewer who asks the same', async () => {
    const app = await openApp();
    const open = read((await ask(NOON, { app, role: 'analyst' })).bytes);
    const masked = read((await ask(NOON, { app })).bytes);
    expect([open.streaks[0]!.target === null, masked.streaks[0]!.target === null]).toEqual([false, true]);
  });

  test('sensors ask nothing', async () => {
    expect((await ask(NOON, { role: 'sensor' })).status).toBe(403);
  });
});

test.for<{ name: string; query: Query; status?: number; code: string }>([
  { name: 'no session', query: { session: undefined }, code: 'API_BAD_REQUEST' },
  { name: 'a session that is not there', query: { session: 77 }, status: 404, code: 'API_NO_SESSION' },
  { name: 'a session that is no number', query: { session: 'live' }, code: 'API_BAD_REQUEST' },
  { name: 'no begin', query: { from: undefined }, code: 'API_BAD_REQUEST' },
  { name: 'no end', query: { to: undefined }, code: 'API_BAD_REQUEST' },
  { name: 'a begin that is no time', query: { from: 'noon' }, code: 'API_BAD_TIME' },
  { name: 'a fraction without seconds', query: { from: '2023-11-15T12:00.5Z' }, code: 'API_BAD_TIME' },
  { name: 'an end before the begin', query: { to: timeText(NOON_SECONDS - 1) }, code: 'API_BAD_SPAN' },
  { name: 'more than a day', query: { to: timeText(NOON_SECONDS + 86_401) }, code: 'API_BAD_SPAN' },
  { name: 'no flows', query: { most: 0 }, code: 'API_BAD_REQUEST' },
  { name: 'too many flows', query: { most: 60_001 }, code: 'API_BAD_REQUEST' },
  { name: 'half a flow', query: { most: 0.5 }, code: 'API_BAD_REQUEST' },
  { name: 'figures of another kind', query: { figures: 'some' }, code: 'API_BAD_REQUEST' },
  { name: 'a filter that is none', query: { filter: 'tcp and' }, code: 'FILTER_SYNTAX' },
  { name: 'a filter that is too long', query: { filter: 'a'.repeat(8_193) }, code: 'API_BAD_REQUEST' },
])('$name is refused', async ({ query, status = 400, code }) => {
  const { bytes, ...answer } = await ask({ ...NOON, ...query });
  expect([answer.status, problemOf(bytes).code]).toEqual([status, code]);
});

test('what is not kept any more is said, and is not silence', async () => {
  const folder = await testFolder();
  const now = Math.floor(Date.now() / 1000);
  const few = await openDuckDbStoresInThread(folder, { retention: { flowDays: 1, flowGigabytes: 0, sessionDays: 0 } });
  onTestFinished(() => few.close());
  await few.catalog.session({ kind: 'live', name: 'live', sensor: 1, epoch: 1 });
  const app = await openApp(few.flows, few.catalog);
  const spanAt = (seconds: number) => ({ session: 0, from: timeText(seconds), to: timeText(seconds + 10) });
  await few.flows.commit(ingestCommit({ flows4: [{ seconds: now - 5 * 86_400 }, { seconds: now - 3_600 }] }));
  await few.seal(true);
  expect(read((await ask(spanAt(now - 5 * 86_400), { app })).bytes).head.offered).toBe(1);
  await few.retain();
  const expired = await ask(spanAt(now - 4 * 86_400), { app });
  expect([expired.status, problemOf(expired.bytes)]).toMatchObject([
    410,
    { code: 'API_SPAN_EXPIRED', detail: expect.stringContaining(timeText(now - 3_600)) },
  ]);
  expect(read((await ask(spanAt(now - 6 * 86_400), { app })).bytes).head).toMatchObject({ offered: 0 });
  expect(read((await ask(spanAt(now - 3_000), { app })).bytes).head).toMatchObject({ offered: 0, nextSeconds: null });
});

describe('many at a time', () => {
  /** A store that answers one question after the other, when it is told to. */
  function slowFlows() {
    const ends: (() => void)[] = [];
    let [working, most, asked, ended] = [0, 0, 0, 0];
    const answer = stores.flows.stretch({
      session: 0,
      fromSeconds: NOON_SECONDS,
      toSeconds: NOON_SECONDS + 1,
      most: 1,
    });
    const stretch: DuckDbStores['flows']['stretch'] = async (_, gone) => {
      asked++;
      most = Math.max(most, ++working);
      const isGone = await new Promise<boolean>((resolve) => {
        ends.push(() => resolve(false));
        gone!.addEventListener('abort', () => resolve(true));
      });
      working--;
      if (!isGone) return await answer;
      ended++;
      throw new StoreError('STORE_GONE', 'nobody waits');
    };
    /** From now on it answers soon. */
    const answerAll = () => {
      const timer = setInterval(() => ends.shift()?.(), 1);
      onTestFinished(() => clearInterval(timer));
    };
    return { stretch, answerAll, counts: () => ({ most, asked, ended }) };
  }

  test('two hundred who watch the same are answered, one reading for all of them', async () => {
    const slow = slowFlows();
    const app = await openApp(slow);
    const asking = Array.from({ length: 200 }, () => ask(NOON, { app }));
    while (slow.counts().asked < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    slow.answerAll();
    const began = performance.now();
    const answers = await Promise.all(asking);
    // An answer is held for two seconds: a machine that takes longer for all of them reads again.
    const mostReadings = 1 + Math.floor((performance.now() - began) / 2_000);
    for (const { status, bytes } of answers) expect([status, bytes.length]).toEqual([200, answers[0]!.bytes.length]);
    expect(slow.counts()).toMatchObject({ most: 1, ended: 0 });
    expect(slow.counts().asked).toBeLessThanOrEqual(mostReadings);
  });

  test('a queue that is too long says when to ask again', async () => {
    const slow = slowFlows();
    const app = await openApp(slow);
    const asking = Array.from({ length: 402 }, (_, most) => ask({ ...NOON, most: most + 1 }, { app }));
    // The first is refused before any other is answered: all others wait.
    await Promise.race(asking);
    slow.answerAll();
    const answers = await Promise.all(asking);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(
      refused.map(({ status, headers, bytes }) => [status, headers['retry-after'], problemOf(bytes).code]),
    ).toEqual([[429, '2', 'API_BUSY']]);
    expect(slow.counts()).toEqual({ most: 1, asked: 401, ended: 0 });
  });

  test('who closes the connection is not answered any more', async () => {
    const slow = slowFlows();
    const app = await openApp(slow);
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const query = (most: number) => `${url}/api/v1/streaks?session=0&from=${NOON.from}&to=${NOON.to}&most=${most}`;
    const first = fetch(query(1));
    while (slow.counts().asked < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    const leaving = new AbortController();
    const left = Array.from({ length: 5 }, (_, at) => fetch(query(at + 2), { signal: leaving.signal }));
    const stays = fetch(query(9));
    await new Promise((resolve) => setTimeout(resolve, 200));
    leaving.abort();
    for (const each of left) await expect(each).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 100));
    slow.answerAll();
    expect([(await first).status, (await stays).status]).toEqual([200, 200]);
    expect(slow.counts()).toEqual({ most: 1, asked: 2, ended: 0 });
  });

  test('what the store does for one who leaves is ended, and whoever waits behind has the turn', async () => {
    const slow = slowFlows();
    const app = await openApp(slow);
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const path = (most: number) => `/api/v1/streaks?session=0&from=${NOON.from}&to=${NOON.to}&most=${most}`;
    // Three questions on one connection, of which the later ones wait behind the first.
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    for (const most of [1, 2, 3]) socket.write(`GET ${path(most)} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    while (slow.counts().asked < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    const stays = fetch(`${url}${path(9)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    socket.destroy();
    while (slow.counts().ended < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    slow.answerAll();
    expect((await stays).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(slow.counts()).toEqual({ most: 1, asked: 2, ended: 1 });
  });
});
