/** `filter=` as it is asked of the API, with the error documents that come back. */
import { beforeEach, describe, expect, test } from 'vitest';
import { FlowSums } from '../../../server/api/flow-sums.ts';
import type { ApiParts } from '../../../server/api/parts.ts';
import { buildApp } from '../../../server/app.ts';
import {
  type FlowQuery,
  type FlowSumColumns,
  type FlowSumsQuery,
  StoreError,
  type TopSourcesQuery,
} from '../../../server/store/stores.ts';
import { planFlowFilter } from '../../../shared/filter/flow-plan.ts';
import { parseFilter } from '../../../shared/filter/index.ts';
import { projectFolder } from '../../support/program.ts';

let asked: (FlowQuery | TopSourcesQuery | FlowSumsQuery)[];
beforeEach(() => {
  asked = [];
});

const session = { id: 0, kind: 'live', firstSeconds: 1_700_039_000, lastSeconds: 1_700_050_000 };

const HEADERS = { authorization: 'Bearer any', host: 'localhost' };

async function appOf(role: string) {
  const parts = {
    flows: {
      async flows(query: FlowQuery) {
        asked.push(query);
        return { flows: [], cursor: null };
      },
      async topSources(query: TopSourcesQuery) {
        asked.push(query);
        return [];
      },
      count: async () => ({ packets: 0, missingPackets: 0 }),
    },
    flowSums: new FlowSums({
      async sums(query) {
        asked.push(query);
        if (JSON.stringify(query.filter) === JSON.stringify(planOf('port 9')))
          throw new StoreError('STORE_BUSY', 'ask again soon');
        return sumsOf(query);
      },
    }),
    series: { series: async () => [], top: async () => [] },
    catalog: {
      watches: async () => [],
      sessions: async () => [session],
      sensors: async () => [{ id: 3, name: 'north east', place: null }],
    },
    live: { current: () => ({ record: session }) },
    targetSlots: () => () => 0,
    tokens: { find: () => ({ role }) },
    software: 'kurayami 0',
    pageFolder: projectFolder,
  } as unknown as ApiParts;
  return await buildApp(parts);
}

const urlOf = (path: string, filter: string) =>
  `/api/v1/${path}${path.includes('?') ? '&' : '?'}filter=${encodeURIComponent(filter)}`;

async function ask(path: string, filter: string, role = 'viewer') {
  const app = await appOf(role);
  const answer = await app.inject({ url: urlOf(path, filter), headers: HEADERS });
  await app.close();
  return { status: answer.statusCode, type: answer.headers['content-type'], body: answer.json() };
}

async function askLines(path: string, filter: string) {
  const app = await appOf('viewer');
  const headers = { ...HEADERS, accept: 'application/x-ndjson' };
  const answer = await app.inject({ url: urlOf(path, filter), headers });
  await app.close();
  const lines = answer.body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { status: answer.statusCode, type: answer.headers['content-type'], lines };
}

/** Two ports, or one sum, a stretch; for port 7 more than is given. */
function sumsOf({ by, fromSeconds, filter }: FlowSumsQuery): FlowSumColumns {
  const isLong = JSON.stringify(filter) === JSON.stringify(planOf('port 7'));
  const keys = by === 'port' ? [17 * 65_536 + 53, 17 * 65_536 + 123] : new Array<number>(isLong ? 30_000 : 1).fill(0);
  const column = (value: number) => new Float64Array(keys.length).fill(value);
  return {
    length: keys.length,
    binSeconds: column(fromSeconds),
    key: Uint32Array.from(keys),
    packets: column(5),
    bytes: column(300),
    flows: column(2),
    distinct: column(1),
  };
}

const planOf = (text: string) => planFlowFilter(parseFilter(text), { sensor: () => 3 });

test('a filter reaches the store as a condition; without one, or with an empty one, there is none', async () => {
  const text = 'tcp dst port 23 and sensor "north east"';
  expect((await ask('flows', text)).status).toBe(200);
  expect(asked[0]!.filter).toEqual(planOf(text));
  expect((await ask('flows', ' ')).status).toBe(200);
  expect(asked[1]).not.toHaveProperty('filter');
});

describe('what is wrong is told with its place', () => {
  test.for<[filter: string, status: number, code: string, word: string]>([
    ['tcp and prot 23', 400, 'FILTER_UNKNOWN_WORD', 'prot'],
    ['tcp and', 400, 'FILTER_SYNTAX', ''],
    ['tcp and len > 40', 400, 'FILTER_NOT_HERE', 'len'],
    ['port 99999', 400, 'FILTER_BAD_VALUE', '99999'],
    ['sensor nowhere', 400, 'FILTER_UNKNOWN_WORD', 'sensor nowhere'],
    ['tcp and not dst net 198.51.100.0/24', 403, 'FILTER_SECRET', 'dst net 198.51.100.0/24'],
  ])('%s', async ([filter, status, code, word]) => {
    const answer = await ask('flows', filter);
    expect(answer).toMatchObject({ status, body: { status, code } });
    expect(answer.type).toContain('application/problem+json');
    const { start, end } = answer.body.position;
    expect(filter.slice(start, end)).toBe(word);
    expect(asked).toEqual([]);
  });
});

