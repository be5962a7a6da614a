import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bearerToken, isOwnRequest } from '../../../server/access/hosts.ts';
import { createToken, hashToken, sameHash } from '../../../server/access/token.ts';
import { TokenFile } from '../../../server/access/token-file.ts';
import { testFolder } from '../../support/folders.ts';

describe('whether a request is for us', () => {
  test.for<{ host?: string; origin?: string; own: boolean }>([
    { host: 'localhost', own: true },
    { host: 'localhost:8600', own: true },
    { host: 'LOCALHOST:8600', own: true },
    { host: '127.0.0.1:8600', own: true },
    { host: '[::1]:8600', own: true },
    { host: '[::1]', own: true },
    { host: 'localhost:8600', origin: 'http://localhost:8600', own: true },
    { host: '127.0.0.1', origin: 'http://127.0.0.1', own: true },
    { host: '127.0.0.1:80', origin: 'http://127.0.0.1', own: true },
    { host: '[::1]:8600', origin: 'http://[::1]:8600', own: true },
    { own: false },
    { host: '', own: false },
    { host: 'evil.example', own: false },
    { host: 'evil.example:8600', own: false },
    { host: 'localhost.evil.example:8600', own: false },
    { host: 'localhost:8600.evil.example', own: false },
    { host: 'localhost:8600@evil.example', own: false },
    { host: '127.0.0.2:8600', own: false },
    { host: '0.0.0.0:8600', own: false },
    { host: '192.0.2.1:8600', own: false },
    { host: 'localhost:8600', origin: 'http://evil.example', own: false },
    { host: 'localhost:8600', origin: 'http://localhost:8601', own: false },
    { host: 'localhost:8600', origin: 'http://localhost', own: false },
    { host: 'localhost:8600', origin: 'http://127.0.0.1:8600', own: false },
    { host: 'localhost:8600', origin: 'null', own: false },
    { host: 'localhost:8600', origin: '', own: false },
    { host: 'localhost:8600', origin: 'http://localhost:8600.evil.example', own: false },
  ])('Host $host, Origin $origin: $own', ({ own, ...headers }) => expect(isOwnRequest({ headers })).toBe(own));
});

describe('the token of a request', () => {
  test.for<{ authorization?: string; token: string | null }>([
    { authorization: 'Bearer kurayami_abc', token: 'kurayami_abc' },
    { token: null },
    { authorization: '', token: null },
    { authorization: 'Bearer ', token: null },
    { authorization: 'Bearer a b', token: null },
    { authorization: 'Basic a2V5', token: null },
    { authorization: `Bearer ${'x'.repeat(201)}`, token: null },
  ])('$authorization', ({ token, ...headers }) => expect(bearerToken({ headers })).toBe(token));
});

describe('tokens', () => {
  test('have 256 random bits, and are known by their hash', () => {
    const token = createToken();
    expect(token).toMatch(/^kurayami_[A-Za-z0-9_-]{43}$/);
    expect(createToken()).not.toBe(token);
    // printf test | sha256sum
    expect(hashToken('test')).toBe('9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08');
  });

  test.for([
    { left: 'ab12', right: 'ab12', same: true },
    { left: 'ab12', right: 'ab13', same: false },
    { left: 'ab12', right: 'ab', same: false },
  ])('$left and $right', ({ left, right, same }) => expect(sameHash(left, right)).toBe(same));
});

