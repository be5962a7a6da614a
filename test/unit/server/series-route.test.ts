import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ApiParts } from '../../../server/api/parts.ts';
import { seriesRoutes } from '../../../server/api/series.ts';
import { topRoutes } from '../../../server/api/top.ts';
import { openDuckDbStoresInThread } from '../../../server/store/duckdb/core.ts';
import type { DuckDbStores } from '../../../server/store/duckdb/operations.ts';
import { OTHER_KEY } from '../../../server/store/ingest-commit.ts';
import { ingestCommit, NOON_SECONDS } from '../../support/commits.ts';
import { makeFolder } from '../../support/folders.ts';

const DAY_SECONDS = 86_400;
let stores: DuckDbStores;
let remove: () => Promise<void>;

beforeAll(async () => {
  const made = await makeFolder();
  remove = made.remove;
  stores = await openDuckDbStoresInThread(made.folder, { keepSeries: { 60: DAY_SECONDS } });
  const { id } = await stores.catalog.session({ kind: 'simulated', name: 'made', sensor: 1, epoch: 5 });
  expect(id).toBe(1);
  const at = { session: 1, bin: NOON_SECONDS };
  const none = { packets: 0, bytes: 0, flows: 0 };
  await stores.flows.commit(
    ingestCommit({
      flows4: [{ session: 1 }, { seconds: NOON_SECONDS - DAY_SECONDS }],
      series: [
        { ...at, packets: 7, sources: 5, targets: 3 },
        { ...at, bin: NOON_SECONDS + 120, packets: 2, sources: 2, targets: 1 },
        { ...at, resolution: 300, ...none, sources: 6, targets: 3 },
        { ...at, dimension: 'network', key: 64_500, packets: 4 },
        { ...at, dimension: 'network', key: 64_501, packets: 1 },
        { ...at, dimension: 'network', key: OTHER_KEY, packets: 3 },
        { ...at, dimension: 'tag', key: 3, packets: 1 },
        // Of a live session two years ago: the minute is no longer kept, the hour is.
        { session: 0, bin: NOON_SECONDS - DAY_SECONDS, packets: 11 },
      ],
      watches: [
        { session: 1, sensor: 1, epoch: 5, fromSeconds: NOON_SECONDS, toSeconds: NOON_SECONDS + 90, addresses: 256 },
        {
          session: 1,
          sensor: 1,
          epoch: 6,
          fromSeconds: NOON_SECONDS + 150,
          toSeconds: NOON_SECONDS + 500,
          addresses: 512,
        },
      ],
    }),
  );
  await stores.compact();
}, 30_000);
afterAll(async () => {
  await stores.close();
  await remove();
});

async function ask(query: string, role = 'viewer') {
  const parts = {
    ...stores,
    live: { current: () => ({ record: { id: 1 } }) },
    tokens: { find: () => ({ role }) },
    signIns: { find: () => null },
  } as unknown as ApiParts;
  const app = fastify().withTypeProvider<TypeBoxTypeProvider>();
  app.setErrorHandler((error: { code: string; message: string }, _, reply) =>
    reply.code(400).serializer(JSON.stringify).send({ code: error.code, message: error.message }),
  );
  await app.register(seriesRoutes, parts);
  await app.register(topRoutes, parts);
  const answer = await app.inject({ url: `/api/v1/${query}`, headers: { authorization: 'Bearer any' } });
  return { status: answer.statusCode, body: answer.json() };
}

const FIVE_MINUTES = 'from=2023-11-15T12:00:00Z&to=2023-11-15T12:05:00Z';

test('distinct sources are those of the bin, whatever it is', async () => {
  const values = async (query: string) =>
    (await ask(query, 'analyst')).body.points.map(({ value }: { value: number }) => value);
  expect(await values(`series?measure=sources&step=60&${FIVE_MINUTES}`)).toEqual([5, 2]);
  expect(await values(`series?measure=sources&step=300&${FIVE_MINUTES}`)).toEqual([6]);
  expect(await values(`series?measure=targets&step=300&${FIVE_MINUTES}`)).toEqual([3]);
  expect(await values(`series?measure=packets&step=300&${FIVE_MINUTES}`)).toEqual([9]);
});

