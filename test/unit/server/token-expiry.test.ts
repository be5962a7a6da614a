import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { TokenFile } from '../../../server/access/token-file.ts';
import { openAccessServer } from '../../support/access-server.ts';
import { testFolder } from '../../support/folders.ts';

test('a token holds until its time has run out', async () => {
  let now = 1_000_000;
  const tokens = new TokenFile(await testFolder(), () => now);
  const { token, record } = tokens.add('sensor', 'dark', 1_060);
  expect(tokens.find(token)?.id).toBe(record.id);
  now = 1_059_999;
  expect(tokens.stateOf(record.id)).toBe('good');
  now = 1_060_000;
  expect(tokens.find(token)).toBeNull();
  expect(tokens.stateOf(record.id)).toBe('expired');
  expect(tokens.holds(record)).toBe(false);
  expect(tokens.stateOfToken(token)).toBe('expired');
});

test('what is revoked says so, whatever its time; what nobody made is unknown', async () => {
  const tokens = new TokenFile(await testFolder());
  const { token, record } = tokens.add('sensor', 'dark', 1);
  tokens.revoke(record.id);
  expect(tokens.stateOfToken(token)).toBe('revoked');
  expect(tokens.stateOfToken('kurayami_none')).toBe('unknown');
  expect(tokens.stateOf(99)).toBe('unknown');
});

test('a sensor is told why it is refused, by a stable code', async () => {
  const { app, tokens } = await openAccessServer();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const expired = tokens.add('sensor', 'a', 1).token;
  const { token: revoked, record } = tokens.add('sensor', 'b');
  tokens.revoke(record.id);
  const viewer = tokens.add('viewer', 'c').token;
  const { port } = app.server.address() as { port: number };
  const codeOf = (token: string) =>
    new Promise<unknown>((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/ingest`, {
        headers: { authorization: `Bearer ${token}` },
      });
      socket.on('unexpected-response', (_request, response) =>
        response.on('data', (body: Buffer) => resolve([response.statusCode, JSON.parse(String(body)).code])),
      );
      socket.on('error', () => undefined);
      socket.on('open', () => reject(new Error('it was taken in')));
    });
  expect(await codeOf(expired)).toEqual([401, 'ACCESS_TOKEN_EXPIRED']);
  expect(await codeOf(revoked)).toEqual([401, 'ACCESS_TOKEN_REVOKED']);
  expect(await codeOf(viewer)).toEqual([401, 'ACCESS_TOKEN']);
  expect(await codeOf('kurayami_none')).toEqual([401, 'ACCESS_TOKEN']);
});
