/** Names of networks as the API gives them. */
import { expect, test } from 'vitest';
import type { ApiParts } from '../../../server/api/parts.ts';
import { buildApp } from '../../../server/app.ts';
import { projectFolder } from '../../support/program.ts';

async function ask(path: string) {
  const parts = {
    networks: { nameOf: (asn: number) => (asn === 15_169 ? '<i>Google</i> "LLC"' : null) },
    tokens: { find: () => ({ role: 'viewer' }) },
    software: 'kurayami 0',
    pageFolder: projectFolder,
  } as unknown as ApiParts;
  const app = await buildApp(parts);
  const answer = await app.inject({ url: `/api/v1/networks/${path}`, headers: { host: 'localhost' } });
  await app.close();
  return answer;
}

test('a network has its name, which browsers keep', async () => {
  const answer = await ask('15169');
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toContain('application/json');
  expect(answer.headers['cache-control']).toBe('private, max-age=86400');
  expect(answer.json()).toEqual({ asn: 15_169, name: '<i>Google</i> "LLC"' });
});

test.for<[path: string, status: number, code: string]>([
  ['15170', 404, 'API_NO_NETWORK'],
  ['4294967295', 404, 'API_NO_NETWORK'],
  ['0', 400, 'API_BAD_REQUEST'],
  ['4294967296', 400, 'API_BAD_REQUEST'],
  ['-1', 400, 'API_BAD_REQUEST'],
  ['1.5', 400, 'API_BAD_REQUEST'],
  ['AS15169', 400, 'API_BAD_REQUEST'],
  ['', 400, 'API_BAD_REQUEST'],
  ['15169/more', 404, 'NOT_FOUND'],
])('"%s": %i %s, and nobody keeps it', async ([path, status, code]) => {
  const answer = await ask(path);
  expect(answer.json()).toMatchObject({ status, code });
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.headers['cache-control']).toBe('no-store');
});
