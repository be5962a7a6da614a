/** A page's end of a live socket: what came, and what it asks for. */
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { ViewerLedger } from '../../shared/counters.ts';
import { decodeFrame, FrameKind } from '../../shared/wire/frame.ts';
import { decodeJsonFrame, encodeJsonFrame } from '../../shared/wire/json-frame.ts';
import type { ErrorMessage, LiveTotals } from '../../shared/wire/messages.ts';
import { frameToStreaks, type StreakBatch } from '../../shared/wire/streaks.ts';
import { eventually } from './eventually.ts';

export class LivePage {
  readonly streaks: StreakBatch[] = [];
  readonly totals: LiveTotals[] = [];
  readonly errors: ErrorMessage[] = [];
  closed: { code: number; reason: string } | null = null;
  readonly socket: WebSocket;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/v1/live`, { headers, perMessageDeflate: false });
    this.socket.on('message', (data: Buffer) => this.#take(data));
    this.socket.on('error', () => undefined);
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
    onTestFinished(() => this.socket.terminate());
  }

  #take(data: Buffer): void {
    const frame = decodeFrame(data);
    if (frame.kind === FrameKind.streaks) this.streaks.push(frameToStreaks(frame));
    else if (frame.kind === FrameKind.totals) this.totals.push(decodeJsonFrame(frame) as LiveTotals);
    else if (frame.kind === FrameKind.error) this.errors.push(decodeJsonFrame(frame) as ErrorMessage);
  }

  async ready(): Promise<this> {
    await eventually(() => this.last());
    return this;
  }

  last(): LiveTotals {
    const last = this.totals.at(-1);
    if (last === undefined) throw new Error('no totals yet');
    return last;
  }

  ledger(): ViewerLedger {
    return this.last().viewer;
  }

  /** Rows of all streaks that came. */
  rows(): number {
    return this.streaks.reduce((sum, { length }) => sum + length, 0);
  }

  ask(filter: unknown): void {
    this.socket.send(encodeJsonFrame(FrameKind.filter, { filter }));
  }

  /** Asks, and waits until it is in force. */
  async watch(filter: string): Promise<this> {
    this.ask(filter);
    await eventually(() => {
      const { filter: inForce } = this.last();
      if ((inForce?.text ?? '') !== filter) throw new Error(`in force is ${inForce?.text}`);
    });
    return this;
  }

  /** Asks, and waits for the answer that says why not. */
  async refused(filter: unknown): Promise<ErrorMessage> {
    const { length } = this.errors;
    this.ask(filter);
    return eventually(() => {
      const error = this.errors[length];
      if (error === undefined) throw new Error('no answer yet');
      return error;
    });
  }
}
