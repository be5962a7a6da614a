/**
 * Frames of one epoch that lie on disk before they are sent. Those that are to be sent next also stand in memory, a bounded
 * window; behind it they are read back from the files. While the disk takes nothing, the newest stay in memory alone, so
 * many and no more.
 */
import {
  countAcknowledged,
  countDropped,
  countRecovered,
  countRecoveredDropped,
  countSent,
  countWaiting,
  type FrameSource,
  type QueuedFrame,
  type QueueTotals,
} from './frame-source.ts';
import type { Place, SpoolEpoch } from './spool-epoch.ts';
import type { SegmentSums, SpoolSegment } from './spool-segment.ts';

/**
 * Of an earlier run, what lies in the first segments may have been sent; what lies behind them was not: less than a
 * segment and one frame are under way, and a segment of which everything is stored may still be there.
 */
const SEGMENTS_MAYBE_SENT = 3;

export interface SpoolWriter {
  /** Of the frames that are to be sent next; twice as much stays in memory while the disk takes nothing. */
  readonly windowBytes: number;
  /** Null while the disk takes nothing. */
  append(epoch: SpoolEpoch, frame: QueuedFrame): Place | null;
}

export class SpooledFrames implements FrameSource {
  readonly epoch: SpoolEpoch;
  readonly totals: QueueTotals;
  readonly #writer: SpoolWriter;
  /** Oldest first; those before #firstUnsent are in flight. */
  #window: QueuedFrame[] = [];
  #windowBytes = 0;
  #firstUnsent = 0;
  #acknowledged = 0;
  #bytesInFlight = 0;
  #highestSent = 0;
  /** The first record that is not in the window; null when the window reaches to the newest. */
  #behind: Place | null = null;
  /** The newest frames, while they are not on disk. */
  #unwritten: QueuedFrame[] = [];
  #unwrittenBytes = 0;
  /** Of an earlier run: up to here it may have been sent, as far as is known here. 0 for a run's own. */
  #maybeSent = 0;
  /** All that is here may have been sent, and more that a power cut took from the disk. */
  #maybeAll = false;
  #newest = 0;
  readonly #isRecovered: boolean;

  constructor(epoch: SpoolEpoch, totals: QueueTotals, writer: SpoolWriter) {
    this.epoch = epoch;
    this.totals = totals;
    this.#writer = writer;
    const [first] = epoch.segments;
    this.#isRecovered = first !== undefined;
    if (first === undefined) return;
    this.#behind = { segment: first, offset: 0 };
    this.#newest = epoch.lastSequence;
    const maybe = epoch.segments[Math.min(SEGMENTS_MAYBE_SENT, epoch.segments.length) - 1]!;
    this.#maybeSent = maybe.sums.lastSequence;
    this.#maybeAll = maybe === epoch.segments.at(-1);
    for (const { sums } of epoch.segments) {
      countWaiting(totals, sums);
      countRecovered(totals, sums);
    }
  }