test.for([
  'host 198.51.100.7',
  'dst host 198.51.100.7',
  'net 198.51.100.0/24',
  'inner dst port 53',
  'not src and dst net ::/0',
])('viewers may not ask "%s", whatever the route: it would be an oracle for targets', async (filter) => {
  for (const path of ['flows', 'top?by=source', 'top?by=port', 'series?by=port'])
    expect(await ask(path, filter)).toMatchObject({ status: 403, body: { code: 'FILTER_SECRET' } });
  expect(asked).toEqual([]);
  expect((await ask('flows', filter, 'analyst')).status).toBe(200);
  expect(asked[0]!.filter).toEqual(planOf(filter));
});

test.for(['top?by=source', 'top?by=port', 'series?measure=packets', 'series?by=port'])(
  '%s is filtered',
  async (path) => {
    expect((await ask(path, 'udp and ttl > 9')).status).toBe(200);
    expect(asked.length).toBeGreaterThan(0);
    for (const { filter } of asked) expect(filter).toEqual(planOf('udp and ttl > 9'));
  },
);

describe('what was not counted when the flows came', () => {
  test('is asked for in stretches of whole hours, without a gap and without a bin in two of them', async () => {
    const day = 'from=2023-11-13T00:00:00Z&to=2023-11-15T12:34:56Z';
    const { body } = await ask(`series?measure=packets&step=600&${day}`, 'udp and ttl > 9');
    const stretches = asked as FlowSumsQuery[];
    expect(stretches.length).toBeGreaterThan(1);
    // The session begins and ends within the span.
    expect(stretches[0]!.fromSeconds).toBe(Math.floor(session.firstSeconds / 600) * 600);
    expect(stretches.at(-1)!.toSeconds).toBe(Math.ceil((session.lastSeconds + 1) / 600) * 600);
    for (const [at, { toSeconds }] of stretches.slice(0, -1).entries()) {
      expect(stretches[at + 1]!.fromSeconds).toBe(toSeconds);
      expect(toSeconds % 3_600).toBe(0);
    }
    expect(body.points.map(({ value }: { value: number }) => value)).toEqual(stretches.map(() => 5));
  });

  test('has as many keys of its own as are asked for, the same in every bin', async () => {
    const { body } = await ask('series?measure=packets&by=port&step=3600&keys=2', 'udp');
    const ofSeries = (asked as FlowSumsQuery[]).filter(({ stepSeconds }) => stepSeconds !== null);
    expect(ofSeries.map(({ keys }) => keys)).toEqual(ofSeries.map(() => [17 * 65_536 + 53, 17 * 65_536 + 123]));
    expect(body.points[0].key).toBe('53/udp');
  });

  test('comes with word of how far it is, to those who ask for lines', async () => {
    const { status, type, lines } = await askLines('series?measure=packets&step=600', 'udp and ttl > 9');
    expect([status, type]).toEqual([200, 'application/x-ndjson']);
    const progress = lines.slice(0, -1).map((line) => line.progress);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(lines.at(-1).result.points.length).toBeGreaterThan(0);
    const wrong = await askLines('series?measure=packets&step=1', 'port 7');
    expect(wrong.lines.at(-1).problem).toMatchObject({ code: 'API_TOO_MANY_POINTS' });
  });

  test('a store that is too busy is told alike, in a document and in lines', async () => {
    const path = 'series?measure=packets&step=600';
    expect(await ask(path, 'port 9')).toMatchObject({ status: 429, body: { code: 'API_BUSY' } });
    const { lines } = await askLines(path, 'port 9');
    expect(lines.at(-1)).toEqual({ problem: { code: 'API_BUSY', detail: 'ask again soon' } });
  });

  test('is worked out for a few at a time', async () => {
    const all = await Promise.all(Array.from({ length: 12 }, () => ask('top?by=port', 'udp')));
    const codes = all.map(({ status, body }) => (status === 200 ? 'ok' : body.code));
    expect(new Set(codes)).toEqual(new Set(['ok']));
    const app = await appOf('viewer');
    const at = () => app.inject({ url: '/api/v1/top?by=port&filter=tcp', headers: HEADERS });
    const together = await Promise.all(Array.from({ length: 12 }, at));
    expect(together.filter(({ statusCode }) => statusCode === 429).length).toBe(4);
    expect((await at()).statusCode).toBe(200);
    await app.close();
  });
});

test('a filter that is longer than any is refused before it is read', async () => {
  expect(await ask('flows', `port 1${' or port 1'.repeat(2_000)}`)).toMatchObject({ status: 400 });
  expect(await ask('flows', `${'not ('.repeat(1_000)}tcp${')'.repeat(1_000)}`)).toMatchObject({
    body: { code: 'FILTER_TOO_LARGE' },
  });
});
