/** One page that watches: what it can take is sent, and what it was not sent is counted. */
import type { WebSocket } from 'ws';
import type { ViewerLedger } from '../../shared/counters.ts';
import { encodeFrame } from '../../shared/wire/frame.ts';
import { type StreakBatch, streaksToFrame } from '../../shared/wire/streaks.ts';
import { nodePlatform } from '../ingest/platform.ts';
import { sampleStreaks } from './streak-maker.ts';

/** A viewer whose connection holds more than this unsent gets no streaks until it has caught up. */
const MAX_BUFFERED_BYTES = 2 << 20;
/** Unused budget is saved up for so long, so that bursts come through. */
const BUDGET_SECONDS = 1;

/** A batch for all viewers, encoded once for those who get all of it. */
export class SharedStreaks {
  readonly batch: StreakBatch;
  #bytes: Uint8Array | null = null;

  constructor(batch: StreakBatch) {
    this.batch = batch;
  }

  get bytes(): Uint8Array {
    this.#bytes ??= encodeFrame(streaksToFrame(this.batch, 0), { platform: nodePlatform });
    return this.#bytes;
  }
}

export class Viewer {
  readonly ledger: ViewerLedger = { offered: 0, sent: 0, sampledOut: 0, filteredOut: 0 };
  readonly #socket: WebSocket;
  readonly #streaksPerSecond: number;
  #budget: number;
  #budgetAt = performance.now();

  constructor(socket: WebSocket, streaksPerSecond: number) {
    this.#socket = socket;
    this.#streaksPerSecond = streaksPerSecond;
    this.#budget = streaksPerSecond * BUDGET_SECONDS;
  }

  sendStreaks(streaks: SharedStreaks): void {
    const { length } = streaks.batch;
    const allowed = this.#socket.bufferedAmount > MAX_BUFFERED_BYTES ? 0 : Math.min(length, this.#takeBudget(length));
    this.ledger.offered += length;
    this.ledger.sent += allowed;
    this.ledger.sampledOut += length - allowed;
    if (allowed === length) this.#socket.send(streaks.bytes);
    else if (allowed > 0)
      this.#socket.send(
        encodeFrame(streaksToFrame(sampleStreaks(streaks.batch, allowed), 0), { platform: nodePlatform }),
      );
  }

  #takeBudget(wanted: number): number {
    const now = performance.now();
    const most = this.#streaksPerSecond * BUDGET_SECONDS;
    this.#budget = Math.min(most, this.#budget + ((now - this.#budgetAt) / 1000) * this.#streaksPerSecond);
    this.#budgetAt = now;
    const taken = Math.min(wanted, Math.floor(this.#budget));
    this.#budget -= taken;
    return taken;
  }

  send(bytes: Uint8Array): void {
    if (this.#socket.bufferedAmount <= MAX_BUFFERED_BYTES) this.#socket.send(bytes);
  }

  close(): void {
    this.#socket.close(1001, 'the server stops');
  }
}