  get isEmpty(): boolean {
    return this.#window.length === 0 && this.#behind === null && this.#unwritten.length === 0;
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
    return Math.max(this.#highestSent, this.#maybeSent);
  }

  /** Whether more waits than the window holds. */
  get isBehind(): boolean {
    return this.#behind !== null;
  }

  /** The disk takes nothing, and no more should be kept beside it. */
  get isMemoryFull(): boolean {
    return this.#unwrittenBytes >= this.#writer.windowBytes;
  }

  get nextSequence(): number {
    return this.#newest + 1;
  }

  push(frame: QueuedFrame): void {
    this.#newest = frame.sequence;
    countWaiting(this.totals, frame);
    const place = this.#unwritten.length > 0 ? null : this.#writer.append(this.epoch, frame);
    if (place === null) this.#keepInMemory(frame);
    if (this.#behind !== null) return;
    if (this.#windowBytes + frame.bytes.length <= this.#writer.windowBytes || place === null) this.#addToWindow(frame);
    else this.#behind = place;
  }

  #addToWindow(frame: QueuedFrame): void {
    this.#window.push(frame);
    this.#windowBytes += frame.bytes.length;
  }

  #keepInMemory(frame: QueuedFrame): void {
    this.#unwritten.push(frame);
    this.#unwrittenBytes += frame.bytes.length;
    while (this.#unwrittenBytes > 2 * this.#writer.windowBytes) {
      const index = this.#unwritten.findIndex(({ sequence }) => sequence > this.#highestSent);
      const [dropped] = index < 0 ? [] : this.#unwritten.splice(index, 1);
      if (dropped === undefined) return;
      this.#unwrittenBytes -= dropped.bytes.length;
      const at = this.#window.indexOf(dropped);
      if (at >= 0) this.#windowBytes -= this.#window.splice(at, 1)[0]!.bytes.length;
      countDropped(this.totals, dropped);
    }
  }

  /** The disk may take again what it did not. */
  writeWhatIsNot(): void {
    for (let first = this.#unwritten[0]; first !== undefined; first = this.#unwritten[0]) {
      if (this.#writer.append(this.epoch, first) === null) return;
      this.#unwritten.shift();
      this.#unwrittenBytes -= first.bytes.length;
    }
  }

  takeUnsent(): QueuedFrame | null {
    if (this.#firstUnsent >= this.#window.length) this.#refill();
    const frame = this.#window[this.#firstUnsent];
    if (frame === undefined) return null;
    this.#firstUnsent++;
    this.#bytesInFlight += frame.bytes.length;
    if (frame.sequence > this.#highestSent) {
      this.#highestSent = frame.sequence;
      countSent(this.totals, frame);
    }
    return frame;
  }

  /** Reads on where the window ends. */
  #refill(): void {
    while (this.#behind !== null && this.#windowBytes < this.#writer.windowBytes) {
      const read = this.#readBehind(this.#behind);
      for (const record of read?.records ?? []) this.#addToWindow(record);
      this.#behind = read === null || this.#isEnd(read.next) ? null : read.next;
      // All that is on disk is in the window: what is not on disk follows it.
      if (this.#behind === null) for (const frame of this.#unwritten) this.#addToWindow(frame);
      if (read !== null && read.records.length > 0) return;
    }
  }

  #isEnd({ segment, offset }: Place): boolean {
    return offset >= segment.sums.bytes && this.#after(segment) === undefined;
  }

  #readBehind(behind: Place): { records: QueuedFrame[]; next: Place } | null {
    const read = this.epoch.readFrom(behind);
    if (read !== 'damaged') return read;
    const at = behind.offset < behind.segment.sums.bytes ? behind.segment : this.#after(behind.segment)!;
    return { records: [], next: this.#passDamage(at) };
  }

  /** What cannot be read back is lost, and counted: the sums of the segment less what was read of it. */
  #passDamage(segment: SpoolSegment): Place {
    const { sums } = segment;
    const lost = { flows: sums.flows, packets: sums.packets, findings: sums.findings };
    for (const { flows, packets, findings } of this.#readable(segment)) {
      lost.flows -= flows;
      lost.packets -= packets;
      lost.findings -= findings;
    }
    countDropped(this.totals, lost);
    return { segment, offset: sums.bytes };
  }

  *#readable(segment: SpoolSegment): Iterable<QueuedFrame> {
    for (let offset = 0; ; ) {
      const { records, next } = segment.read(offset);
      if (records.length === 0) return;
      yield* records;
      offset = next;
    }
  }

