/**
 * A stand-in for the server: serves the built page and a live stream of fake traffic on loopback, for looking at the page.
 *
 *   node test/views/run.mjs fake-feed --port 8611 --kind simulated|live|file --rate 300 --speed 1|10|max
 */
import { parseArgs } from 'node:util';
import type { WebSocket } from 'ws';
import { encodeFrame, FrameKind } from '../../shared/wire/frame.ts';
import { encodeJsonFrame } from '../../shared/wire/json-frame.ts';
import type { SensorView } from '../../shared/wire/messages.ts';
import { streaksToFrame } from '../../shared/wire/streaks.ts';
import { type FakeSession, FakeTotals, fakeSensors } from './fake-totals.ts';
import { fakeBatch, seeded } from './fake-traffic.ts';
import { type PageServer, startPageServer } from './page-server.ts';

const BATCH_MILLISECONDS = 100;

export interface FakeFeedOptions {
  port: number;
  /** Flows a second. */
  rate: number;
  session: FakeSession;
  sensors?: readonly SensorView[];
  seed?: number;
}

/** Starts it; `close` ends every connection. */
export function startFakeFeed(options: FakeFeedOptions): Promise<PageServer> {
  return startPageServer({ port: options.port, onViewer: (socket) => stream(socket, options) });
}

function stream(socket: WebSocket, { rate, session, sensors = fakeSensors, seed = 7 }: FakeFeedOptions): void {
  const random = seeded(seed);
  const begin = Date.now() / 1000;
  const totals = new FakeTotals(session, sensors, begin);
  const sensorIds = sensors.map(({ id }) => id);
  const speed = session.clock.mode === 'max' ? 600 : session.clock.speed;
  let last = begin;
  let tick = 0;
  socket.send(encodeJsonFrame(FrameKind.hello, { software: 'kurayami fake', role: 'viewer' }));
  socket.send(encodeJsonFrame(FrameKind.totals, totals.message(0, 0)));
  const timer = setInterval(() => {
    const now = Date.now() / 1000;
    const wave = 1 + 0.18 * Math.sin(now / 7) + 0.25 * random() + (Math.sin(now / 23) > 0.9 ? 0.8 : 0);
    const rows = Math.max(1, Math.round(rate * (now - last) * wave));
    const batch = fakeBatch(random, rows, begin + (last - begin) * speed, begin + (now - begin) * speed, sensorIds);
    totals.add(batch);
    totals.viewer.offered += rows;
    totals.viewer.sent += rows;
    socket.send(encodeFrame(streaksToFrame(batch, tick)));
    if (tick++ % 3 === 0)
      socket.send(encodeJsonFrame(FrameKind.totals, totals.message(rate * wave * 4.1, rate * wave)));
    last = now;
  }, BATCH_MILLISECONDS);
  socket.on('close', () => clearInterval(timer));
}

export async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8611' },
      rate: { type: 'string', default: '300' },
      kind: { type: 'string', default: 'simulated' },
      speed: { type: 'string', default: '1' },
    },
  });
  const kind = values.kind as FakeSession['kind'];
  const max = values.speed === 'max';
  const mode = max ? 'max' : kind === 'file' ? 'paced' : 'live';
  const name = { live: 'live', file: 'worm-2026-06.pcap', simulated: 'scenario mixed, seed 7' }[kind];
  const clock = { mode, speed: max ? 0 : Number(values.speed) } as const;
  const { port } = await startFakeFeed({
    port: Number(values.port),
    rate: Number(values.rate),
    session: { kind, name, clock },
  });
  console.log(`http://127.0.0.1:${port}/`);
}
