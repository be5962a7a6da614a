/** A server that lies, shouts or stays silent: the sensor survives, counts, and loses nothing. */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Uplink, type UplinkOptions } from '../../../sensor/output/uplink.ts';
import { FrameKind, WireType } from '../../../shared/wire/frame.ts';
import { encodeAcknowledge, encodeJsonFrame } from '../../../shared/wire/json-frame.ts';
import { eventually } from '../../support/eventually.ts';
import { type Behaviour, fakeServer, goodServer } from '../../support/fake-server.ts';
import { helloOf, openSpool, range, spoolFolder } from '../../support/spools.ts';

const FRAMES = 60;
const welcome = (resumeAfter: number) =>
  encodeJsonFrame(FrameKind.hello, { software: '', sensor: 1, session: 0, resumeAfter });
const isHello = (frame: { kind: number }) => frame.kind === FrameKind.hello;

/** Each is rude for the first connections, and the good server takes over. */
const rudeness: Readonly<Record<string, Behaviour>> = {
  'sends garbage': ({ socket }) => socket.send(Buffer.from('what is this')),
  'sends text': ({ socket }) => socket.send('{"hello":1}'),
  'sends a hello without a position': ({ socket }) => socket.send(encodeJsonFrame(FrameKind.hello, { software: 'x' })),
  'sends a hello of null': ({ socket }) => socket.send(encodeJsonFrame(FrameKind.hello, null)),
  'acknowledges before it was greeted': ({ socket }) => socket.send(encodeAcknowledge(7, 5)),
  'has stored what was never sent': ({ socket }) => socket.send(welcome(1_000_000)),
  'acknowledges what was never sent': ({ socket }, frame) =>
    socket.send(isHello(frame) ? welcome(-1) : encodeAcknowledge(7, 0xffff_ffff)),
  'acknowledges another epoch': ({ socket }, frame) =>
    socket.send(isHello(frame) ? welcome(-1) : encodeAcknowledge(8, 1)),
  'says hello without end': ({ socket }) => {
    for (let times = 0; times < 1_000; times++) socket.send(welcome(-1));
  },
  'sends a huge message': ({ socket }) => socket.send(Buffer.alloc(32 << 20)),
  resets: ({ socket }) => socket.terminate(),
  'takes everything, and resets': ({ socket }, frame) => {
    if (isHello(frame)) socket.send(welcome(-1));
    else socket.terminate();
  },
  'says that its store fails': ({ socket }) => {
    socket.send(encodeJsonFrame(FrameKind.error, { code: 'INGEST_BUSY', message: 'later' }));
    socket.close(1008);
  },
};

async function uplinkTo(server: string, options: Partial<UplinkOptions> = {}): Promise<Uplink> {
  const spool = openSpool(await spoolFolder(), { maxBytes: 4 << 20 });
  const log = vi.fn();
  const uplink = new Uplink({
    server,
    token: () => 'none',
    hello: helloOf(7),
    compress: false,
    spool,
    isPatient: true,
    log,
    ...options,
  });
  onTestFinished(() => uplink.close());
  return uplink;
}

function sendFrames(uplink: Uplink, count: number): void {
  const data = new Uint32Array([1]);
  for (let sent = 0; sent < count; sent++) {
    const { epoch, nextSequence: sequence } = uplink;
    uplink.send(
      {
        kind: FrameKind.flows4,
        flags: 0,
        epoch,
        sequence,
        rows: 1,
        columns: [{ field: 12, type: WireType.u32, data }],
      },
      1,
    );
  }
}

describe('a server that', () => {
  test.for(Object.entries(rudeness))('%s', { timeout: 20_000 }, async ([name, rude]) => {
    const good = goodServer();
    const { url, state } = await fakeServer((peer, frame) =>
      (peer.connection <= 2 ? rude : good.behaviour)(peer, frame),
    );
    const uplink = await uplinkTo(url);
    uplink.start();
    sendFrames(uplink, FRAMES);
    expect(await uplink.drain(15_000)).toBe(true);
    expect(state.connections).toBeGreaterThanOrEqual(3);
    expect(good.taken.get(7)).toEqual(range(1, FRAMES));
    expect(uplink.totals).toMatchObject({
      flowsSent: FRAMES,
      flowsAcknowledged: FRAMES,
      flowsWaiting: 0,
      flowsDropped: 0,
    });
    const isRude = !/reset|store fails/.test(name);
    expect(uplink.faults > 0, `faults: ${uplink.faults}`).toBe(isRude);
  });

  test('accepts and never answers is left after a while, and nothing grows', { timeout: 30_000 }, async () => {
    const good = goodServer();
    const { url } = await fakeServer((peer, frame) => peer.connection > 1 && good.behaviour(peer, frame));
    const uplink = await uplinkTo(url);
    uplink.start();
    sendFrames(uplink, FRAMES);
    expect(await uplink.drain(25_000)).toBe(true);
    expect(uplink.faults).toBe(1);
    expect(good.taken.get(7)).toEqual(range(1, FRAMES));
  });
});

