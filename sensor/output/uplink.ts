/** The connection to the server: hello, frames in order, acknowledgements; made again when it breaks. */
import { WebSocket } from 'ws';
import { decodeFrame, encodeFrame, type Frame, FrameKind, MAX_FRAME_BYTES } from '../../shared/wire/frame.ts';
import { decodeJsonFrame, encodeJsonFrame } from '../../shared/wire/json-frame.ts';
import type { ErrorMessage, SensorHealth, SensorHello, ServerHello } from '../../shared/wire/messages.ts';
import { FrameQueue, type QueueTotals } from './frame-queue.ts';
import { nodePlatform } from './platform.ts';

const MAX_FRAMES_IN_FLIGHT = 32;
const MAX_BUFFERED_BYTES = 8 << 20;
const FIRST_RETRY_MILLISECONDS = 250;
const MAX_RETRY_MILLISECONDS = 15_000;
const HANDSHAKE_TIMEOUT_MILLISECONDS = 10_000;
const SILENCE_MILLISECONDS = 60_000;
const DEFAULT_QUEUE_BYTES = 64 << 20;

export interface UplinkOptions {
  /** Such as `ws://127.0.0.1:8600`. */
  readonly server: string;
  readonly token: string;
  readonly hello: SensorHello;
  /** Off on loopback, where bytes are cheaper than deflate. */
  readonly compress: boolean;
  readonly queueBytes?: number;
  readonly log: (message: string) => void;
}

