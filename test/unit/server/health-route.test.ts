/** What `/api/v1/health` tells whom: paths and addresses of the server are not for viewers. */
import { expect, test } from 'vitest';
import { openAccessServer } from '../../support/access-server.ts';

const PATH = '/srv/kurayami/data/flows/session=1/4-0.parquet';
const problem = { code: 'STORE_FILE_MISSING', message: `${PATH} is gone`, sinceSeconds: 5, lastSeconds: 6 };
const state = { tables: 1, tableRows: 2, files: 3, fileBytes: 4, problems: [problem], lastError: problem };
const mirror = {
  target: 'influxdb:http://10.1.2.3:8086/kurayami',
  pendingBins: 7,
  lastError: 'http://10.1.2.3:8086 does not answer',
};

async function health(role: 'viewer' | 'analyst' | 'administrator' | null, fails = false) {
  const server = await openAccessServer({
    flows: {
      async state() {
        if (fails) throw new Error(`${PATH} cannot be read`);
        return state;
      },
    },
    seriesMirror: () => mirror,
    diskState: () => ({ isFull: false }),
    channels: () => [],
  } as never);
  const authorization = role === null ? {} : { authorization: `Bearer ${server.token(role)}` };
  const answer = await server.app.inject({ url: '/api/v1/health', headers: { host: 'localhost', ...authorization } });
  expect(answer.statusCode).toBe(200);
  return answer;
}

test.each(['viewer', null] as const)('%s gets codes and times, and no path or address', async (role) => {
  const answer = await health(role);
  const told = { code: problem.code, sinceSeconds: 5, lastSeconds: 6, message: expect.stringMatching(/^docs\/errors/) };
  expect(answer.json()).toMatchObject({
    status: 'ok',
    flowStore: { ...state, problems: [told], lastError: told },
    seriesMirror: { target: 'influxdb', pendingBins: 7, lastError: expect.stringMatching(/analysts/) },
  });
  for (const secret of ['/srv', 'parquet', '10.1.2.3']) expect(answer.body).not.toContain(secret);
  expect((await health(role, true)).body).not.toContain('/srv');
});

test.each(['analyst', 'administrator'] as const)('%s gets all of it', async (role) => {
  expect((await health(role)).json()).toMatchObject({ flowStore: state, seriesMirror: mirror });
  const failed = (await health(role, true)).json();
  expect(failed.flowStore.problems).toEqual([{ code: 'STORE_FAILED', message: `${PATH} cannot be read` }]);
});
