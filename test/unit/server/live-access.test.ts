/** What a page is sent over a real socket: targets for analysts while they may see them, and not a byte of one for others. */
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { formatAddress, parseIpv4, parseIpv6 } from '../../../shared/address.ts';
import { decodeFrame, FrameKind } from '../../../shared/wire/frame.ts';
import { decodeJsonFrame } from '../../../shared/wire/json-frame.ts';
import { frameToStreaks } from '../../../shared/wire/streaks.ts';
import { type AccessServer, cookieOf, openAccessServer } from '../../support/access-server.ts';
import { flowBatch } from '../../support/commits.ts';
import { eventually } from '../../support/eventually.ts';

const TARGETS = ['198.51.100.77', '198.51.100.201', '203.0.113.250'];
const TARGETS6 = ['2001:db8:77:88:99aa:bbcc:ddee:ff11', '2001:db8:1234:5678:9abc:def1:2345:6789'];

class Watcher {
  readonly frames: Buffer[] = [];
  closed: { code: number; reason: string } | null = null;
  readonly socket: WebSocket;

  constructor(url: string, headers: Record<string, string>) {
    this.socket = new WebSocket(`${url}/api/v1/live`, { headers, perMessageDeflate: false });
    this.socket.on('message', (data: Buffer) => this.frames.push(data));
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
    onTestFinished(() => this.socket.terminate());
  }

  of(kind: FrameKind) {
    return this.frames.map((bytes) => decodeFrame(bytes)).filter((frame) => frame.kind === kind);
  }
  hello(): Promise<unknown> {
    return eventually(() => decodeJsonFrame(this.of(FrameKind.hello)[0]!));
  }
  totals(): { targets?: unknown }[] {
    return this.of(FrameKind.totals).map((frame) => decodeJsonFrame(frame) as { targets?: unknown });
  }
  targets(): string[] {
    return this.of(FrameKind.streaks).flatMap((frame) => {
      const { family, target, length } = frameToStreaks(frame);
      return target === null ? [] : Array.from({ length }, (_, row) => formatAddress(family, target, row));
    });
  }
}

async function open(): Promise<AccessServer & { url: string }> {
  const server = await openAccessServer();
  await server.app.listen({ host: '127.0.0.1', port: 0 });
  return { ...server, url: `http://127.0.0.1:${(server.app.server.address() as AddressInfo).port}` };
}

async function cookieFor({ app, url }: AccessServer & { url: string }, token: string): Promise<string> {
  const { host } = new URL(url);
  return cookieOf(await app.inject({ method: 'POST', url: '/api/v1/sign-in', headers: { host }, payload: { token } }));
}

function publishAll(server: AccessServer): void {
  // More than a viewer's budget in the end, so that samples are sent too.
  for (let round = 0; round < 3; round++) {
    for (const [family, targets] of [
      [4, TARGETS],
      [6, TARGETS6],
    ] as const)
      server.publish(
        flowBatch(
          family,
          Array.from({ length: 180 }, (_, at) => ({ target: targets[at % targets.length]! })),
        ),
      );
  }
}

/** Every way in which an address could stand in bytes: as a number of either order, whole or its last word, or as text. */
function traces(address: string): Buffer[] {
  const words = parseIpv6(address) ?? Uint32Array.of(parseIpv4(address)!);
  const last = words.at(-1)!;
  const [little, big] = [Buffer.alloc(4), Buffer.alloc(4)];
  little.writeUInt32LE(last);
  big.writeUInt32BE(last);
  return [little, big, Buffer.from(address), Buffer.from(String(last))];
}

/** As sent, and inflated. */
function bytesOf({ frames }: Watcher): Buffer {
  const columns = frames.flatMap((bytes) => decodeFrame(bytes).columns);
  const inflated = columns.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  return Buffer.concat([...frames, ...inflated]);
}

const traced = (watcher: Watcher) =>
  [...TARGETS, ...TARGETS6].filter((address) => traces(address).some((trace) => bytesOf(watcher).includes(trace)));

