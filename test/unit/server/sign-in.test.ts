/** Sign-in over HTTP: what it gives, and every way in which it must not be had. */
import { describe, expect, test } from 'vitest';
import { type AccessServer, cookieOf, openAccessServer } from '../../support/access-server.ts';

const host = 'localhost:8600';
const HOUR = 3_600_000;

function signIn({ app }: AccessServer, token: unknown, headers: Record<string, string> = {}) {
  return app.inject({
    method: 'POST',
    url: '/api/v1/sign-in',
    headers: { host, ...headers },
    payload: { token } as object,
  });
}
function signOut({ app }: AccessServer, headers: Record<string, string>) {
  return app.inject({ method: 'POST', url: '/api/v1/sign-out', headers: { host, ...headers } });
}
async function me({ app }: AccessServer, headers: Record<string, string> = {}) {
  const answer = await app.inject({ url: '/api/v1/me', headers: { host, ...headers } });
  return answer.json();
}
const viewer = { role: 'viewer', name: null, seesTargets: false };
const analyst = { role: 'analyst', name: 'a analyst', seesTargets: true };

describe('signed in', () => {
  test('by the cookie one is who the token says, until one signs out', async () => {
    const server = await openAccessServer();
    const token = server.token('analyst');
    const answer = await signIn(server, token);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual(analyst);
    expect(answer.headers['cache-control']).toBe('no-store');
    const cookie = cookieOf(answer);
    expect(await me(server, { cookie })).toEqual(analyst);
    expect(await me(server)).toEqual(viewer);

    const bye = await signOut(server, { cookie });
    expect(bye.json()).toEqual(viewer);
    expect(String(bye.headers['set-cookie'])).toMatch(/^kurayami-8600=; Max-Age=0; Path=\//);
    // The browser forgets it, and so does the server.
    expect(await me(server, { cookie })).toEqual(viewer);
    expect(server.signIns.size).toBe(0);
  });

  test('the cookie is no token, cannot be read by scripts, and goes nowhere else', async () => {
    const server = await openAccessServer();
    const token = server.token('analyst');
    const answer = await signIn(server, token, { origin: `http://${host}` });
    const header = String(answer.headers['set-cookie']);
    expect(header).toMatch(/^kurayami-8600=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(header + answer.body).not.toContain(token.slice(9));
    const encrypted = await signIn(server, token, { origin: `https://${host}` });
    expect(String(encrypted.headers['set-cookie'])).toContain('; Secure');
  });

  test('a cookie of another installation on the same machine is another', async () => {
    const server = await openAccessServer();
    const cookie = cookieOf(await signIn(server, server.token('analyst')));
    expect(await me(server, { cookie, host: 'localhost:8601' })).toEqual(viewer);
    expect(await me(server, { cookie: `kurayami-8601=other; ${cookie}` })).toEqual(analyst);
  });

  test('viewers and administrators may', async () => {
    const server = await openAccessServer();
    expect((await signIn(server, server.token('viewer'))).json()).toMatchObject({ role: 'viewer', seesTargets: false });
    expect((await signIn(server, server.token('administrator'))).json()).toMatchObject({ seesTargets: true });
  });

  test('signing in anew ends the sign-in before', async () => {
    const server = await openAccessServer();
    const token = server.token('analyst');
    const first = cookieOf(await signIn(server, token));
    const second = cookieOf(await signIn(server, token, { cookie: first }));
    expect(await me(server, { cookie: first })).toEqual(viewer);
    expect(await me(server, { cookie: second })).toEqual(analyst);
  });

  test('a token in the header goes before the cookie', async () => {
    const server = await openAccessServer();
    const cookie = cookieOf(await signIn(server, server.token('analyst')));
    const authorization = `Bearer ${server.token('viewer')}`;
    expect(await me(server, { cookie, authorization })).toMatchObject({ role: 'viewer' });
    expect(await me(server, { cookie, authorization: 'Bearer wrong' })).toMatchObject({ code: 'ACCESS_TOKEN' });
  });
});

describe('not signed in', () => {
  test('a sensor’s token', async () => {
    const server = await openAccessServer();
    const answer = await signIn(server, server.token('sensor'));
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'ACCESS_ROLE']);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  test('a token that was revoked before, and one that is revoked while signed in', async () => {
    const server = await openAccessServer();
    const token = server.token('analyst');
    const cookie = cookieOf(await signIn(server, token));
    expect(await me(server, { cookie })).toEqual(analyst);
    server.tokens.revoke(1);
    expect(await me(server, { cookie })).toEqual(viewer);
    expect((await signIn(server, token)).json()).toMatchObject({ status: 401, code: 'ACCESS_TOKEN' });
  });

  test.for<[name: string, cookie: (good: string) => string]>([
    ['guessed', () => `kurayami-8600=${'A'.repeat(43)}`],
    ['changed in one letter', (good) => good.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
    ['cut off', (good) => good.slice(0, -1)],
    ['empty', () => 'kurayami-8600='],
    ['of another name', (good) => good.replace('8600', 'default')],
    ['much too long', () => `kurayami-8600=${'x'.repeat(8_000)}`],
    ['no cookie at all', () => ';;==;__proto__=1; constructor'],
    ['odd bytes', () => 'kurayami-8600=%00%ff%E0%A4%A'],
  ])('a cookie that is %s', async ([, change]) => {
    const server = await openAccessServer();
    const cookie = cookieOf(await signIn(server, server.token('analyst')));
    expect(await me(server, { cookie: change(cookie) })).toEqual(viewer);
    expect(await me(server, { cookie })).toEqual(analyst);
  });

  test('the token itself as a cookie', async () => {
    const server = await openAccessServer();
    expect(await me(server, { cookie: `kurayami-8600=${server.token('analyst')}` })).toEqual(viewer);
  });

  test('too many wrong tokens: everyone waits, and then may again', async () => {
    const server = await openAccessServer();
    const token = server.token('analyst');
    for (let tries = 0; tries < 20; tries++)
      expect((await signIn(server, `kurayami_${tries}`)).json()).toMatchObject({ status: 401, code: 'ACCESS_TOKEN' });
    for (const next of ['kurayami_x', token]) {
      const answer = await signIn(server, next);
      expect(answer.json()).toMatchObject({ status: 429, code: 'ACCESS_TOO_MANY_TRIES' });
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(50);
      expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(60);
    }
    expect(await me(server, { authorization: `Bearer ${token}` })).toEqual(analyst);
  });

  test.for<[headers: Record<string, string>, code: string]>([
    [{ origin: 'https://evil.example' }, 'ACCESS_WRONG_HOST'],
    [{ origin: 'null' }, 'ACCESS_WRONG_HOST'],
    [{ origin: 'http://localhost:9000' }, 'ACCESS_WRONG_HOST'],
    [{ host: 'evil.example' }, 'ACCESS_WRONG_HOST'],
  ])('asked from elsewhere: %o', async ([headers, code]) => {
    const server = await openAccessServer();
    const token = server.token('analyst');
    const refused = await signIn(server, token, headers);
    expect([refused.statusCode, refused.json().code, refused.headers['set-cookie']]).toEqual([403, code, undefined]);
    const cookie = cookieOf(await signIn(server, token));
    expect((await signOut(server, { cookie, ...headers })).statusCode).toBe(403);
    expect(await me(server, { cookie })).toEqual(analyst);
  });

  test.for<[name: string, headers: Record<string, string>, payload: string, status: number, code: string]>([
    ['a body of more than 1 KiB', {}, JSON.stringify({ token: 'x'.repeat(1_100) }), 413, 'API_TOO_LARGE'],
    ['a token that is too long', {}, JSON.stringify({ token: 'x'.repeat(201) }), 400, 'API_BAD_REQUEST'],
    ['an empty token', {}, '{"token":""}', 400, 'API_BAD_REQUEST'],
    ['no token', {}, '{}', 400, 'API_BAD_REQUEST'],
    ['a list', {}, '["a"]', 400, 'API_BAD_REQUEST'],
    ['no JSON', {}, '{"token":', 400, 'API_BAD_REQUEST'],
    ['a poisoned object', {}, '{"token":"a","__proto__":{"role":"analyst"}}', 400, 'API_BAD_REQUEST'],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'token=a', 415, 'API_BAD_REQUEST'],
    ['text', { 'content-type': 'text/plain' }, '{"token":"a"}', 400, 'API_BAD_REQUEST'],
  ])('%s', async ([, headers, payload, status, code]) => {
    const { app } = await openAccessServer();
    const url = '/api/v1/sign-in';
    const answer = await app.inject({
      method: 'POST',
      url,
      headers: { host, 'content-type': 'application/json', ...headers },
      payload,
    });
    expect(answer.json()).toMatchObject({ status, code });
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  test('when the file of tokens is damaged, or moved away and ids begin again', async () => {
    const server = await openAccessServer();
    const { renameSync, readFileSync, writeFileSync } = await import('node:fs');
    const file = `${server.folder}/tokens.json`;
    const cookie = cookieOf(await signIn(server, server.token('analyst')));
    const good = readFileSync(file);
    writeFileSync(file, '{');
    expect(await me(server, { cookie })).toEqual(viewer);
    writeFileSync(file, good);
    const again = cookieOf(await signIn(server, server.token('analyst')));
    expect(await me(server, { cookie: again })).toEqual(analyst);
    renameSync(file, `${file}.old`);
    server.token('viewer');
    server.token('viewer');
    expect(await me(server, { cookie: again })).toEqual(viewer);
  });

  test('while the file of tokens is damaged nobody signs in', async () => {
    const server = await openAccessServer();
    const token = server.token('analyst');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(`${server.folder}/tokens.json`, '{');
    expect((await signIn(server, token)).json()).toMatchObject({ status: 401, code: 'ACCESS_TOKEN' });
  });
});

describe('a sign-in ends', () => {
  test('after twelve idle hours; use keeps it', async () => {
    const server = await openAccessServer();
    const cookie = cookieOf(await signIn(server, server.token('analyst')));
    for (let day = 0; day < 4; day++) {
      server.pass(12 * HOUR - 1);
      expect(await me(server, { cookie })).toEqual(analyst);
    }
    server.pass(12 * HOUR);
    expect(await me(server, { cookie })).toEqual(viewer);
    expect(server.signIns.size).toBe(0);
  });

  test('after a week, however much it is used', async () => {
    const server = await openAccessServer();
    const cookie = cookieOf(await signIn(server, server.token('analyst')));
    for (let hours = 6; hours < 7 * 24; hours += 6) {
      server.pass(6 * HOUR);
      expect(await me(server, { cookie })).toEqual(analyst);
    }
    server.pass(6 * HOUR);
    expect(await me(server, { cookie })).toEqual(viewer);
  });

  test('there are sixteen of a token at most: the one that was idle longest makes room', async () => {
    const server = await openAccessServer();
    const token = server.token('analyst');
    const other = cookieOf(await signIn(server, server.token('viewer')));
    const cookies: string[] = [];
    for (let number = 0; number < 17; number++) {
      server.pass(1);
      cookies.push(cookieOf(await signIn(server, token)));
    }
    expect(await me(server, { cookie: cookies[0]! })).toEqual(viewer);
    expect(await me(server, { cookie: cookies[1]! })).toEqual(analyst);
    expect(await me(server, { cookie: other })).toMatchObject({ name: 'a viewer' });
    expect(server.signIns.size).toBe(17);
  });

  test('there are 256 in all: those that hold are not ended by others', async () => {
    const server = await openAccessServer();
    const tokens = Array.from({ length: 17 }, () => server.token('viewer'));
    const first = cookieOf(await signIn(server, tokens[0]));
    for (let number = 1; number < 256; number++) await signIn(server, tokens[number >> 4]);
    const refused = await signIn(server, tokens[16]);
    expect(refused.json()).toMatchObject({ status: 503, code: 'TOO_MANY_SIGN_INS' });
    expect(await me(server, { cookie: first })).toMatchObject({ name: 'a viewer' });
    server.tokens.revoke(2);
    expect((await signIn(server, tokens[16])).statusCode).toBe(200);
  });
});
