/** One page that watches: what it can take is sent, and what it was not sent is counted. */
import type { WebSocket } from 'ws';
import type { ViewerLedger } from '../../shared/counters.ts';
import type { LiveFilter } from './live-filter.ts';
import type { SharedStreaks } from './shared-streaks.ts';

/** A viewer whose connection holds more than this unsent gets no streaks until it has caught up. */
const MAX_BUFFERED_BYTES = 2 << 20;
/** Unused budget is saved up for so long, so that bursts come through. */
const BUDGET_SECONDS = 1;

/** What a viewer may see, and for how long. */
export interface ViewerRights {
  readonly seesTargets: boolean;
  readonly isGood: () => boolean;
  /** Name of the token, else the address: pages of one asker share limits. */
  readonly asker: string;
}

/** A filter in force, and the words in which this page asked for it. */
export interface Selection {
  readonly filter: LiveFilter;
  readonly text: string;
}

export class Viewer {
  readonly ledger: ViewerLedger = { offered: 0, sent: 0, sampledOut: 0, filteredOut: 0 };
  readonly #socket: WebSocket;
  readonly #streaksPerSecond: number;
  readonly #rights: ViewerRights;
  /** Null: all flows. */
  #selection: Selection | null = null;
  #isHeldBack = false;
  #budget: number;
  #budgetAt = performance.now();

  constructor(socket: WebSocket, streaksPerSecond: number, rights: ViewerRights) {
    this.#socket = socket;
    this.#streaksPerSecond = streaksPerSecond;
    this.#rights = rights;
    this.#budget = streaksPerSecond * BUDGET_SECONDS;
  }

  get asker(): string {
    return this.#rights.asker;
  }

  get seesTargets(): boolean {
    return this.#rights.seesTargets;
  }

  get selection(): Selection | null {
    return this.#selection;
  }

  /** What the page asked for could not be had, and it did not ask for anything else: no flow is for it. */
  get isHeldBack(): boolean {
    return this.#isHeldBack;
  }

  select(selection: Selection | null): void {
    this.#selection = selection;
    this.#isHeldBack = false;
  }

  holdBack(): void {
    this.#isHeldBack = true;
  }

  /** Flows that its filter does not select. */
  countFilteredOut(flows: number): void {
    this.ledger.offered += flows;
    this.ledger.filteredOut += flows;
  }

  /** False for a page whose token was revoked or that signed out: it is told so, and nothing more. It comes back as a viewer. */
  stillMay(): boolean {
    if (this.#rights.isGood()) return true;
    this.#socket.close(1008, 'ACCESS_SIGNED_OUT');
    return false;
  }

  sendStreaks(streaks: SharedStreaks): void {
    const { length } = streaks;
    if (length === 0) return;
    const allowed = this.#socket.bufferedAmount > MAX_BUFFERED_BYTES ? 0 : Math.min(length, this.#takeBudget(length));
    this.ledger.offered += length;
    this.ledger.sent += allowed;
    this.ledger.sampledOut += length - allowed;
    if (allowed === length) this.#socket.send(streaks.bytes(this.seesTargets));
    else if (allowed > 0) this.#socket.send(streaks.sampleBytes(allowed, this.seesTargets));
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

  close(code = 1001, reason = 'the server stops'): void {
    this.#socket.close(code, reason);
  }
}