describe('targets', () => {
  test('no byte that is sent to a viewer tells one; an analyst gets each, by cookie and by token', async () => {
    const server = await open();
    const token = server.token('analyst');
    const watchers = [
      {},
      { cookie: await cookieFor(server, server.token('viewer')) },
      { authorization: `Bearer ${server.token('viewer')}` },
      { cookie: `kurayami-${new URL(server.url).port}=${'A'.repeat(43)}` },
      { cookie: await cookieFor(server, token) },
      { authorization: `Bearer ${token}` },
    ].map((headers) => new Watcher(server.url, headers));
    const hellos = await Promise.all(watchers.map((watcher) => watcher.hello()));
    expect(hellos.map((hello) => hello as { role: string; name: string | null })).toMatchObject([
      { role: 'viewer', name: null },
      { role: 'viewer', name: 'a viewer' },
      { role: 'viewer', name: 'a viewer' },
      { role: 'viewer', name: null },
      { role: 'analyst', name: 'a analyst' },
      { role: 'analyst', name: 'a analyst' },
    ]);
    publishAll(server);
    await eventually(() => {
      for (const watcher of watchers) {
        expect(watcher.of(FrameKind.streaks).length).toBeGreaterThan(5);
        expect(watcher.totals().length).toBeGreaterThan(2);
      }
    });
    for (const watcher of watchers.slice(0, 4)) {
      expect(traced(watcher)).toEqual([]);
      expect(watcher.totals().every((totals) => !('targets' in totals))).toBe(true);
    }
    for (const watcher of watchers.slice(4)) {
      expect(new Set(watcher.targets())).toEqual(new Set([...TARGETS, ...TARGETS6]));
      expect(traced(watcher)).toEqual([...TARGETS, ...TARGETS6]);
      const span = { lowest: parseIpv4(TARGETS[0]!), highest: parseIpv4(TARGETS[2]!) };
      expect(watcher.totals().at(-1)).toMatchObject({ targets: span });
    }
  });

  test.for<[name: string, end: (server: AccessServer, headers: Record<string, string>) => unknown]>([
    ['signs out', ({ app }, headers) => app.inject({ method: 'POST', url: '/api/v1/sign-out', headers })],
    ['has the token revoked', ({ tokens }) => tokens.revoke(1)],
    ['signed in a week ago', ({ pass }) => pass(7 * 24 * 3_600_000)],
  ])('from when an analyst %s nothing more is sent, and the page comes back as a viewer', async ([, end]) => {
    const server = await open();
    const cookie = await cookieFor(server, server.token('analyst'));
    const analyst = new Watcher(server.url, { cookie });
    const bystander = new Watcher(server.url, {});
    await Promise.all([analyst.hello(), bystander.hello()]);
    publishAll(server);
    await eventually(() => expect(analyst.of(FrameKind.streaks).length).toBe(6));
    const seen = analyst.targets().length;

    await end(server, { cookie, host: new URL(server.url).host });
    publishAll(server);
    await eventually(() => expect(analyst.closed).toEqual({ code: 1008, reason: 'ACCESS_SIGNED_OUT' }));
    expect(analyst.targets().length).toBe(seen);
    const again = new Watcher(server.url, { cookie });
    expect(await again.hello()).toMatchObject({ role: 'viewer' });
    publishAll(server);
    await eventually(() => expect(again.of(FrameKind.streaks).length).toBeGreaterThan(5));
    expect(traced(again)).toEqual([]);
    expect(analyst.targets().length).toBe(seen);
    expect(bystander.closed).toBeNull();
  });

  test('without traffic, too, a page is told within a second', async () => {
    const server = await open();
    const analyst = new Watcher(server.url, { authorization: `Bearer ${server.token('analyst')}` });
    await analyst.hello();
    server.tokens.revoke(1);
    await vi.waitFor(() => expect(analyst.closed?.reason).toBe('ACCESS_SIGNED_OUT'), 1_000);
  });
});

test.for<[role: 'sensor' | null, status: number]>([
  ['sensor', 403],
  [null, 401],
])('a page with the token of a %s is refused', async ([role, status]) => {
  const server = await open();
  const token = role === null ? 'kurayami_wrong' : server.token(role);
  const { socket } = new Watcher(server.url, { authorization: `Bearer ${token}` });
  const answered = await new Promise((resolve) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    socket.on('error', resolve);
  });
  expect(answered).toBe(status);
});
