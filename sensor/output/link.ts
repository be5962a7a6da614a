/** One connection to the server: hello, frames of one epoch in order, acknowledgements; made again when it breaks. */
import type { IncomingMessage } from 'node:http';
import { type ClientOptions, WebSocket } from 'ws';
import { decodeFrame, type Frame, FrameKind } from '../../shared/wire/frame.ts';
import { decodeJsonFrame, encodeJsonFrame } from '../../shared/wire/json-frame.ts';
import type { SensorHello, ServerHello } from '../../shared/wire/messages.ts';
import type { FrameSource } from './frame-source.ts';
import { nodePlatform } from './platform.ts';
import { distrustOf, readRefusal, UplinkError } from './refusals.ts';
import { readErrorMessage, readServerHello } from './server-messages.ts';

const MAX_BUFFERED_BYTES = 8 << 20;
const FIRST_RETRY_MILLISECONDS = 250;
const MAX_RETRY_MILLISECONDS = 15_000;
/** A server that refuses is asked again, seldom: somebody has to do something first. */
const FIRST_REFUSED_MILLISECONDS = 30_000;
const MAX_REFUSED_MILLISECONDS = 900_000;
const HANDSHAKE_TIMEOUT_MILLISECONDS = 10_000;
const SILENCE_MILLISECONDS = 60_000;
/** What a server says is short; the hello names an epoch in some 50 bytes. */
const MAX_MESSAGE_BYTES = 64 << 10;

/** `ask`: another hello has to ask for more before anything is sent. `wrong`: what the server says cannot be. */
export type Welcome = 'ready' | 'ask' | 'wrong';

export interface LinkOptions {
  /** Such as `ws://127.0.0.1:8600`. */
  readonly server: string;
  /** Asked anew for each connection: a token may be changed while the sensor runs. */
  readonly token: () => string;
  readonly connect: ClientOptions;
  /** Asked for once the server answers: it may begin a new epoch. */
  readonly hello: () => SensorHello;
  readonly frames: () => FrameSource;
  readonly maxFramesInFlight: number;
  readonly maxBytesInFlight: number;
  /** Whether frames may be sent now. */
  readonly maySend?: () => boolean;
  readonly log: (message: string) => void;
  /** The server took us in; nothing was sent to it yet. */
  onWelcome(hello: ServerHello): Welcome;
  /** Something was acknowledged. */
  onProgress(): void;
  /** False when there shall be no more attempts. */
  onRefused(error: UplinkError): boolean;
  /** The server broke the rules. */
  onFault(): void;
}

