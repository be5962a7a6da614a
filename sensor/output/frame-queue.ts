/** Frames on their way to the server, in memory: kept until they are acknowledged, so that a broken connection loses nothing. */
import {
  countAcknowledged,
  countDropped,
  countSent,
  countWaiting,
  emptyQueueTotals,
  type FrameSource,
  type QueuedFrame,
  type QueueTotals,
} from './frame-source.ts';

export class FrameQueue implements FrameSource {
  readonly totals: QueueTotals;
  readonly #maxBytes: number;
  /** Oldest first; those before #firstUnsent are in flight. */
  #frames: QueuedFrame[] = [];
  #firstUnsent = 0;
  #acknowledged = 0;
  /** Frames up to this sequence were sent at least once: sent again after a reconnect, they are not counted anew. */
  #highestSent = 0;
  #bytes = 0;
  #bytesInFlight = 0;

  constructor(maxBytes: number, totals = emptyQueueTotals()) {
    this.#maxBytes = maxBytes;
    this.totals = totals;
  }

  get isEmpty(): boolean {
    return this.#frames.length === 0;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isFull(): boolean {
    return this.#bytes >= this.#maxBytes;
  }

  get acknowledgedSequence(): number {
    return this.#acknowledged;
  }

  get framesInFlight(): number {
    return this.#firstUnsent;
  }

  get bytesInFlight(): number {
    return this.#bytesInFlight;
  }

  get highestSent(): number {
    return this.#highestSent;
  }

  push(frame: QueuedFrame): void {
    this.#frames.push(frame);
    this.#bytes += frame.bytes.length;
    countWaiting(this.totals, frame);
  }

  /** For sources that cannot wait: gives up the oldest frames that were never sent until there is room, and counts them. */
  dropOldest(): void {
    while (this.isFull && this.dropOne());
  }

  /** False where every frame was sent at least once: the server may have it. */
  dropOne(): boolean {
    const index = this.#frames.findIndex((frame) => frame.sequence > this.#highestSent);
    const [dropped] = index < 0 ? [] : this.#frames.splice(index, 1);
    if (dropped === undefined) return false;
    this.#bytes -= dropped.bytes.length;
    countDropped(this.totals, dropped);
    return true;
  }

  takeUnsent(): QueuedFrame | null {
    const frame = this.#frames[this.#firstUnsent];
    if (frame === undefined) return null;
    this.#firstUnsent++;
    this.#bytesInFlight += frame.bytes.length;
    if (frame.sequence > this.#highestSent) this.#countAsSent(frame);
    return frame;
  }

  acknowledge(sequence: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, sequence);
    let count = 0;
    for (const frame of this.#frames) {
      if (frame.sequence > sequence) break;
      this.#bytes -= frame.bytes.length;
      if (count < this.#firstUnsent) this.#bytesInFlight -= frame.bytes.length;
      count++;
      // What the server has stored was sent, whatever connection it went over.
      if (frame.sequence > this.#highestSent) this.#countAsSent(frame);
      countAcknowledged(this.totals, frame);
    }
    this.#frames.splice(0, count);
    this.#firstUnsent = Math.max(0, this.#firstUnsent - count);
  }

  #countAsSent(frame: QueuedFrame): void {
    this.#highestSent = frame.sequence;
    countSent(this.totals, frame);
  }

  rewind(): void {
    this.#firstUnsent = 0;
    this.#bytesInFlight = 0;
  }
}
