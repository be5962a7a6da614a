/** A server made of a few lines: it says what a test wants it to say. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { nodePlatform } from '../../server/ingest/platform.ts';
import { decodeFrame, type Frame, FrameKind } from '../../shared/wire/frame.ts';
import { encodeAcknowledge, encodeJsonFrame } from '../../shared/wire/json-frame.ts';

export interface FakePeer {
  readonly socket: WebSocket;
  /** From 1. */
  readonly connection: number;
}

export type Behaviour = (peer: FakePeer, frame: Frame) => void;

export async function fakeServer(behaviour: Behaviour) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  const state = { connections: 0, behaviour };
  server.on('connection', (socket) => {
    const peer = { socket, connection: ++state.connections };
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => state.behaviour(peer, decodeFrame(data, nodePlatform)));
  });
  await once(server, 'listening');
  onTestFinished(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, state };
}

/** What a good server does: each frame once, by epoch and sequence. */
export function goodServer(): { behaviour: Behaviour; taken: Map<number, number[]> } {
  const taken = new Map<number, number[]>();
  const behaviour: Behaviour = ({ socket }, frame) => {
    const frames = taken.get(frame.epoch) ?? [];
    taken.set(frame.epoch, frames);
    const last = frames.at(-1) ?? -1;
    if (frame.kind === FrameKind.hello)
      return socket.send(
        encodeJsonFrame(FrameKind.hello, { software: '', sensor: 1, session: 0, resumeAfter: last, earlier: [] }),
      );
    if (frame.sequence === 0) return;
    if (frame.sequence > last) frames.push(frame.sequence);
    socket.send(encodeAcknowledge(frame.epoch, frame.sequence));
  };
  return { behaviour, taken };
}