/** The server does not want this sensor: trying again would not help. Codes: docs/errors.md. */
export class UplinkError extends Error {
  override readonly name = 'UplinkError';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export class Uplink {
  readonly #options: UplinkOptions;
  readonly #queue: FrameQueue;
  #socket: WebSocket | null = null;
  #ready = false;
  #closing = false;
  #hurrying = false;
  #heardMilliseconds = 0;
  #watch: NodeJS.Timeout | null = null;
  #retryMilliseconds = FIRST_RETRY_MILLISECONDS;
  #retryTimer: NodeJS.Timeout | null = null;
  #nextSequence = 1;
  #failure: UplinkError | null = null;
  #waiting: (() => void)[] = [];

  constructor(options: UplinkOptions) {
    this.#options = options;
    this.#queue = new FrameQueue(options.queueBytes ?? DEFAULT_QUEUE_BYTES);
  }

  get totals(): Readonly<QueueTotals> {
    return this.#queue.totals;
  }

  get epoch(): number {
    return this.#options.hello.epoch;
  }

  /** The sequence number that the next frame will have. */
  get nextSequence(): number {
    return this.#nextSequence;
  }

  start(): void {
    this.#watch = setInterval(() => this.#checkSilence(), SILENCE_MILLISECONDS / 6);
    this.#connect();
  }

  /** Queues a frame whose epoch and sequence are `epoch` and `nextSequence`. */
  send(frame: Frame, packets: number): void {
    const bytes = encodeFrame(frame, { compress: this.#options.compress, platform: nodePlatform });
    this.#queue.push({ sequence: this.#nextSequence++, bytes, flows: frame.rows, packets });
    this.#pump();
  }

  /** A message that is stored and acknowledged like flows. */
  sendSequenced(kind: FrameKind, message: unknown): void {
    const sequence = this.#nextSequence++;
    this.#queue.push({ sequence, bytes: encodeJsonFrame(kind, message, this.epoch, sequence), flows: 0, packets: 0 });
    this.#pump();
  }

  /** Running totals: not queued, since the next one replaces them. */
  sendHealth(health: SensorHealth): void {
    if (this.#ready) this.#socket?.send(encodeJsonFrame(FrameKind.health, health, this.epoch, 0));
  }

  /** Resolves when there is room for more frames (sources that can wait). Throws UplinkError when there never will be. */
  async room(): Promise<void> {
    while (this.#queue.isFull && !this.#hurrying) await this.#change();
    this.#throwFailure();
  }

  /** From now on nobody waits for room: the sensor is about to stop. */
  hurry(): void {
    this.#hurrying = true;
    this.#wake();
  }

  /** Makes room by giving up the oldest (sources that cannot wait). */
  makeRoom(): void {
    this.#queue.dropOldest();
  }

  /** Resolves true when everything is acknowledged, false when the time is up. Throws UplinkError. */
  async drain(timeoutMilliseconds: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMilliseconds;
    while (!this.#queue.isEmpty) {
      const left = deadline - performance.now();
      if (left <= 0) return false;
      await this.#change(left);
    }
    return true;
  }

  close(): void {
    this.#closing = true;
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer);
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#socket?.close(1000);
    this.#wake();
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** Resolves at the next acknowledgement, failure or after the time. */
  async #change(timeoutMilliseconds = 1_000): Promise<void> {
    this.#throwFailure();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(timeoutMilliseconds, 0x7fffffff));
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.#throwFailure();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #fail(failure: UplinkError): void {
    this.#failure = failure;
    this.close();
  }

  #connect(): void {
    const url = new URL('/api/v1/ingest', this.#options.server);
    const socket = new WebSocket(url, {
      headers: { authorization: `Bearer ${this.#options.token}` },
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MILLISECONDS,
      // Masks guard caches between browser and server; on loopback there are none, and a mask of zeros costs nothing.
      ...(this.#options.compress ? {} : { generateMask: (mask: Buffer) => void mask.fill(0) }),
    });
    this.#socket = socket;
    socket.binaryType = 'nodebuffer';
    socket.on('open', () => socket.send(encodeJsonFrame(FrameKind.hello, this.#options.hello, this.epoch, 0)));
    socket.on('message', (data: Buffer) => this.#receive(data));
    socket.on('unexpected-response', (_request, response) => {
      if (response.statusCode === 401 || response.statusCode === 403) {
        this.#fail(
          new UplinkError(
            'UPLINK_UNAUTHORIZED',
            `The server ${url.host} refuses this sensor's token: make a new one there with "kurayami token add".`,
          ),
        );
      }
      response.resume();
      socket.terminate();
    });
    socket.on('error', (error) =>
      this.#options.log(`connection to ${url.host}: ${error.message || (error as NodeJS.ErrnoException).code}`),
    );
    socket.on('close', () => this.#reconnectLater());
  }

  /** A cable that was pulled says nothing: frames that are not acknowledged for this long mean a connection that is none. */
  #checkSilence(): void {
    if (!this.#ready || this.#queue.framesInFlight === 0) return;
    if (performance.now() - this.#heardMilliseconds > SILENCE_MILLISECONDS) this.#socket?.terminate();
  }

  #reconnectLater(): void {
    this.#ready = false;
    this.#socket = null;
    this.#queue.rewind();
    if (this.#closing) return;
    // Jitter, so that many sensors do not come back in the same moment.
    const wait = this.#retryMilliseconds * (0.5 + Math.random());
    this.#retryMilliseconds = Math.min(MAX_RETRY_MILLISECONDS, this.#retryMilliseconds * 2);
    this.#retryTimer = setTimeout(() => this.#connect(), wait);
  }

  #receive(data: Buffer): void {
    this.#heardMilliseconds = performance.now();
    try {
      const frame = decodeFrame(data, nodePlatform);
      if (frame.kind === FrameKind.hello) this.#welcome(decodeJsonFrame(frame) as ServerHello);
      else if (frame.kind === FrameKind.acknowledge && frame.epoch === this.epoch) this.#acknowledged(frame.sequence);
      else if (frame.kind === FrameKind.error) this.#refused(decodeJsonFrame(frame) as ErrorMessage);
    } catch (error) {
      this.#options.log(`the server sent what is no frame (${(error as Error).message}); connecting anew`);
      this.#socket?.terminate();
    }
  }

  #welcome(hello: ServerHello): void {
    if (!Number.isInteger(hello?.resumeAfter)) throw new Error('its hello names no position');
    this.#retryMilliseconds = FIRST_RETRY_MILLISECONDS;
    this.#queue.acknowledge(hello.resumeAfter);
    this.#queue.rewind();
    this.#ready = true;
    this.#wake();
    this.#pump();
  }

  #acknowledged(sequence: number): void {
    this.#queue.acknowledge(sequence);
    this.#wake();
    this.#pump();
  }

  #refused({ code, message }: ErrorMessage): void {
    if (code === 'INGEST_BUSY') return;
    this.#fail(new UplinkError(String(code), `The server refused: ${String(message)}`));
  }

  #pump(): void {
    const socket = this.#socket;
    if (!this.#ready || socket === null) return;
    while (this.#queue.framesInFlight < MAX_FRAMES_IN_FLIGHT && socket.bufferedAmount < MAX_BUFFERED_BYTES) {
      const frame = this.#queue.takeUnsent();
      if (frame === null) return;
      socket.send(frame.bytes);
    }
  }
}
