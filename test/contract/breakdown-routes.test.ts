/** Sources and ports as the API tells them, over a real store: what is asked, and who may know what. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { dearTurns } from '../../server/api/fair-turns.ts';
import type { ApiParts } from '../../server/api/parts.ts';
import { buildApp } from '../../server/app.ts';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import type { DuckDbStores } from '../../server/store/duckdb/operations.ts';
import { StoreError } from '../../server/store/stores.ts';
import { formatAddress } from '../../shared/address.ts';
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { Fragment } from '../../shared/packet-batch.ts';
import { Tag } from '../../shared/tags.ts';
import { ingestCommit, NOON_SECONDS } from '../support/commits.ts';
import { eventually } from '../support/eventually.ts';
import { evidenceRows } from '../support/evidence.ts';
import { makeFolder } from '../support/folders.ts';
import { hex, toHex } from '../support/hex.ts';
import { projectFolder } from '../support/program.ts';
import { randomFlows, randomNumbers } from '../support/random-flows.ts';

const session = { id: 0, kind: 'live', firstSeconds: NOON_SECONDS, lastSeconds: NOON_SECONDS + 1 };
let stores: DuckDbStores;
let removeFolder: () => Promise<void>;
let flows4: FlowBatch;
let flows6: FlowBatch;
beforeAll(async () => {
  const { folder, remove } = await makeFolder();
  removeFolder = remove;
  const random = randomNumbers();
  flows4 = randomFlows(4, random);
  flows6 = randomFlows(6, random);
  stores = await openDuckDbStoresInThread(folder);
  // With the sums that the server stores beside: nothing is absent.
  const series = [flows4, flows6].map(({ interval, packets, length }) => ({
    bin: Math.floor(interval[0]! / 60) * 60,
    packets: packets.subarray(0, length).reduce((sum, each) => sum + each, 0),
  }));
  await stores.flows.commit({ ...ingestCommit({ series }), flows: [flows4, flows6] });
});
afterAll(async () => {
  await stores.close();
  await removeFolder();
});

async function openApp(flows: Pick<DuckDbStores['flows'], 'breakdown'>, role = 'viewer') {
  const parts = {
    flows,
    evidence: stores.evidence,
    payloads: stores.payloads,
    scanners: { find: (words: Uint32Array) => (words[3] === 0xc0000201 ? { name: 'Study', list: 'ours' } : null) },
    series: stores.series,
    breakdownTurns: dearTurns(),
    catalog: { sessions: async () => [session], sensors: async () => [] },
    live: { current: () => ({ record: session }) },
    tokens: { find: () => ({ role }) },
    software: 'kurayami 0',
    pageFolder: projectFolder,
  } as unknown as ApiParts;
  return await buildApp(parts);
}

async function ask(path: string, role = 'viewer') {
  const app = await openApp(stores.flows, role);
  const answer = await app.inject({
    url: `/api/v1/${path}`,
    headers: { authorization: 'Bearer any', host: 'localhost' },
  });
  await app.close();
  return { status: answer.statusCode, body: answer.json(), text: answer.body };
}

function rowsOf(flows: FlowBatch, holds: (row: number) => boolean): number[] {
  return Array.from({ length: flows.length }, (_, row) => row).filter(holds);
}
const isFrom = (flows: FlowBatch, address: string) => (row: number) =>
  formatAddress(flows.family, flows.source, row) === address;
const targetsOf = (flows: FlowBatch, rows: readonly number[]) =>
  new Set(rows.map((row) => formatAddress(flows.family, flows.target, row)));
const sumOf = (rows: readonly number[], column: Uint32Array) => rows.reduce((sum, row) => sum + column[row]!, 0);

test('all that one source did, as an analyst and as a viewer see it', async () => {
  const rows = rowsOf(flows4, isFrom(flows4, '192.0.2.1'));
  const analyst = await ask('sources/192.0.2.1', 'analyst');
  expect(analyst.status).toBe(200);
  expect(analyst.body).toMatchObject({ session: 0, address: '192.0.2.1', special: true });
  expect(analyst.body.all).toMatchObject({
    packets: sumOf(rows, flows4.packets),
    flows: rows.length,
    targets: targetsOf(flows4, rows).size,
  });
  expect(new Set(analyst.body.target.map(({ key }: { key: string }) => key))).toEqual(targetsOf(flows4, rows));
  const tcp = rows.filter((row) => flows4.protocol[row] === 6 && flows4.fragment[row] !== Fragment.later);
  const number = flows4.targetPort[tcp[0]!]!;
  const some = tcp.filter((row) => flows4.targetPort[row] === number);
  const port = analyst.body.port.find(({ key }: { key: string }) => key === `${number}/tcp`);
  expect(port).toMatchObject({ packets: sumOf(some, flows4.packets), flows: some.length });

  const viewer = await ask('sources/192.0.2.1');
  expect(viewer.body.all.flows).toBe(rows.length);
  expect(viewer.text).not.toMatch(/"target/);
});

test('a source is written in any form, and told in the shortest', async () => {
  const rows = rowsOf(flows6, isFrom(flows6, '2001:db8::1'));
  const { body } = await ask('sources/2001:0DB8:0::0001');
  expect(body.address).toBe('2001:db8::1');
  expect(body.all.flows).toBe(rows.length);
  expect(rows.length).toBeGreaterThan(0);
});

test('all about a port, narrowed by a filter', async () => {
  const rows = rowsOf(
    flows4,
    (row) => flows4.protocol[row] === 17 && flows4.targetPort[row] === 53 && flows4.fragment[row] !== Fragment.later,
  );
  const { body, text } = await ask('ports/udp/53?filter=ip');
  expect(body.port).toBe('53/udp');
  expect(body.all.flows).toBe(rows.length);
  expect(body.all.sources).toBe(new Set(rows.map((row) => flows4.source[row])).size);
  expect(rows.length).toBeGreaterThan(0);
  expect(new Set(body.source.map(({ key }: { key: string }) => key))).toEqual(
    new Set(rows.map((row) => formatAddress(4, flows4.source, row))),
  );
  expect(text).not.toMatch(/"target/);
});

//            203.0.113.5 to 198.51.100.7, 40000 to 23, sequence = target
const MIRAI = hex('45000028 abcd 4000 f3 06 1234 cb007105 c6336407 9c400017 c6336407 00000000 5002 3908 5678 0000');

test('why a source is called what it is called: odds over sensors and keys, packets as each role sees them', async () => {
  const seconds = NOON_SECONDS + 0.25;
  await stores.flows.commit({
    ...ingestCommit({}),
    evidence: evidenceRows([
      { tag: Tag.mirai, key: 1, matched: 2, candidates: 2, packets: [{ seconds, bytes: MIRAI }] },
      { tag: Tag.mirai, key: 2, matched: 1, candidates: 1, sensor: 2 },
      { tag: Tag.mirai, key: 0, matched: 0, candidates: 5, firstSeconds: 0 },
      { tag: Tag.masscanTcp, matched: 1, candidates: 300 },
      { tag: Tag.irregularSyn, matched: 9, candidates: 9 },
      { tag: 63, matched: 9, candidates: 9 },
    ]),
  });
  const analyst = await ask('sources/203.0.113.5', 'analyst');
  expect(analyst.status).toBe(200);
  expect(analyst.body.labels).toMatchObject([
    {
      rule: 'mirai',
      tool: 'Mirai',
      state: 'label',
      formula: 'sequence = target',
      matched: 3,
      candidates: 8,
      instances: 2,
      first: '2023-11-15T12:00:00.000Z',
      evidence: [{ time: '2023-11-15T12:00:00.250Z', bytes: toHex(MIRAI), masked: [] }],
    },
    { rule: 'masscanTcp', state: 'possible', matched: 1, candidates: 300, instances: 1, evidence: [] },
    { rule: 'irregularSyn', kind: 'hint', state: 'hint', odds: null },
  ]);
  const [mirai, masscan] = analyst.body.labels;
  // The first does not count: 21 ways to choose 2 of 7, each by 2^-32.
  expect(mirai.odds / (21 * 2 ** -64)).toBeCloseTo(1, 6);
  expect(masscan.odds).toBe(1);
  expect(mirai.evidence[0].marks).toContainEqual({ offset: 24, length: 4, field: 'sequence' });

  const viewer = await ask('sources/203.0.113.5');
  expect(viewer.body.labels.map(({ evidence, ...label }: { evidence: unknown }) => label)).toEqual(
    analyst.body.labels.map(({ evidence, ...label }: { evidence: unknown }) => label),
  );
  const [proof] = viewer.body.labels[0].evidence;
  expect(proof.bytes).toBe('45000028xxxx4000f306xxxxcb007105xxxxxxxx9c400017xxxxxxxx0000000050023908xxxx0000');
  expect(proof.marks).toEqual(mirai.evidence[0].marks);
  expect(proof.masked).toContainEqual({ offset: 24, length: 4, field: 'sequence' });
  expect(viewer.text).not.toMatch(/c6336407|"key":[0-9]/);
});

test('scanners of the operator’s lists are told', async () => {
  expect((await ask('sources/192.0.2.1')).body.scanner).toEqual({ name: 'Study', list: 'ours' });
  expect((await ask('sources/2001:db8::1')).body.scanner).toBeNull();
});

test('nothing is told of nothing', async () => {
  const { body } = await ask('sources/203.0.113.200');
  expect(body).toMatchObject({ all: null, port: [], tag: [], labels: [], scanner: null });
});

test.for([
  ['sources/nonsense', 400, 'API_BAD_ADDRESS'],
  ['sources/192.0.2.256', 400, 'API_BAD_ADDRESS'],
  ['sources/192.0.2.1%20or%20dst%20net%20192.0.2.0%2F24', 400, 'API_BAD_ADDRESS'],
  ['sources/%3Cscript%3E', 400, 'API_BAD_ADDRESS'],
  ['ports/tcp/65536', 400, 'API_BAD_REQUEST'],
  ['ports/sctp/1', 400, 'API_BAD_REQUEST'],
  ['ports/tcp/23?filter=dst%20net%20192.0.2.0%2F24', 403, 'FILTER_SECRET'],
  ['sources/192.0.2.1?filter=nonsense%20(', 400, 'FILTER_UNKNOWN_WORD'],
] as const)('%s is refused', async ([path, status, code]) => {
  const answer = await ask(path);
  expect(answer.body.code).toBe(code);
  expect(answer.status).toBe(status);
});

test.for(['sources/192.0.2.1', 'ports/tcp/23'])('%s: who leaves has nothing read for him', async (path) => {
  const ended: string[] = [];
  let asked = 0;
  const breakdown: DuckDbStores['flows']['breakdown'] = async (_, gone) => {
    asked++;
    await new Promise((resolve) => gone!.addEventListener('abort', resolve));
    ended.push(path);
    throw new StoreError('STORE_GONE', 'nobody waits');
  };
  const app = await openApp({ breakdown });
  onTestFinished(() => app.close());
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const leaving = new AbortController();
  const headers = { authorization: 'Bearer any' };
  const left = Array.from({ length: 3 }, () => fetch(`${url}/api/v1/${path}`, { headers, signal: leaving.signal }));
  while (asked < 1) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 100));
  leaving.abort();
  for (const each of left) await expect(each).rejects.toThrow();
  // The next may have begun before its connection was seen to close; nothing is read to its end.
  await eventually(async () => {
    const before = asked;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([before, ended.length]).toEqual([asked, asked]);
  });
});
