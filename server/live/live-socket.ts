/** The WebSocket of one page. */
import type { WebSocket } from 'ws';
import { FrameKind } from '../../shared/wire/frame.ts';
import { encodeJsonFrame } from '../../shared/wire/json-frame.ts';
import type { ViewerHello } from '../../shared/wire/messages.ts';
import { maySeeTargets } from '../access/role.ts';
import type { LiveHub } from './live-hub.ts';
import { Viewer } from './viewer.ts';
import { ViewerRequests } from './viewer-requests.ts';

export const MAX_VIEWERS = 200;

export interface ViewerParts {
  readonly live: LiveHub;
  readonly hello: ViewerHello;
  readonly streaksPerSecond: number;
  /** Whether that by which the page got its role still holds. */
  readonly isGood: () => boolean;
  /** Address of the page. */
  readonly address: string;
}

export function serveViewer(socket: WebSocket, { live, hello, streaksPerSecond, isGood, address }: ViewerParts): void {
  const viewer = new Viewer(socket, streaksPerSecond, {
    seesTargets: maySeeTargets(hello.role),
    isGood,
    asker: hello.name ?? address,
  });
  const requests = new ViewerRequests(viewer, live);
  socket.on('message', (data: Buffer) => void requests.take(data));
  socket.on('error', () => socket.terminate());
  socket.on('close', () => live.removeViewer(viewer));
  socket.send(encodeJsonFrame(FrameKind.hello, hello));
  live.addViewer(viewer);
}
