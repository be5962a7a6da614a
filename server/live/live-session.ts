/** What the page shows of one session beside the streaks. */
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { sumPackets } from '../../shared/wire/flow-frames.ts';
import type { TargetSpan } from '../../shared/wire/messages.ts';
import { LiveWindow } from '../aggregate/live-window.ts';
import type { Channel } from '../ingest/channel.ts';
import type { SessionRecord, SessionTotals } from '../store/stores.ts';

export class LiveSession {
  readonly record: SessionRecord;
  readonly window = new LiveWindow();
  readonly channels = new Set<Channel>();
  /** What the store has when the session is opened, and what came since. */
  readonly totals: { -readonly [Sum in keyof SessionTotals]: SessionTotals[Sum] };
  /** Of what came since the session was opened here. For analysts only. */
  targets: TargetSpan | null = null;
  /** Of the wall's clock: when something last happened here. */
  activeMilliseconds: number;
  #rateAnchor: { wallMilliseconds: number; captureSeconds: number } | null = null;
  #rate = 0;

  constructor(record: SessionRecord, totals: SessionTotals, activeMilliseconds: number) {
    this.record = record;
    this.totals = { ...totals };
    this.activeMilliseconds = activeMilliseconds;
  }

  /** `isBacklog`: it waited in a spool, and is not of now. */
  add(batch: FlowBatch, isBacklog = false): void {
    if (!isBacklog) this.window.add(batch);
    this.totals.packets += sumPackets(batch, 0, batch.length);
    this.totals.flows += batch.length;
    for (let row = 0; row < batch.length; row++) {
      this.totals.bytes += batch.wireBytes[row]!;
      if (batch.country[row] === 0) this.totals.unknownPlacePackets += batch.packets[row]!;
    }
    if (batch.family === 4) this.#addTargets(batch);
    if (!isBacklog) this.activeMilliseconds = Date.now();
  }

  #addTargets({ target, length }: FlowBatch): void {
    let { lowest, highest } = this.targets ?? { lowest: 0xffff_ffff, highest: 0 };
    for (let row = 0; row < length; row++) {
      lowest = Math.min(lowest, target[row]!);
      highest = Math.max(highest, target[row]!);
    }
    if (length > 0) this.targets = { lowest, highest };
  }

  /** Capture seconds a second of the wall's clock, measured; for files that are read as fast as it goes. */
  measuredRate(nowMilliseconds: number): number {
    const newest = this.window.newestSeconds;
    if (newest === null) return 0;
    const anchor = this.#rateAnchor;
    if (anchor === null || nowMilliseconds - anchor.wallMilliseconds >= 1_000) {
      if (anchor !== null)
        this.#rate = ((newest - anchor.captureSeconds) * 1_000) / (nowMilliseconds - anchor.wallMilliseconds);
      this.#rateAnchor = { wallMilliseconds: nowMilliseconds, captureSeconds: newest };
    }
    return Math.max(0, this.#rate);
  }
}
