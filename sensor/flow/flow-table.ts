/**
 * Sums packets of equal key (CAIDA's 8-tuple and the interval) into flow records. An open-addressing table points into
 * rows of words, so that nothing is allocated for a packet or a flow. Records are partial sums: the table may be emptied
 * at any time, and records of equal key add up.
 */
import { createFlowBatch, type Family, type FlowBatch } from '../../shared/flow-batch.ts';
import type { PacketBatch } from '../../shared/packet-batch.ts';
import { MAX_FRAME_ROWS } from '../../shared/wire/flow-frames.ts';
import { FlowKeys, KEY_SHIFT, KeyWord, mix } from './flow-keys.ts';
import { FlowRows } from './flow-rows.ts';

/** A slot holds row + 1 in its lower bits, 0 for none, and bits of the hash above: most other keys are told by them. */
const ROW_BITS = 17;
const ROW_MASK = 2 ** ROW_BITS - 1;
export const MAX_FLOW_TABLE_ROWS = ROW_MASK;

export interface FlowTableOptions {
  readonly family: Family;
  /** Rows held at most, up to MAX_FLOW_TABLE_ROWS; the table is emptied when they are full. */
  readonly capacity?: number;
  readonly intervalSeconds?: number;
  /** At the border of an interval the table is emptied only if it holds so many rows: neither a slow capture nor one whose clock jumps makes many small batches. */
  readonly emptyAtRows?: number;
  /** And if it holds so many packets, however few its rows: who reads ahead of somebody who waits says so. */
  readonly emptyAtPackets?: number;
  /** Makes the hash unpredictable from outside. The order of records does not depend on it. */
  readonly seed?: number;
  /** Takes the rows, up to MAX_FRAME_ROWS at a time; they are void afterwards. Null where they are only counted. */
  readonly onRows: ((rows: FlowBatch) => void) | null;
}

export class FlowTable {
  packetsEmitted = 0;
  flowsEmitted = 0;
  /** Those of `flowsEmitted` that had to leave before their interval was over, since the table was full. */
  flowsEmittedEarly = 0;
  readonly #rows: FlowRows;
  readonly #batch: FlowBatch | null;
  readonly #slots: Int32Array;
  readonly #keys: FlowKeys;
  readonly #intervalSeconds: number;
  readonly #emptyAtRows: number;
  readonly #emptyAtPackets: number;
  readonly #onRows: ((rows: FlowBatch) => void) | null;
  #newestInterval = Number.NEGATIVE_INFINITY;
  #oldestInterval = Number.POSITIVE_INFINITY;

  constructor(options: FlowTableOptions) {
    const { family, capacity = 65_536, onRows } = options;
    this.#rows = new FlowRows(family, Math.min(capacity, MAX_FLOW_TABLE_ROWS));
    this.#batch = onRows === null ? null : createFlowBatch(family, Math.min(capacity, MAX_FRAME_ROWS));
    // At most half full, so that chains stay short.
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(capacity * 2)));
    this.#keys = new FlowKeys(options.seed ?? 0);
    this.#intervalSeconds = options.intervalSeconds ?? 1;
    this.#emptyAtRows = options.emptyAtRows ?? MAX_FRAME_ROWS;
    this.#emptyAtPackets = options.emptyAtPackets ?? Number.POSITIVE_INFINITY;
    this.#onRows = onRows;
  }

  /** Packets in rows that were not handed out yet. */
  get packetsHeld(): number {
    return this.#rows.packets;
  }

  /** Begin of the oldest interval that rows may still be held of; infinite without any. */
  get oldestInterval(): number {
    return this.#oldestInterval;
  }

  add(packets: PacketBatch): void {
    this.#keys.read(packets);
    const { seconds, nanoseconds, length } = packets;
    const words = this.#keys.words;
    let second = Number.NaN;
    let interval = 0;
    let intervalPart = 0;
    let intervalMicros = 0;
    for (let packet = 0; packet < length; packet++) {
      if (seconds[packet] !== second) {
        second = seconds[packet]!;
        interval = Math.floor(second / this.#intervalSeconds) * this.#intervalSeconds;
        intervalPart = this.#keys.intervalPart(interval);
        intervalMicros = (second - interval) * 1_000_000;
        this.#beginInterval(interval);
      }
      const micros = intervalMicros + Math.floor(nanoseconds[packet]! / 1000);
      this.#addPacket(
        packets,
        packet,
        mix(words[(packet << KEY_SHIFT) + KeyWord.hash]! + intervalPart),
        interval,
        micros,
      );
    }
  }

  #beginInterval(interval: number): void {
    if (interval > this.#newestInterval) {
      const { length, packets } = this.#rows;
      if (length >= this.#emptyAtRows || packets >= this.#emptyAtPackets) this.empty();
      this.#newestInterval = interval;
    }
    if (interval < this.#oldestInterval) this.#oldestInterval = interval;
  }

  #addPacket(packets: PacketBatch, packet: number, hash: number, interval: number, micros: number): void {
    const slots = this.#slots;
    const rows = this.#rows;
    const mask = slots.length - 1;
    // The slot is chosen by the lower bits of the hash, so that those above still tell keys of one slot apart.
    const tag = hash & ~ROW_MASK;
    let slot = hash & mask;
    for (let found = slots[slot]!; found !== 0; found = slots[slot]!) {
      const row = (found & ROW_MASK) - 1;
      if ((found & ~ROW_MASK) === tag && rows.isSameKey(row, this.#keys, packets, packet, interval)) {
        if (rows.addTo(row, packets, packet, micros)) return;
        // The record's sums are full: a new record takes its place in the table, and both are handed out.
        break;
      }
      slot = (slot + 1) & mask;
    }
    if (rows.length === rows.capacity) {
      this.flowsEmittedEarly += rows.length;
      this.empty();
      this.#oldestInterval = interval;
      slot = hash & mask;
    }
    slots[slot] = tag | (rows.length + 1);
    rows.append(this.#keys, packets, packet, interval, micros);
  }

  /** Hands out all rows. */
  empty(): void {
    this.#oldestInterval = Number.POSITIVE_INFINITY;
    const rows = this.#rows;
    if (rows.length === 0) return;
    this.packetsEmitted += rows.packets;
    this.flowsEmitted += rows.length;
    this.#handOut();
    this.#slots.fill(0);
    rows.clear();
  }

  #handOut(): void {
    const batch = this.#batch;
    if (batch === null) return;
    for (let from = 0; from < this.#rows.length; from += batch.capacity) {
      this.#rows.unpack(from, Math.min(this.#rows.length, from + batch.capacity), batch);
      this.#onRows!(batch);
    }
  }
}
