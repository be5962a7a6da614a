/** The WebSocket of one page. */
import type { WebSocket } from 'ws';
import { FrameKind } from '../../shared/wire/frame.ts';
import { encodeJsonFrame } from '../../shared/wire/json-frame.ts';
import type { ViewerHello } from '../../shared/wire/messages.ts';
import type { LiveHub } from './live-hub.ts';
import { Viewer } from './viewer.ts';

export const MAX_VIEWERS = 200;

export function serveViewer(socket: WebSocket, hub: LiveHub, hello: ViewerHello, streaksPerSecond: number): void {
  const viewer = new Viewer(socket, streaksPerSecond);
  // A page says nothing that the server needs: whatever comes is not read.
  socket.on('message', () => undefined);
  socket.on('error', () => socket.terminate());
  socket.on('close', () => hub.viewers.delete(viewer));
  socket.send(encodeJsonFrame(FrameKind.hello, hello));
  hub.addViewer(viewer);
}