export class Link {
  readonly #options: LinkOptions;
  #socket: WebSocket | null = null;
  #ready = false;
  #closing = false;
  #refused = false;
  #heardMilliseconds = 0;
  #watch: NodeJS.Timeout | null = null;
  #retryMilliseconds = FIRST_RETRY_MILLISECONDS;
  #retryTimer: NodeJS.Timeout | null = null;
  #epoch = 0;
  /** What has a message of ours that it could not write yet: a network that stands still collects no more of them. */
  #saying: WebSocket | null = null;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  get isReady(): boolean {
    return this.#ready;
  }

  start(): void {
    this.#watch = setInterval(() => this.#checkSilence(), HANDSHAKE_TIMEOUT_MILLISECONDS / 4);
    this.#connect();
  }

  /** A message that the next replaces: sent when there is somebody to hear it, and the one before is on its way. */
  say(kind: FrameKind, message: unknown): void {
    const socket = this.#socket;
    if (!this.#ready || socket === null || this.#saying === socket) return;
    this.#saying = socket;
    socket.send(encodeJsonFrame(kind, message, this.#epoch, 0), () => {
      if (this.#saying === socket) this.#saying = null;
    });
  }

  /** Sends as much as may be under way. */
  pump(): void {
    const socket = this.#socket;
    const { frames, maxFramesInFlight, maxBytesInFlight, maySend } = this.#options;
    if (!this.#ready || socket === null || maySend?.() === false) return;
    const source = frames();
    while (source.framesInFlight < maxFramesInFlight && socket.bufferedAmount < MAX_BUFFERED_BYTES) {
      if (source.framesInFlight > 0 && source.bytesInFlight >= maxBytesInFlight) return;
      const frame = source.takeUnsent();
      if (frame === null) return;
      socket.send(frame.bytes);
    }
  }

  /** Breaks the connection and says hello anew. */
  renew(): void {
    this.#socket?.terminate();
  }

  close(): void {
    this.#closing = true;
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer);
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#socket?.close(1000);
  }

  #connect(): void {
    const { server, log } = this.#options;
    const url = new URL('/api/v1/ingest', server);
    this.#refused = false;
    try {
      this.#socket = this.#socketTo(url);
    } catch (error) {
      // What the token or the trust holds may be wrong just now: nobody but a timer would get the error.
      log(`connection to ${url.host}: ${(error as Error).message}`);
      this.#reconnectLater();
      return;
    }
    const socket = this.#socket;
    socket.binaryType = 'nodebuffer';
    socket.on('open', () => this.#opened(socket));
    socket.on('message', (data: Buffer) => this.#receive(socket, data));
    socket.on('unexpected-response', (_request, response) => {
      void this.#refusedByHttp(url, response).finally(() => socket.terminate());
    });
    socket.on('error', (error) => {
      const { code } = error as NodeJS.ErrnoException;
      const distrust = distrustOf(url.host, error);
      if (distrust !== null) this.#refuse(distrust);
      else log(`connection to ${url.host}: ${error.message || code}`);
      if (code?.startsWith('WS_ERR_')) this.#options.onFault();
    });
    socket.on('close', () => this.#reconnectLater());
  }

  #socketTo(url: URL): WebSocket {
    const { token, connect } = this.#options;
    return new WebSocket(url, {
      ...connect,
      headers: { authorization: `Bearer ${token()}` },
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MILLISECONDS,
    });
  }

  #opened(socket: WebSocket): void {
    this.#heardMilliseconds = performance.now();
    const hello = this.#options.hello();
    this.#epoch = hello.epoch;
    socket.send(encodeJsonFrame(FrameKind.hello, hello, hello.epoch, 0));
  }

  /** A cable that was pulled says nothing: frames that are not acknowledged for this long mean a connection that is none. */
  #checkSilence(): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    const silent = performance.now() - this.#heardMilliseconds;
    if (!this.#ready && silent > HANDSHAKE_TIMEOUT_MILLISECONDS) this.#fault('it does not answer the hello');
    if (this.#ready && this.#options.frames().framesInFlight > 0 && silent > SILENCE_MILLISECONDS)
      this.#socket?.terminate();
  }

  #reconnectLater(): void {
    this.#ready = false;
    this.#socket = null;
    this.#options.frames().rewind();
    if (this.#closing) return;
    const most = this.#refused ? MAX_REFUSED_MILLISECONDS : MAX_RETRY_MILLISECONDS;
    const least = this.#refused ? FIRST_REFUSED_MILLISECONDS : FIRST_RETRY_MILLISECONDS;
    const wait = Math.min(most, Math.max(least, this.#retryMilliseconds));
    this.#retryMilliseconds = Math.min(MAX_REFUSED_MILLISECONDS, wait * 2);
    // Jitter, so that many sensors do not come back in the same moment.
    this.#retryTimer = setTimeout(() => this.#connect(), wait * (0.5 + Math.random()));
  }

  /** Something changed that may help: a new token, say. */
  retryNow(): void {
    if (this.#socket !== null || this.#closing || this.#retryTimer === null) return;
    clearTimeout(this.#retryTimer);
    this.#connect();
  }

  #receive(socket: WebSocket, data: Buffer): void {
    if (socket !== this.#socket || this.#closing) return;
    this.#heardMilliseconds = performance.now();
    try {
      this.#take(decodeFrame(data, nodePlatform));
    } catch (error) {
      this.#fault((error as Error).message);
    }
  }

  /** Throws for what no server of ours says. */
  #take(frame: Frame): void {
    if (frame.kind === FrameKind.error) this.#refusedByMessage(frame);
    else if (frame.kind === FrameKind.hello) this.#welcome(readServerHello(decodeJsonFrame(frame)));
    else if (frame.kind === FrameKind.acknowledge) this.#acknowledged(frame);
  }

  #acknowledged(frame: Frame): void {
    if (!this.#ready || frame.epoch !== this.#epoch) throw new Error('it acknowledges what it was not sent');
    const source = this.#options.frames();
    if (frame.sequence > source.highestSent) throw new Error('it acknowledges what it was not sent');
    source.acknowledge(frame.sequence);
    // It does what it is there for: what went wrong before is over.
    this.#retryMilliseconds = FIRST_RETRY_MILLISECONDS;
    this.#options.onProgress();
    this.pump();
  }

  #welcome(hello: ServerHello): void {
    if (this.#ready) throw new Error('it says hello twice');
    // Of a connection that was ended here: it answers what was not asked yet.
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    const welcome = this.#options.onWelcome(hello);
    if (welcome === 'wrong') throw new Error('it has what it was not sent');
    if (welcome === 'ask') {
      this.#retryMilliseconds = FIRST_RETRY_MILLISECONDS;
      this.renew();
      return;
    }
    this.#options.frames().rewind();
    this.#ready = true;
    this.#options.onProgress();
    this.pump();
  }

  #fault(what: string): void {
    this.#options.log(`the server breaks the rules (${what}); connecting anew`);
    this.#options.onFault();
    this.#socket?.terminate();
  }

  #refusedByMessage(frame: Frame): void {
    const { code, message } = readErrorMessage(decodeJsonFrame(frame));
    // The server says so when its store fails: it is not about us.
    if (code !== 'INGEST_BUSY') this.#refuse(new UplinkError(code, `The server refused: ${message}`));
  }

  async #refusedByHttp(url: URL, response: IncomingMessage): Promise<void> {
    const refusal = await readRefusal(url.host, response);
    if (refusal instanceof UplinkError) this.#refuse(refusal);
    else this.#options.log(refusal);
  }

  #refuse(error: UplinkError): void {
    if (this.#refused || this.#closing) return;
    this.#refused = true;
    if (!this.#options.onRefused(error)) this.close();
  }
}
