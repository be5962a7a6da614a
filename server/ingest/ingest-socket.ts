/** The WebSocket of one sensor: hello, frames, acknowledgements. */
import type { WebSocket } from 'ws';
import { decodeFrame, FrameKind } from '../../shared/wire/frame.ts';
import { decodeJsonFrame, encodeAcknowledge, encodeJsonFrame } from '../../shared/wire/json-frame.ts';
import type { ErrorMessage, SensorHello, ServerHello } from '../../shared/wire/messages.ts';
import { WireError } from '../../shared/wire/wire-error.ts';
import type { TokenRecord, TokenState } from '../access/token-file.ts';
import type { IngestPipeline } from '../pipeline.ts';
import { StoreError } from '../store/stores.ts';
import type { Channel, ChannelPeer } from './channel.ts';
import { nodePlatform } from './platform.ts';
import { readHello } from './sensor-messages.ts';

const HELLO_TIMEOUT_MILLISECONDS = 10_000;
const CLOSE_POLICY = 1008;
const TOKEN_CHECK_MILLISECONDS = 1_000;
/** A sensor reports twice a second: one that says nothing for so long is not there, whatever the network believes. */
const SILENCE_MILLISECONDS = 60_000;

export interface IngestParts {
  readonly pipeline: IngestPipeline;
  /** How the token of that id stands by now. */
  readonly tokenState: (id: number) => TokenState;
  readonly software: string;
  readonly log: (message: string) => void;
}

/** Serves a sensor until its connection ends. */
export function serveSensor(socket: WebSocket, token: TokenRecord, parts: IngestParts): void {
  new SensorPeer(socket, token, parts);
}

class SensorPeer implements ChannelPeer {
  readonly #socket: WebSocket;
  readonly #token: TokenRecord;
  readonly #parts: IngestParts;
  readonly #helloTimer: NodeJS.Timeout;
  #channel: Channel | null = null;
  /** Set by the hello: there is one for each connection. */
  #opening: Promise<void> | null = null;
  #refused = false;
  #tokenCheckedMilliseconds = Date.now();
  #heardMilliseconds = performance.now();
  #isPaused = false;
  readonly #watch: NodeJS.Timeout;

  constructor(socket: WebSocket, token: TokenRecord, parts: IngestParts) {
    this.#socket = socket;
    this.#token = token;
    this.#parts = parts;
    this.#helloTimer = setTimeout(() => this.refuse('INGEST_NO_HELLO', 'no hello came'), HELLO_TIMEOUT_MILLISECONDS);
    this.#watch = setInterval(() => this.#checkSilence(), SILENCE_MILLISECONDS / 6);
    socket.binaryType = 'nodebuffer';
    socket.on('message', (data: Buffer, isBinary) => this.#receive(data, isBinary));
    socket.on('error', (error) => parts.log(`sensor ${token.name}: ${error.message}`));
    socket.on('close', () => this.#closed());
  }

  acknowledge(sequence: number): void {
    if (this.#channel !== null) this.#socket.send(encodeAcknowledge(this.#channel.hello.epoch, sequence));
  }

  #checkSilence(): void {
    if (this.#isPaused || performance.now() - this.#heardMilliseconds < SILENCE_MILLISECONDS) return;
    this.#parts.log(`sensor ${this.#token.name} says nothing any more`);
    this.#socket.terminate();
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#heardMilliseconds = performance.now();
    this.#socket.resume();
  }

  refuse(code: string, message: string): void {
    // What is still under way on this connection is not taken in, or there would be a hole before it.
    this.#refused = true;
    this.#socket.resume();
    const error: ErrorMessage = { code, message };
    this.#socket.send(encodeJsonFrame(FrameKind.error, error));
    this.#socket.close(CLOSE_POLICY, code);
  }

  #receive(data: Buffer, isBinary: boolean): void {
    this.#heardMilliseconds = performance.now();
    if (this.#refused || this.#isTokenGone()) return;
    try {
      if (!isBinary) throw new WireError('WIRE_BAD_MAGIC', 'text is no frame');
      const frame = decodeFrame(data, nodePlatform);
      if (this.#channel !== null) this.#parts.pipeline.receive(this.#channel, this, frame);
      else if (frame.kind === FrameKind.hello && this.#opening === null)
        this.#opening = this.#open(readHello(decodeJsonFrame(frame)));
      else throw new WireError('WIRE_BAD_MESSAGE', 'a sensor says hello first, once, and waits for the answer');
    } catch (error) {
      // Whatever one sensor sends, the others go on.
      const code = error instanceof WireError ? error.code : 'INGEST_FAILED';
      const { message, stack } = error as Error;
      this.#parts.log(
        `sensor ${this.#token.name} sent what cannot be taken in: ${error instanceof WireError ? message : stack} [${code}]`,
      );
      this.refuse(code, message);
    }
  }

  /** A token may be revoked, or its time may run out, while its sensor is connected. */
  #isTokenGone(): boolean {
    const now = Date.now();
    if (now - this.#tokenCheckedMilliseconds < TOKEN_CHECK_MILLISECONDS) return false;
    this.#tokenCheckedMilliseconds = now;
    const state = this.#parts.tokenState(this.#token.id);
    if (state === 'good') return false;
    this.#parts.log(`sensor ${this.#token.name}: its token is ${state}`);
    if (state === 'expired') this.refuse('INGEST_TOKEN_EXPIRED', 'this token has expired');
    else this.refuse('INGEST_TOKEN_REVOKED', 'this token was revoked');
    return true;
  }

  async #open(hello: SensorHello): Promise<void> {
    clearTimeout(this.#helloTimer);
    if (hello.name !== this.#token.name) {
      this.refuse(
        'INGEST_WRONG_NAME',
        `this token is that of "${this.#token.name}", and the sensor calls itself "${hello.name}"`,
      );
      return;
    }
    try {
      const channel = await this.#parts.pipeline.open(hello, this);
      const answer: ServerHello = {
        software: this.#parts.software,
        sensor: channel.sensor.id,
        session: channel.session.id,
        resumeAfter: channel.storedSequence,
        earlier: channel.earlier,
      };
      this.#channel = channel;
      if (this.#socket.readyState !== this.#socket.OPEN) return void this.#closed();
      this.#socket.send(encodeJsonFrame(FrameKind.hello, answer));
    } catch (error) {
      this.#parts.log(`sensor ${hello.name} cannot be taken in: ${(error as Error).message}`);
      if (error instanceof StoreError && error.code === 'STORE_SESSION_DELETED')
        this.refuse('INGEST_SESSION_DELETED', error.message);
      else this.refuse('INGEST_BUSY', 'the store failed; try again');
    }
  }

  #closed(): void {
    clearInterval(this.#watch);
    clearTimeout(this.#helloTimer);
    if (this.#channel !== null) this.#parts.pipeline.leave(this.#channel, this);
  }
}