describe('the file of tokens', () => {
  test('a new folder has none', async () => {
    const tokens = new TokenFile(join(await testFolder(), 'not/yet/there'));
    expect(tokens.list()).toEqual([]);
    expect(tokens.find('kurayami_x')).toBeNull();
    expect(tokens.revoke(1)).toBe(false);
  });

  test('a token that was added is found, also by another process and after a start', async () => {
    const folder = await testFolder();
    const other = new TokenFile(folder);
    expect(other.list()).toEqual([]);
    const tokens = new TokenFile(folder);
    const { token, record } = tokens.add('sensor', 'edge');
    expect(record).toMatchObject({ id: 1, role: 'sensor', name: 'edge', revoked: false, hash: hashToken(token) });
    expect(Math.abs(record.createdSeconds - Date.now() / 1000)).toBeLessThan(10);
    for (const file of [tokens, other, new TokenFile(folder)]) expect(file.find(token)).toEqual(record);
  });

  test('other tokens are not found', async () => {
    const tokens = new TokenFile(await testFolder());
    const { token } = tokens.add('viewer', 'page');
    for (const wrong of ['', createToken(), token.slice(0, -1), `${token} `, token.toUpperCase(), hashToken(token)])
      expect(tokens.find(wrong), wrong).toBeNull();
  });

  test('a revoked token is good no more, and stays listed; the others stay good', async () => {
    const folder = await testFolder();
    const tokens = new TokenFile(folder);
    const first = tokens.add('sensor', 'a');
    const second = tokens.add('analyst', 'b');
    const running = new TokenFile(folder);
    expect(running.find(first.token)?.name).toBe('a');
    expect(tokens.revoke(first.record.id)).toBe(true);
    expect(tokens.revoke(99)).toBe(false);
    expect(tokens.find(first.token)).toBeNull();
    expect(tokens.find(second.token)?.role).toBe('analyst');
    expect(tokens.list().map(({ id, revoked }) => [id, revoked])).toEqual([
      [1, true],
      [2, false],
    ]);
  });

  test('ids go on, also past revoked ones', async () => {
    const tokens = new TokenFile(await testFolder());
    tokens.add('sensor', 'a');
    tokens.revoke(1);
    expect(tokens.add('sensor', 'b').record.id).toBe(2);
  });

  test('forgotten tokens are gone', async () => {
    const tokens = new TokenFile(await testFolder());
    const { token } = tokens.add('sensor', 'this machine');
    tokens.add('sensor', 'edge');
    tokens.remove(({ name }) => name === 'this machine');
    expect(tokens.find(token)).toBeNull();
    expect(tokens.list().map(({ name }) => name)).toEqual(['edge']);
  });

  test('the file is its owner’s alone, and holds no token', async () => {
    const folder = await testFolder();
    const tokens = new TokenFile(folder);
    const { token } = tokens.add('administrator', 'me');
    const path = join(folder, 'tokens.json');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).not.toContain(token);
    tokens.revoke(1);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('a half-written file of a crash lends its rights to none', async () => {
    const folder = await testFolder();
    writeFileSync(join(folder, 'tokens.json.tmp'), '{"tok', { mode: 0o644 });
    new TokenFile(folder).add('viewer', 'page');
    expect(statSync(join(folder, 'tokens.json')).mode & 0o777).toBe(0o600);
  });

  const record = { id: 1, role: 'sensor', name: 'a', createdSeconds: 1, revoked: false, hash: 'ab'.repeat(32) };
  test.for([
    { name: 'no JSON', content: '{"tokens": [' },
    { name: 'empty', content: '' },
    { name: 'no list', content: '{}' },
    { name: 'null', content: 'null' },
    { name: 'another role', content: JSON.stringify({ tokens: [{ ...record, role: 'root' }] }) },
    { name: 'a hash that is none', content: JSON.stringify({ tokens: [{ ...record, hash: '' }] }) },
    { name: 'no word about being revoked', content: JSON.stringify({ tokens: [{ ...record, revoked: undefined }] }) },
  ])('a damaged file is told with its path: $name', async ({ content }) => {
    const folder = await testFolder();
    const path = join(folder, 'tokens.json');
    writeFileSync(path, content);
    const tokens = new TokenFile(folder);
    // Nobody is let in, and nobody is thrown out of the server.
    expect(tokens.find('kurayami_x')).toBeNull();
    expect(() => tokens.add('sensor', 'a')).toThrow(`${path} is damaged`);
    expect(readFileSync(path, 'utf8')).toBe(content);
  });
});
