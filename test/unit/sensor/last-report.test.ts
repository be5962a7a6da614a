/** The last report closes the ledger of a session: a server that is away just then is waited for. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { CaptureSource } from '../../../sensor/capture/capture-source.ts';
import { runSensor } from '../../../sensor/main.ts';
import { nodePlatform } from '../../../sensor/output/platform.ts';
import { decodeFrame, FrameKind } from '../../../shared/wire/frame.ts';
import { encodeAcknowledge, encodeJsonFrame } from '../../../shared/wire/json-frame.ts';

/** Longer than a sensor that was told to stop waits for its last report to be acknowledged. */
const AWAY_MILLISECONDS = 900;

const emptySource: CaptureSource = {
  kind: 'file',
  name: 'empty',
  clock: { mode: 'max', speed: 0 },
  link: 'none',
  damage: [],
  open: async () => undefined,
  async *batches() {},
  stats: () => ({ received: null, droppedByKernel: null, droppedByInterface: null }),
  stop: () => undefined,
};

let server: WebSocketServer;
afterEach(() => void server.close());

/** Breaks every connection that brings a last report, and takes it once it is `back`. */
async function serverThatIsAway(back: () => boolean): Promise<{ url: string; taken: number[] }> {
  const taken: number[] = [];
  const receive = (socket: WebSocket, data: Buffer) => {
    const frame = decodeFrame(data, nodePlatform);
    if (frame.kind === FrameKind.hello)
      return socket.send(encodeJsonFrame(FrameKind.hello, { software: '', sensor: 1, session: 1, resumeAfter: 0 }));
    if (frame.sequence === 0) return;
    if (!back()) return socket.terminate();
    taken.push(frame.sequence);
    socket.send(encodeAcknowledge(frame.epoch, frame.sequence));
  };
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => socket.on('message', (data: Buffer) => receive(socket, data)));
  await once(server, 'listening');
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, taken };
}

function run(url: string, stop: AbortSignal) {
  const words = {
    software: 'test',
    name: 'test',
    token: () => 'none',
    place: null,
    prefixes: [],
    log: () => undefined,
  };
  return runSensor({ ...words, source: emptySource, server: url, stop });
}

test('a sensor whose source has ended brings its last report, however long the server is away', async () => {
  const backAt = performance.now() + AWAY_MILLISECONDS;
  const { url, taken } = await serverThatIsAway(() => performance.now() > backAt);
  const { delivered } = await run(url, new AbortController().signal);
  expect(delivered).toBe(true);
  expect(taken).toEqual([1]);
});

test('a sensor that was told to stop does not wait for long', async () => {
  const { url, taken } = await serverThatIsAway(() => false);
  const started = performance.now();
  await run(url, AbortSignal.abort());
  expect(performance.now() - started).toBeLessThan(1_900);
  expect(taken).toEqual([]);
});
