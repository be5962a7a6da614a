/** What the page shows of one session beside the streaks. */
import type { FlowBatch } from '../../shared/flow-batch.ts';
import type { TargetSpan } from '../../shared/wire/messages.ts';
import type { Channel } from '../ingest/channel.ts';
import type { SessionRecord } from '../store/stores.ts';
import { type FlowTotals, LiveFigures } from './live-figures.ts';

export class LiveSession {
  /** Another where it gets another name. */
  record: SessionRecord;
  readonly figures: LiveFigures;
  readonly channels = new Set<Channel>();
  /** Of what came since the session was opened here. For analysts only. */
  targets: TargetSpan | null = null;
  /** Of the wall's clock: when something last happened here. */
  activeMilliseconds: number;
  #rateAnchor: { wallMilliseconds: number; captureSeconds: number } | null = null;
  #rate = 0;

  /** `totals`: sums that the store has when the session is opened; what comes after is added here. */
  constructor(record: SessionRecord, totals: FlowTotals, activeMilliseconds: number) {
    this.record = record;
    this.figures = new LiveFigures({ ...totals });
    this.activeMilliseconds = activeMilliseconds;
  }

  /** `isBacklog`: it waited in a spool, and is not of now. */
  add(batch: FlowBatch, isBacklog = false): void {
    this.figures.add(batch, isBacklog);
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
    const newest = this.figures.window.newestSeconds;
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
