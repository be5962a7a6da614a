/** Copies of packets on their way to the server, where the sensor was told to send them: within limits, and counted. */
import type { PacketBatch, RecordBatch } from '../../shared/packet-batch.ts';
import { MAX_CAPTURE_SECONDS } from '../../shared/time.ts';
import type { RawPacketReport } from '../../shared/wire/messages.ts';
import type { RawPackets } from '../../shared/wire/packets.ts';

/** A frame is far smaller than it may be: it waits in memory beside others. */
const ROWS = 1_024;
const BYTES = 1 << 20;

export interface PacketCopiesOptions {
  /** In all, of a run. */
  readonly maxBytes: number;
  /** Of captures that go by the wall's clock; null where the source waits. */
  readonly bytesPerSecond: number | null;
  /** Valid during the call. */
  readonly onRows: (rows: RawPackets) => void;
  readonly nowSeconds?: () => number;
}

export class PacketCopies {
  readonly #options: PacketCopiesOptions;
  readonly #now: () => number;
  readonly #seconds = new Float64Array(ROWS);
  readonly #nanoseconds = new Uint32Array(ROWS);
  readonly #originalLength = new Uint32Array(ROWS);
  readonly #capturedLength = new Uint32Array(ROWS);
  readonly #linkType = new Uint16Array(ROWS);
  readonly #bytes = new Uint8Array(BYTES);
  #length = 0;
  #filled = 0;
  /** Bytes that may still go: of the run, and of this moment. */
  #left: number;
  #refilledSeconds = 0;
  #room: number;
  #packets = 0;
  #packetsSent = 0;
  #packetsNotSent = 0;

  constructor(options: PacketCopiesOptions) {
    this.#options = options;
    this.#now = options.nowSeconds ?? (() => performance.now() / 1000);
    this.#left = options.maxBytes;
    this.#room = options.bytesPerSecond ?? Number.POSITIVE_INFINITY;
    this.#refilledSeconds = this.#now();
  }

  /** The records that were decoded; with `passed`, only those whose IP header a filter let through. */
  add(records: RecordBatch, passed: readonly PacketBatch[] | null): void {
    this.#refill();
    if (passed === null) {
      for (let record = 0; record < records.length; record++) this.#copy(records, record);
      return;
    }
    const headers = passed.map(({ headerOffset, length }) => headerOffset.subarray(0, length));
    const at = headers.map(() => 0);
    for (let record = 0; record < records.length; record++) {
      const end = records.offset[record]! + records.capturedLength[record]!;
      let isPassed = false;
      for (const [family, offsets] of headers.entries()) {
        if (at[family]! >= offsets.length || offsets[at[family]!]! >= end) continue;
        at[family]!++;
        isPassed = true;
      }
      if (isPassed) this.#copy(records, record);
    }
  }

  /** A second's worth may be saved up. */
  #refill(): void {
    const { bytesPerSecond } = this.#options;
    if (bytesPerSecond === null) return;
    const now = this.#now();
    this.#room = Math.min(bytesPerSecond, this.#room + (now - this.#refilledSeconds) * bytesPerSecond);
    this.#refilledSeconds = now;
  }

  #copy(records: RecordBatch, record: number): void {
    this.#packets++;
    const captured = records.capturedLength[record]!;
    const seconds = records.seconds[record]!;
    // What has no time could not be found again.
    const hasTime = seconds >= 0 && seconds < MAX_CAPTURE_SECONDS;
    if (!hasTime || captured > BYTES || captured > this.#left || captured > this.#room) {
      this.#packetsNotSent++;
      return;
    }
    if (this.#length === ROWS || this.#filled + captured > BYTES) this.flush();
    const row = this.#length++;
    this.#seconds[row] = seconds;
    this.#nanoseconds[row] = records.nanoseconds[record]!;
    this.#originalLength[row] = records.wireLength[record]!;
    this.#capturedLength[row] = captured;
    this.#linkType[row] = records.linkType[record]!;
    const start = records.offset[record]!;
    copyBytes(records.bytes, start, captured, this.#bytes, this.#filled);
    this.#filled += captured;
    this.#left -= captured;
    this.#room -= captured;
  }

  flush(): void {
    const length = this.#length;
    if (length === 0) return;
    this.#options.onRows({
      length,
      seconds: this.#seconds.subarray(0, length),
      nanoseconds: this.#nanoseconds.subarray(0, length),
      originalLength: this.#originalLength.subarray(0, length),
      capturedLength: this.#capturedLength.subarray(0, length),
      linkType: this.#linkType.subarray(0, length),
      bytes: this.#bytes.subarray(0, this.#filled),
    });
    this.#packetsSent += length;
    this.#length = 0;
    this.#filled = 0;
  }

  /** packets = packetsSent + packetsHeld + packetsNotSent. */
  report(): RawPacketReport {
    return {
      packets: this.#packets,
      packetsSent: this.#packetsSent,
      packetsHeld: this.#length,
      packetsNotSent: this.#packetsNotSent,
    };
  }
}

/** A subarray for each packet costs more than to copy most of them byte by byte. */
const LONG_BYTES = 200;

function copyBytes(from: Uint8Array, start: number, length: number, into: Uint8Array, at: number): void {
  if (length > LONG_BYTES) into.set(from.subarray(start, start + length), at);
  else for (let index = 0; index < length; index++) into[at + index] = from[start + index]!;
}