  #after(segment: SpoolSegment): SpoolSegment | undefined {
    return this.epoch.segments[this.epoch.segments.indexOf(segment) + 1];
  }

  acknowledge(sequence: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, sequence);
    let count = 0;
    for (const frame of this.#window) {
      if (frame.sequence > sequence) break;
      if (count < this.#firstUnsent) this.#bytesInFlight -= frame.bytes.length;
      this.#windowBytes -= frame.bytes.length;
      count++;
      if (frame.sequence > this.#highestSent) {
        this.#highestSent = frame.sequence;
        countSent(this.totals, frame);
      }
      countAcknowledged(this.totals, frame);
    }
    this.#window.splice(0, count);
    this.#firstUnsent = Math.max(0, this.#firstUnsent - count);
    while (this.#unwritten[0] !== undefined && this.#unwritten[0].sequence <= sequence)
      this.#unwrittenBytes -= this.#unwritten.shift()!.bytes.length;
    // Never past what was read: an empty window says nothing about what lies behind it.
    const read = this.#behind === null ? sequence : Math.min(sequence, this.#highestSent);
    if (this.#behind !== null && this.#behind.offset >= this.#behind.segment.sums.bytes) this.#stepOver();
    this.epoch.forget(read);
    if (this.#behind !== null && !this.epoch.segments.includes(this.#behind.segment)) this.#behind = this.#begin();
  }

  /** A place at the end of a segment is the begin of the next, where there is one: the segment can then go. */
  #stepOver(): void {
    const after = this.#after(this.#behind!.segment);
    if (after !== undefined) this.#behind = { segment: after, offset: 0 };
  }

  #begin(): Place | null {
    const [segment] = this.epoch.segments;
    return segment === undefined ? null : { segment, offset: 0 };
  }

  rewind(): void {
    this.#firstUnsent = 0;
    this.#bytesInFlight = 0;
  }

  /** Whether a server may have stored up to `sequence`: of an earlier run, most was never sent to anyone. */
  mayBeStored(sequence: number): boolean {
    return sequence <= this.highestSent || this.#maybeAll;
  }

  /** Of an earlier run: the server has everything up to `sequence`. What it has is neither waiting nor recovered. */
  trim(sequence: number): void {
    this.#maybeSent = 0;
    this.#maybeAll = false;
    this.#highestSent = Math.max(0, sequence);
    for (const sums of this.epoch.forget(sequence)) this.#countDelivered(sums);
    const [first] = this.epoch.segments;
    if (first !== undefined && first.sums.firstSequence <= sequence)
      for (const record of this.#readable(first)) if (record.sequence <= sequence) this.#countDelivered(record);
    this.#behind = first === undefined ? null : { segment: first, offset: 0 };
    // Read up to the first that is to be sent.
    while (this.#behind !== null && this.#window.length === 0) {
      this.#refill();
      this.#window = this.#window.filter((frame) => frame.sequence > sequence);
      this.#windowBytes = this.#window.reduce((bytes, frame) => bytes + frame.bytes.length, 0);
    }
  }

  #countDelivered(sums: Pick<SegmentSums, 'flows' | 'packets'>): void {
    countWaiting(this.totals, sums, -1);
    countRecovered(this.totals, sums, -1);
  }

  /** Gives up the oldest segment of which nothing was read or sent; false where there is none. */
  dropOldestSegment(): boolean {
    const read = Math.max(this.#highestSent, this.#window.at(-1)?.sequence ?? 0);
    const segment = this.epoch.segments.find((one) => !one.isOpen && one.sums.firstSequence > read);
    if (segment === undefined) return false;
    const after = this.#after(segment);
    if (this.#behind?.segment === segment) this.#behind = after ? { segment: after, offset: 0 } : null;
    const sums = this.epoch.removeSegment(segment);
    // The server may have it: as what it lacks in the end, it counts as lost with the run that wrote it.
    if (sums.lastSequence <= this.#maybeSent) this.#countDelivered(sums);
    else countDropped(this.totals, sums);
    if (this.#isRecovered && sums.lastSequence > this.#maybeSent) countRecoveredDropped(this.totals, sums);
    return true;
  }

  /** It is not sent any more by this run; the files stay for the next. */
  async close(): Promise<void> {
    await this.epoch.close();
  }
}
