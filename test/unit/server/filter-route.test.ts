/** `filter=` as it is asked of the API, with the error documents that come back. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { ApiParts } from '../../../server/api/parts.ts';
import { buildApp } from '../../../server/app.ts';
import type { FlowQuery, TopSourcesQuery } from '../../../server/store/stores.ts';
import { planFlowFilter } from '../../../shared/filter/flow-plan.ts';
import { parseFilter } from '../../../shared/filter/index.ts';
import { projectFolder } from '../../support/program.ts';

let asked: (FlowQuery | TopSourcesQuery)[];
beforeEach(() => {
  asked = [];
});

const session = { id: 0, kind: 'live', firstSeconds: 1_700_049_000, lastSeconds: 1_700_050_000 };

async function ask(path: string, filter: string, role = 'viewer') {
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
    },
    series: { series: async () => [], top: async () => [] },
    catalog: { sessions: async () => [session], sensors: async () => [{ id: 3, name: 'north east', place: null }] },
    live: { current: () => ({ record: session }) },
    targetSlots: () => () => 0,
    tokens: { find: () => ({ role }) },
    software: 'kurayami 0',
    pageFolder: projectFolder,
  } as unknown as ApiParts;
  const app = await buildApp(parts);
  const url = `/api/v1/${path}${path.includes('?') ? '&' : '?'}filter=${encodeURIComponent(filter)}`;
  const answer = await app.inject({ url, headers: { authorization: 'Bearer any', host: 'localhost' } });
  await app.close();
  return { status: answer.statusCode, type: answer.headers['content-type'], body: answer.json() };
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
  for (const path of ['flows', 'top?by=source'])
    expect(await ask(path, filter)).toMatchObject({ status: 403, body: { code: 'FILTER_SECRET' } });
  expect(asked).toEqual([]);
  expect((await ask('flows', filter, 'analyst')).status).toBe(200);
  expect(asked[0]!.filter).toEqual(planOf(filter));
});

test('the sources with most packets are filtered; what comes from sums made before is refused', async () => {
  expect((await ask('top?by=source', 'udp')).status).toBe(200);
  expect(asked[0]!.filter).toEqual(planOf('udp'));
  for (const path of ['top?by=port', 'series?measure=packets']) {
    const { status, body } = await ask(path, 'udp');
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'API_NO_FILTER_HERE' });
    expect(body.detail).toContain('/api/v1/flows');
  }
});

test('a filter that is longer than any is refused before it is read', async () => {
  expect(await ask('flows', `port 1${' or port 1'.repeat(2_000)}`)).toMatchObject({ status: 400 });
  expect(await ask('flows', `${'not ('.repeat(1_000)}tcp${')'.repeat(1_000)}`)).toMatchObject({
    body: { code: 'FILTER_TOO_LARGE' },
  });
});
