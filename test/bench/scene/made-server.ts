/** Serves built pages to a browser that shall measure finely, and streams made streaks to those that ask for them. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import { FrameKind } from '../../../shared/wire/frame.ts';
import { encodeJsonFrame } from '../../../shared/wire/json-frame.ts';
import { FakeTotals, fakeSensors } from '../../views/fake-totals.ts';
import { NEW_EACH_SECOND, SLOWNESS } from './load.ts';
import { MadeStreaks } from './made-streaks.ts';

/** As often as a live sensor sends. */
const FRAME_SECONDS = 0.1;
const ROWS = NEW_EACH_SECOND * FRAME_SECONDS;
/** Totals come four times a second. */
const TOTALS_FRAMES = 2.5;
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};
/** Only a page that is isolated from others is given a clock of 5 microseconds. */
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

export interface MadeServer {
  readonly url: string;
  close(): void;
}

/** `folder` has the pages; the stream is at api/v1/live beside each. */
export async function serveMade(folder: string): Promise<MadeServer> {
  const http = createServer(async ({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const path = join(folder, pathname.endsWith('/') ? `${pathname}index.html` : pathname);
    const content = await readFile(path).catch(() => null);
    const type = TYPES[extname(path)] ?? 'application/octet-stream';
    response.writeHead(content === null ? 404 : 200, { 'content-type': type, ...ISOLATED });
    response.end(content);
  });
  const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
  sockets.on('connection', stream);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    close() {
      for (const socket of sockets.clients) socket.terminate();
      http.close();
    },
  };
}

function stream(socket: WebSocket): void {
  const begin = Date.now() / 1000;
  const session = { kind: 'live', name: 'made', clock: { mode: 'live', speed: 1 } } as const;
  const totals = new FakeTotals(session, fakeSensors, begin);
  const made = new MadeStreaks(
    ROWS,
    fakeSensors.map(({ id }) => id),
  );
  const sendTotals = () =>
    socket.send(encodeJsonFrame(FrameKind.totals, totals.message(NEW_EACH_SECOND, NEW_EACH_SECOND)));
  socket.send(encodeJsonFrame(FrameKind.hello, { software: 'kurayami bench', role: 'viewer' }));
  sendTotals();
  let frames = 0;
  let totalsDue = TOTALS_FRAMES;
  const timer = setInterval(() => {
    // What a late timer owes is made up for: the rate is exact.
    const due = Math.floor((Date.now() / 1000 - begin) / FRAME_SECONDS);
    for (; frames < due; frames++) {
      const captured = begin + frames * FRAME_SECONDS * SLOWNESS;
      const batch = made.next(captured, captured + FRAME_SECONDS * SLOWNESS);
      totals.add(batch);
      totals.viewer.offered += ROWS;
      totals.viewer.sent += ROWS;
      socket.send(made.frame(batch));
    }
    if (frames < totalsDue) return;
    totalsDue = frames + TOTALS_FRAMES;
    sendTotals();
  }, FRAME_SECONDS * 1000);
  socket.on('close', () => clearInterval(timer));
}
