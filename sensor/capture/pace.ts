/** Plays records in their own time: those that are due are handed on, the rest wait. Long silences are skipped and told. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createRecordBatch, type RecordBatch } from '../../shared/packet-batch.ts';
import type { SkippedGap } from '../../shared/wire/messages.ts';
import { sliceRecords } from './record-slices.ts';

/** A silence longer than this, in capture time, is skipped. */
const LONG_GAP_SECONDS = 5;
/** What is left of it, so that one sees that there was one. */
const KEPT_GAP_SECONDS = 1;
const MAX_SLEEP_MILLISECONDS = 50;

export class Pace {
  readonly gaps: { count: number; last: SkippedGap | null } = { count: 0, last: null };
  readonly #speed: number;
  readonly #now: () => number;
  readonly #abort = new AbortController();
  readonly #due = createRecordBatch();
  /** Capture time that is due is (now - #startedAt) × speed + #captureStart. */
  #startedAt = 0;
  #captureStart = Number.NaN;
  #newest = 0;

  /** `now` in seconds, for tests. */
  constructor(speed: number, now: () => number = () => performance.now() / 1000) {
    this.#speed = speed;
    this.#now = now;
  }

  stop(): void {
    this.#abort.abort();
  }

  /** Parts of `records` as they become due, without copying their bytes. */
  async *play(records: RecordBatch): AsyncIterable<RecordBatch> {
    for (let from = 0; from < records.length; ) {
      const to = this.#dueRows(records, from);
      if (to > from) yield sliceRecords(records, from, to, this.#due);
      else await sleep(MAX_SLEEP_MILLISECONDS, undefined, { signal: this.#abort.signal }).catch(() => undefined);
      if (this.#abort.signal.aborted) return;
      from = to;
    }
  }

  #dueRows(records: RecordBatch, from: number): number {
    let row = from;
    for (const dueUntil = this.#dueUntil(records, from); row < records.length; row++) {
      const time = records.seconds[row]! + records.nanoseconds[row]! / 1e9;
      // A packet older than one before it is due at once, as is one without a time (NaN, which is never larger).
      if (time > dueUntil) {
        if (time - this.#newest <= LONG_GAP_SECONDS) return row;
        this.#skipGap(time);
        return row;
      }
      if (time > this.#newest) this.#newest = time;
    }
    return row;
  }

  #dueUntil(records: RecordBatch, from: number): number {
    if (Number.isNaN(this.#captureStart)) {
      let first = from;
      while (first < records.length && Number.isNaN(records.seconds[first])) first++;
      // Nothing has told a time yet: nothing waits.
      if (first === records.length) return Number.POSITIVE_INFINITY;
      this.#captureStart = records.seconds[first]! + records.nanoseconds[first]! / 1e9;
      this.#newest = this.#captureStart;
      this.#startedAt = this.#now();
    }
    return this.#captureStart + (this.#now() - this.#startedAt) * this.#speed;
  }

  #skipGap(until: number): void {
    this.gaps.count++;
    this.gaps.last = { fromSeconds: this.#newest, toSeconds: until };
    this.#captureStart = until - KEPT_GAP_SECONDS;
    this.#startedAt = this.#now();
    this.#newest = this.#captureStart;
  }
}
