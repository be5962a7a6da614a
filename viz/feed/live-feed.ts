/** The connection to the server: binary frames in, checked messages out. It comes back by itself. */
import { decodeFrame, FrameKind } from '../../shared/wire/frame.ts';
import { decodeJsonFrame, encodeJsonFrame } from '../../shared/wire/json-frame.ts';
import type { ErrorMessage, FilterRequest, LiveTotals, ViewerHello } from '../../shared/wire/messages.ts';
import { frameToStreaks, type StreakBatch } from '../../shared/wire/streaks.ts';
import { WireError } from '../../shared/wire/wire-error.ts';
import { retryDelaySeconds } from './backoff.ts';
import { FilterSender } from './filter-sender.ts';
import { readError, readHello, readTotals } from './messages.ts';

export type Connection = 'connecting' | 'connected' | 'reconnecting' | 'lost';

export interface FeedListener {
  connection(state: Connection): void;
  hello(hello: ViewerHello): void;
  totals(totals: LiveTotals): void;
  streaks(batch: StreakBatch): void;
  error(error: ErrorMessage): void;
  /** A frame could not be read; it is dropped and the page goes on. */
  badFrame(): void;
}

/** Totals come four times a second: this long without a word is a dead connection, whatever TCP thinks. */
const SILENCE_SECONDS = 10;
/** From this attempt on "reconnecting" becomes "lost". */
const LOST_AFTER_ATTEMPTS = 5;

/** Address of the live stream, beside the page. */
export function liveAddress(page: string): string {
  const url = new URL('api/v1/live', page);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.search = url.hash = '';
  return url.href;
}

export class LiveFeed {
  readonly #address: string;
  readonly #listener: FeedListener;
  #socket: WebSocket | null = null;
  #failedAttempts = 0;
  #everConnected = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  readonly #filter = new FilterSender((filter) =>
    this.#socket?.send(
      encodeJsonFrame(FrameKind.filter, { filter } satisfies FilterRequest) as Uint8Array<ArrayBuffer>,
    ),
  );

  constructor(address: string, listener: FeedListener) {
    this.#address = address;
    this.#listener = listener;
  }

  start(): void {
    this.#listener.connection('connecting');
    this.#connect();
  }

  /** Flows for which this holds; what is in force is in the totals. */
  want(filter: string): void {
    this.#filter.want(filter);
  }

  stop(): void {
    this.#filter.end();
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  /** Begins anew at once: who one is to the server has changed. */
  restart(): void {
    this.stop();
    this.#failedAttempts = 0;
    this.#listener.connection('reconnecting');
    this.#connect();
  }

  #connect(): void {
    const socket = new WebSocket(this.#address);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.onopen = () => this.#opened();
    // What an earlier connection still brings is another viewer's.
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (socket === this.#socket) this.#receive(event.data);
    };
    socket.onclose = () => this.#closed(socket);
    this.#watchSilence();
  }

  #opened(): void {
    this.#everConnected = true;
    this.#listener.connection('connected');
    this.#watchSilence();
  }

  #closed(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#socket = null;
    this.#filter.end();
    clearTimeout(this.#silence);
    const lost = this.#failedAttempts >= LOST_AFTER_ATTEMPTS || !this.#everConnected;
    this.#listener.connection(lost ? 'lost' : 'reconnecting');
    this.#timer = setTimeout(() => this.#connect(), retryDelaySeconds(this.#failedAttempts, Math.random()) * 1000);
    this.#failedAttempts += 1;
  }

  #watchSilence(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      const socket = this.#socket;
      if (!socket) return;
      socket.close();
      this.#closed(socket); // A dead peer never answers the closing handshake: do not wait for it.
    }, SILENCE_SECONDS * 1000);
  }

  #receive(data: unknown): void {
    this.#watchSilence();
    try {
      this.#dispatch(data);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#listener.badFrame();
    }
  }

  #dispatch(data: unknown): void {
    if (!(data instanceof ArrayBuffer)) throw new WireError('WIRE_BAD_MESSAGE', 'frames are binary');
    const frame = decodeFrame(new Uint8Array(data));
    // A word that could be read: the next failure begins a new series of attempts.
    this.#failedAttempts = 0;
    if (frame.kind === FrameKind.streaks) this.#listener.streaks(frameToStreaks(frame));
    else if (frame.kind === FrameKind.totals) this.#listener.totals(readTotals(decodeJsonFrame(frame)));
    else if (frame.kind === FrameKind.hello) this.#greet(readHello(decodeJsonFrame(frame)));
    else if (frame.kind === FrameKind.error) this.#complain(readError(decodeJsonFrame(frame)));
    // Other kinds belong to later versions and are passed over.
  }

  #greet(hello: ViewerHello): void {
    this.#listener.hello(hello);
    this.#filter.begin();
  }

  #complain(error: ErrorMessage): void {
    if (error.filter !== undefined) this.#filter.refused(error.filter);
    if (error.code === 'TOO_MANY_FILTERS') this.#filter.askAgain();
    this.#listener.error(error);
  }
}
