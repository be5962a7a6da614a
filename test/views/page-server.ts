/** The built page and a live stream on the loopback, under the policy of the real server: what stands behind it is the caller's. */
import { createReadStream, existsSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type WebSocket, WebSocketServer } from 'ws';

const PAGE = fileURLToPath(new URL('../../dist/viz', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};
/** What the real server sends: the page has to live with it. */
const POLICY =
  "default-src 'self'; connect-src 'self'; img-src 'self' data:; worker-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
const NOTHING_RECORDED: Readonly<Record<string, string>> = {
  '/api/v1/sessions': '[]',
  '/api/v1/series': '{"step":5,"points":[]}',
};

export interface PageServer {
  readonly port: number;
  readonly url: string;
  /** Ends every connection. */
  close(): Promise<void>;
}

export interface PageServerOptions {
  /** 0 lets the system choose. */
  readonly port?: number;
  /** JSON by path, whatever the query. */
  readonly answers?: Readonly<Record<string, string>>;
  /** Folder of the page; that of the program when it is left out. */
  readonly folder?: string;
  onViewer(socket: WebSocket): void;
}

export async function startPageServer(options: PageServerOptions): Promise<PageServer> {
  const answers = { ...NOTHING_RECORDED, ...options.answers };
  const http = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://page').pathname);
    const answer = answers[path];
    if (answer === undefined) sendFile(options.folder ?? PAGE, path, response);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  });
  const sockets = new WebSocketServer({ server: http, path: '/api/v1/live', perMessageDeflate: false });
  sockets.on('connection', (socket) => options.onViewer(socket));
  await new Promise<void>((resolve) => http.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = http.address() as { port: number };
  const close = async () => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  };
  return { port, url: `http://127.0.0.1:${port}/`, close };
}

function sendFile(folder: string, path: string, response: ServerResponse): void {
  const file = join(folder, path === '/' ? 'index.html' : path);
  if (!file.startsWith(folder) || !existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
  });
  createReadStream(file).pipe(response);
}