test('how many targets there are, only analysts are told: it is the size of a small darknet', async () => {
  const { status, body } = await ask(`series?measure=targets&step=60&${FIVE_MINUTES}`);
  expect([status, body.code]).toEqual([400, 'ACCESS_TARGETS']);
  expect(JSON.stringify(body)).not.toContain('points');
});

test.for(['step=120', 'step=1', 'step=7200'])('distinct sources of several bins (%s) are refused', async (step) => {
  const { status, body } = await ask(`series?measure=sources&${step}&${FIVE_MINUTES}`);
  expect([status, body.code ?? body.message]).toEqual([400, expect.stringMatching(/API_STEP|do not add up/)]);
});

describe('how a bin was watched', () => {
  test('an outage is told from silence', async () => {
    const { body } = await ask(`series?step=60&${FIVE_MINUTES}`);
    expect(body.outageSeconds).toEqual([0, 30, 30, 0, 0]);
    expect(body.points).toHaveLength(2);
  });

  test('of the last seconds a sensor may still tell that it watched', async () => {
    const now = 1_900_000_000;
    const clock = vi.spyOn(Date, 'now').mockReturnValue(now * 1000);
    const time = (seconds: number) => new Date(seconds * 1000).toISOString();
    const { body } = await ask(`series?session=0&step=10&from=${time(now - 50)}&to=${time(now + 20)}`);
    clock.mockRestore();
    expect(body.outageSeconds).toEqual([10, 10, 10, 10, 0, 0, 0]);
  });

  test('what lies behind the span is no outage', async () => {
    const { body } = await ask('series?step=60&from=2023-11-15T12:00:00Z&to=2023-11-15T12:01:30Z');
    expect(body.outageSeconds).toEqual([0, 0]);
  });

  test('how many addresses are watched, analysts are told', async () => {
    expect((await ask(`series?step=60&${FIVE_MINUTES}`, 'analyst')).body.addressesWatched).toEqual([
      256, 256, 512, 512, 512,
    ]);
    expect((await ask(`series?step=60&${FIVE_MINUTES}`)).body.addressesWatched).toBeNull();
  });
});

test('networks and tags have names, and what is not listed is other', async () => {
  const keys = async (by: string) =>
    (await ask(`top?by=${by}&${FIVE_MINUTES}`)).body.rows.map(({ key }: { key: string }) => key);
  expect(await keys('network')).toEqual(['AS64500', 'other', 'AS64501']);
  expect(await keys('tag')).toEqual(['mirai']);
});

test('so many keys stand by themselves as are asked for', async () => {
  const points = async (query: string) =>
    (await ask(`series?by=network&step=60&${FIVE_MINUTES}${query}`)).body.points.map(
      ({ key, value }: { key: string; value: number }) => [key, value],
    );
  expect(await points('')).toEqual([
    ['AS64500', 4],
    ['AS64501', 1],
    ['other', 3],
  ]);
  expect(await points('&keys=1')).toEqual([
    ['AS64500', 4],
    ['other', 4],
  ]);
  expect((await ask(`series?by=network&keys=0&${FIVE_MINUTES}`)).status).toBe(400);
});

test('bins that are no longer kept are not answered with nothing; the sum has them', async () => {
  const day = 'session=0&from=2023-11-14T12:00:00Z&to=2023-11-14T13:00:00Z';
  const { status, body } = await ask(`series?step=60&${day}`);
  expect([status, body.code ?? body.message]).toEqual([400, expect.stringMatching(/API_NOT_KEPT|no longer kept/)]);
  expect((await ask(`series?step=3600&${day}`)).body.points).toMatchObject([{ value: 11 }]);
  expect((await stores.series.sum(0, 60)).packets).toBe(11);
  expect((await stores.series.sum(0, 86_400)).packets).toBe(11);
});
