/** The last report closes the ledger of a session: a server that is away just then is waited for. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { CaptureSource } from '../../../sensor/capture/capture-source.ts';
import { FileSource } from '../../../sensor/capture/file-source.ts';
import { runSensor } from '../../../sensor/main.ts';
import { nodePlatform } from '../../../sensor/output/platform.ts';
import { decodeFrame, FrameKind } from '../../../shared/wire/frame.ts';
import { decodeJsonFrame, encodeAcknowledge, encodeJsonFrame } from '../../../shared/wire/json-frame.ts';
import type { SensorHealth } from '../../../shared/wire/messages.ts';
import { pcapFile } from '../../support/capture-bytes.ts';
import { fakeServer } from '../../support/fake-server.ts';
import { testFolder } from '../../support/folders.ts';
import { IPV4, SYN } from '../../support/link-frames.ts';

/** Longer than a sensor that was told to stop waits for its last report to be acknowledged. */
const AWAY_MILLISECONDS = 900;
/** Longer than one that was told to stop waits for its flows, and not as long as it waits for its last word besides. */
const SLOW_MILLISECONDS = 1_150;

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

function run(url: string, stop: AbortSignal, source: CaptureSource = emptySource) {
  const words = {
    software: 'test',
    name: 'test',
    token: () => 'none',
    place: null,
    prefixes: [],
    log: () => undefined,
  };
  return runSensor({ ...words, source, server: url, stop });
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

test('a last report that is stored and whose acknowledgement was lost is not taken back by a greeting', async () => {
  let stored = 0;
  const words: boolean[] = [];
  let lastClosed: Promise<unknown> = Promise.resolve();
  const server = await fakeServer(({ socket }, frame) => {
    const answer = { software: '', sensor: 1, session: 1, resumeAfter: stored, earlier: [] };
    if (frame.kind === FrameKind.hello) lastClosed = once(socket, 'close');
    if (frame.kind === FrameKind.hello) return socket.send(encodeJsonFrame(FrameKind.hello, answer));
    if (frame.kind === FrameKind.health) words.push((decodeJsonFrame(frame) as SensorHealth).finished);
    if (frame.sequence === 0) return;
    stored = frame.sequence;
    socket.terminate();
  });
  const { delivered } = await run(server.url, new AbortController().signal);
  expect(delivered).toBe(true);
  await lastClosed;
  expect(words.at(-1)).toBe(true);
});

test('a server that stores while the last word is on its way is told, by another, that nothing is', async () => {
  const path = join(await testFolder(), 'one.pcap');
  await writeFile(
    path,
    pcapFile([{ seconds: 1_700_000_000, nanoseconds: 0, packet: `${IPV4} ${SYN}` }], { linkType: 101 }),
  );
  const stop = new AbortController();
  const words: SensorHealth[] = [];
  const server = await fakeServer(async ({ socket }, frame) => {
    const answer = { software: '', sensor: 1, session: 1, resumeAfter: 0, earlier: [] };
    if (frame.kind === FrameKind.hello) return socket.send(encodeJsonFrame(FrameKind.hello, answer));
    if (frame.sequence === 0) return;
    if (frame.kind === FrameKind.health) words.push(decodeJsonFrame(frame) as SensorHealth);
    stop.abort();
    if (words.length === 0) await sleep(SLOW_MILLISECONDS);
    socket.send(encodeAcknowledge(frame.epoch, frame.sequence));
  });
  const { delivered } = await run(server.url, stop.signal, new FileSource([path], 0));
  expect(delivered).toBe(true);
  expect(words.map(({ finished }) => finished)).toEqual([true, true]);
  expect(words.map(({ ledger }) => ledger.packetsSent)).toEqual([1, 1]);
  expect(words.map(({ ledger }) => ledger.packetsAcknowledged)).toEqual([0, 1]);
});