test('a server that takes nothing makes the spool grow, and not the memory', { timeout: 30_000 }, async () => {
  const { url } = await fakeServer(({ socket }, frame) => void (isHello(frame) && socket.send(welcome(-1))));
  const spool = openSpool(await spoolFolder(), { maxBytes: 64 << 20, windowBytes: 1 << 20 });
  const uplink = await uplinkTo(url, { spool });
  uplink.start();
  const data = new Uint32Array(5_000).fill(1);
  const before = process.memoryUsage();
  for (let sent = 0; sent < 4_000; sent++) {
    const { epoch, nextSequence: sequence } = uplink;
    uplink.send(
      {
        kind: FrameKind.flows4,
        flags: 0,
        epoch,
        sequence,
        rows: 5_000,
        columns: [{ field: 12, type: WireType.u32, data }],
      },
      5_000,
    );
    uplink.makeRoom();
    if (sent % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  globalThis.gc?.();
  const { flowsWaiting, flowsSent, flowsDropped } = uplink.totals;
  expect(flowsWaiting + flowsSent + flowsDropped).toBe(4_000 * 5_000);
  expect(flowsDropped).toBeGreaterThan(0);
  expect(spool.report(uplink.totals).bytes).toBeLessThan(70 << 20);
  // 80 MB went through.
  expect(process.memoryUsage().arrayBuffers - before.arrayBuffers).toBeLessThan(40 << 20);
});

test('a token that cannot be sent is told, and the next is asked for: the sensor does not end', async () => {
  const good = goodServer();
  const { url } = await fakeServer(good.behaviour);
  const tokens = ['old\nnew', 'old\nnew'];
  const log = vi.fn();
  const uplink = await uplinkTo(url, { token: () => tokens.shift() ?? 'new', log });
  uplink.start();
  sendFrames(uplink, 5);
  expect(await uplink.drain(5_000)).toBe(true);
  expect(log).toHaveBeenCalledWith(expect.stringMatching(/^connection to 127\.0\.0\.1:\d+: Invalid character/));
});

describe('a refusal', () => {
  const refusing = (refused: () => boolean): Behaviour => {
    const good = goodServer();
    return (peer, frame) => {
      if (!refused()) return good.behaviour(peer, frame);
      peer.socket.send(
        encodeJsonFrame(FrameKind.error, { code: 'INGEST_TOKEN_REVOKED', message: 'this token was revoked' }),
      );
      peer.socket.close(1008, 'INGEST_TOKEN_REVOKED');
    };
  };

  test('ends a run that somebody watches, at the first connection', async () => {
    const { url } = await fakeServer(refusing(() => true));
    const onFailure = vi.fn();
    const uplink = await uplinkTo(url, { isWatched: true, onFailure });
    uplink.start();
    await eventually(() => expect(onFailure).toHaveBeenCalled());
    await expect(uplink.drain(1_000)).resolves.toBe(true);
    await expect(uplink.room()).rejects.toMatchObject({ code: 'INGEST_TOKEN_REVOKED' });
  });

  test('does not end one that goes on by itself: it asks seldom, and at once with a new token', {
    timeout: 20_000,
  }, async () => {
    let [isRefused, token] = [false, 'old'];
    const { url, state } = await fakeServer(refusing(() => isRefused));
    const log = vi.fn();
    const uplink = await uplinkTo(url, { token: () => token, log });
    uplink.start();
    sendFrames(uplink, 5);
    expect(await uplink.drain(5_000)).toBe(true);
    isRefused = true;
    sendFrames(uplink, 5);
    await eventually(() =>
      expect(log).toHaveBeenCalledWith(expect.stringMatching(/revoked.*\[INGEST_TOKEN_REVOKED\].*Capturing goes on/)),
    );
    const { connections } = state;
    expect(await uplink.drain(4_000)).toBe(false);
    // No hammering: not one attempt in these seconds.
    expect(state.connections).toBe(connections);
    [isRefused, token] = [false, 'new'];
    expect(await uplink.drain(5_000)).toBe(true);
    expect(uplink.totals).toMatchObject({ flowsAcknowledged: 10, flowsWaiting: 0 });
  });
});
