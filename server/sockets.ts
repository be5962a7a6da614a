/** WebSockets: which requests become one, and which are refused before anything is read from them. */
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { WebSocketServer } from 'ws';
import { MAX_FRAME_BYTES } from '../shared/wire/frame.ts';
import { bearerToken, isFromProxy, isOwnRequest } from './access/hosts.ts';
import { type AccessParts, askerOf } from './access/role.ts';
import type { TokenState } from './access/token-file.ts';
import { type IngestParts, serveSensor } from './ingest/ingest-socket.ts';
import type { LiveHub } from './live/live-hub.ts';
import { MAX_VIEWERS, serveViewer } from './live/live-socket.ts';
import { MAX_REQUEST_BYTES } from './live/viewer-requests.ts';

/** What is longer is not read to its end: the connection is closed. Up to there a page is told what was wrong. */
const MAX_VIEWER_MESSAGE_BYTES = 4 * MAX_REQUEST_BYTES;
const MAX_SENSORS = 1_000;
/** A peer that is refused has so long to fetch the answer. */
const REFUSAL_MILLISECONDS = 5_000;

export interface SocketParts extends IngestParts, AccessParts {
  readonly live: LiveHub;
  readonly streaksPerSecond: number;
  /** Sensors show a certificate that the client authority has signed. */
  readonly needsClientCertificate?: boolean;
}

export class Sockets {
  readonly #parts: SocketParts;
  readonly #sensors = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MAX_FRAME_BYTES });
  readonly #viewers = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_VIEWER_MESSAGE_BYTES,
  });

  constructor(parts: SocketParts) {
    this.#parts = parts;
  }

  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      const path = (request.url ?? '').split('?')[0];
      const { names = [], proxy = '' } = this.#parts.reach ?? {};
      if (!isFromProxy(request, proxy)) refuse(socket, 403, 'ACCESS_NOT_PROXY');
      else if (!isOwnRequest(request, names)) refuse(socket, 403, 'ACCESS_WRONG_HOST');
      else if (path === '/api/v1/ingest') this.#upgradeSensor(request, socket, head);
      else if (path === '/api/v1/live') this.#upgradeViewer(request, socket, head);
      else refuse(socket, 404, 'NOT_FOUND');
    });
  }

  #upgradeSensor(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#parts.needsClientCertificate && !hasGoodCertificate(socket as TLSSocket)) {
      const why = (socket as TLSSocket).authorizationError ?? 'it shows none';
      this.#parts.log(`a sensor is refused: its certificate is not good (${why}) [ACCESS_CLIENT_CERTIFICATE]`);
      return void refuse(socket, 403, 'ACCESS_CLIENT_CERTIFICATE');
    }
    const token = bearerToken(request);
    const record = token === null ? null : this.#parts.tokens.find(token);
    if (record?.role !== 'sensor') return void this.#refuseToken(socket, token);
    if (this.#sensors.clients.size >= MAX_SENSORS) return void refuse(socket, 503, 'TOO_MANY_SENSORS');
    this.#sensors.handleUpgrade(request, socket, head, (webSocket) => serveSensor(webSocket, record, this.#parts));
  }

  #refuseToken(socket: Duplex, token: string | null): void {
    const state = token === null ? 'unknown' : this.#parts.tokens.stateOfToken(token);
    const code = tokenCodes[state];
    this.#parts.log(`a sensor is refused: its token is ${state === 'good' ? 'not that of a sensor' : state} [${code}]`);
    refuse(socket, 401, code);
  }

  #upgradeViewer(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#viewers.clients.size >= MAX_VIEWERS) return void refuse(socket, 503, 'TOO_MANY_VIEWERS');
    const asker = askerOf(request, this.#parts);
    if (asker === null) return void refuse(socket, 401, 'ACCESS_TOKEN');
    const { role, name } = asker;
    if (role === 'sensor') return void refuse(socket, 403, 'ACCESS_ROLE');
    const { live, software, streaksPerSecond } = this.#parts;
    const hello = { software, role, name };
    const isGood = () => asker.isGood();
    const address = request.socket.remoteAddress ?? '';
    this.#viewers.handleUpgrade(request, socket, head, (webSocket) =>
      serveViewer(webSocket, { live, hello, streaksPerSecond, isGood, address }),
    );
  }

  close(): void {
    for (const server of [this.#sensors, this.#viewers]) {
      for (const client of server.clients) client.terminate();
      server.close();
    }
  }
}

/**
 * A resumed session counts as authorized whether or not a certificate was ever shown in it; the certificate itself is
 * known in both cases.
 */
function hasGoodCertificate(socket: TLSSocket): boolean {
  return socket.authorized === true && socket.getPeerCertificate()?.fingerprint256 !== undefined;
}

const tokenCodes: Readonly<Record<TokenState, string>> = {
  good: 'ACCESS_TOKEN',
  unknown: 'ACCESS_TOKEN',
  revoked: 'ACCESS_TOKEN_REVOKED',
  expired: 'ACCESS_TOKEN_EXPIRED',
};

const reasons: Record<number, string> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  503: 'Service Unavailable',
};

/** Nothing more is read: the socket goes once the answer is out, and also where the peer does not take the answer. */
function refuse(socket: Duplex, status: number, code: string): void {
  (socket as Socket).setTimeout(REFUSAL_MILLISECONDS, () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  const body = `{"code":"${code}"}`;
  socket.end(
    `HTTP/1.1 ${status} ${reasons[status]}\r\ncontent-type: application/problem+json\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
}
