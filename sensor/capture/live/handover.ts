/**
 * From one tcpdump to another without a gap and without a packet twice. The new one captures before the old one is
 * stopped, so that for a while both see every packet, each with a clock reading of its own. A moment is chosen: what the
 * old one has until then is handed over, and of the new one what the old one did not have. The same packet is told by
 * its bytes, and counted: of two equal packets in the old one's part, two are left out of the new one's. That is exact
 * unless the two stamp a packet more than WINDOW_SECONDS apart, or one of them drops packets just then.
 */
import { randomInt } from 'node:crypto';
import { BATCH_ROWS, keepRecords, type RecordBatch } from '../../../shared/packet-batch.ts';
import { RecentRecords } from './recent-records.ts';
import type { TcpdumpChild } from './tcpdump-child.ts';

const WINDOW_SECONDS = 0.05;
/** In the profile `bulk` a packet takes up to a second from the wire: after it, an old one that is silent has told all. */
const PATIENCE_MILLISECONDS = 1_500;
const SILENCE_MILLISECONDS = 500;
/** One that falls further and further behind never comes to the moment. */
const MAX_PATIENCE_MILLISECONDS = 6_000;

export class Handover {
  /** Records of the old one behind the moment: the new one has them, too. */
  oldDiscarded = 0;
  /** Records of the new one that the old one had. */
  newDiscarded = 0;
  /** The old one was read beyond the moment: nothing before it is missing. */
  passed = false;
  /** The new one is alone, and all that both had was told apart. */
  done = false;
  readonly next: TcpdumpChild;
  readonly #old: TcpdumpChild;
  readonly #recent = new RecentRecords(randomInt(2 ** 31));
  readonly #keep = new Uint8Array(BATCH_ROWS);
  #cutSeconds = Number.POSITIVE_INFINITY;
  #cutAt = 0;
  #lastReadAt = 0;
  #patience: NodeJS.Timeout | null = null;

  constructor(old: TcpdumpChild, next: TcpdumpChild) {
    this.#old = old;
    this.next = next;
  }

  /** The new one captures: the moment can be chosen. False when too many packets came meanwhile to be told apart. */
  cut(): boolean {
    if (this.#recent.full) return false;
    this.#cutSeconds = Date.now() / 1000 + WINDOW_SECONDS;
    this.#cutAt = performance.now();
    this.#patience = setInterval(() => this.#losePatience(), SILENCE_MILLISECONDS / 2);
    return true;
  }

  #losePatience(): void {
    const now = performance.now();
    const waited = now - this.#cutAt;
    const isSilent = now - this.#lastReadAt > SILENCE_MILLISECONDS;
    if ((waited > PATIENCE_MILLISECONDS && isSilent) || waited > MAX_PATIENCE_MILLISECONDS) this.#old.stop();
  }

  get isCut(): boolean {
    return this.#patience !== null;
  }

  /** Of the old one; remembered for the new one. */
  readOld(batch: RecordBatch): number {
    for (;;) {
      batch.length = 0;
      const records = this.#old.read(batch);
      if (records === 0) return 0;
      this.#lastReadAt = performance.now();
      this.oldDiscarded += this.#keepOnly(batch, (row) => secondsOf(batch, row) <= this.#cutSeconds);
      if (batch.length < records) this.#stopOld();
      this.#recent.add(batch);
      if (batch.length > 0) return batch.length;
    }
  }

  #stopOld(): void {
    if (!this.passed) this.#old.stop();
    this.passed = true;
  }

  /** Of the new one, once the old one has ended. */
  readNew(batch: RecordBatch): number {
    for (;;) {
      batch.length = 0;
      const records = this.next.read(batch);
      if (records === 0) return 0;
      const untilSeconds = this.#cutSeconds + WINDOW_SECONDS;
      if (secondsOf(batch, 0) > untilSeconds + WINDOW_SECONDS) this.done = true;
      this.newDiscarded += this.#keepOnly(
        batch,
        (row) => secondsOf(batch, row) > untilSeconds || !this.#recent.take(batch, row),
      );
      if (batch.length > 0) return batch.length;
    }
  }

  /** Returns how many were left out. */
  #keepOnly(batch: RecordBatch, isKept: (row: number) => boolean): number {
    const before = batch.length;
    for (let row = 0; row < before; row++) this.#keep[row] = isKept(row) ? 1 : 0;
    keepRecords(batch, this.#keep);
    return before - batch.length;
  }

  close(): void {
    if (this.#patience !== null) clearInterval(this.#patience);
  }
}

export function secondsOf({ seconds, nanoseconds }: RecordBatch, row: number): number {
  return seconds[row]! + nanoseconds[row]! / 1e9;
}
