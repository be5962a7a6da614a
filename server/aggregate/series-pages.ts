/** Pages: what one bin of a session has, by slot. Taken and given back, never made anew for every bin. */

import type { RowBuffer } from './row-buffer.ts';
import { MAX_SLOTS, type SeriesSlots } from './series-slots.ts';
import type { SketchPool } from './sketch-pool.ts';

/** Sums since they were last taken. */
export class SumPage {
  /** Start of the bin, or -1 while it has none. */
  bin = -1;
  readonly #packets: Float64Array;
  readonly #bytes: Float64Array;
  readonly #flows: Float64Array;
  readonly #touched: Int16Array;
  #touchedLength = 0;

  constructor(slots: number) {
    this.#packets = new Float64Array(slots);
    this.#bytes = new Float64Array(slots);
    this.#flows = new Float64Array(slots);
    this.#touched = new Int16Array(slots);
  }

  count(slot: number, packets: number, bytes: number): void {
    if (this.#flows[slot] === 0) this.#touched[this.#touchedLength++] = slot;
    this.#flows[slot]! += 1;
    this.#packets[slot]! += packets;
    this.#bytes[slot]! += bytes;
  }

  /** Hands out each slot that was counted in; sums begin anew. */
  takeSums(out: RowBuffer, row: (slot: number) => number): void {
    for (let at = 0; at < this.#touchedLength; at++) {
      const slot = this.#touched[at]!;
      out.setSums(row(slot), this.#packets[slot]!, this.#bytes[slot]!, this.#flows[slot]!);
      this.#flows[slot] = this.#packets[slot] = this.#bytes[slot] = 0;
    }
    this.#touchedLength = 0;
  }
}

/** Sketches of distinct sources and targets. */
export class SketchPage {
  bin = -1;
  readonly #pool: SketchPool;
  /** Sketch + 1, 0 for none yet. */
  readonly #sources = new Int32Array(MAX_SLOTS);
  readonly #targets = new Int32Array(MAX_SLOTS);
  readonly #used = new Int16Array(MAX_SLOTS);
  #usedLength = 0;
  readonly #isDirty = new Uint8Array(MAX_SLOTS);
  readonly #dirty = new Int16Array(MAX_SLOTS);
  #dirtyLength = 0;

  constructor(pool: SketchPool) {
    this.#pool = pool;
  }

  addSource(slot: number, hash: number): boolean {
    const sketch = this.#sources[slot]!;
    return this.#add(slot, sketch === 0 ? this.#take(this.#sources, slot) : sketch - 1, hash);
  }

  addTarget(slot: number, hash: number): boolean {
    const sketch = this.#targets[slot]!;
    return this.#add(slot, sketch === 0 ? this.#take(this.#targets, slot) : sketch - 1, hash);
  }

  sources(slot: number): number {
    const sketch = this.#sources[slot]!;
    return sketch === 0 ? 0 : this.#pool.count(sketch - 1);
  }

  targets(slot: number): number {
    const sketch = this.#targets[slot]!;
    return sketch === 0 ? 0 : this.#pool.count(sketch - 1);
  }

  #add(slot: number, sketch: number, hash: number): boolean {
    if (!this.#pool.add(sketch, hash)) return false;
    if (this.#isDirty[slot] === 0) {
      this.#isDirty[slot] = 1;
      this.#dirty[this.#dirtyLength++] = slot;
    }
    return true;
  }

  #take(sketches: Int32Array, slot: number): number {
    if (this.#sources[slot] === 0 && this.#targets[slot] === 0) this.#used[this.#usedLength++] = slot;
    const sketch = this.#pool.take();
    sketches[slot] = sketch + 1;
    return sketch;
  }

  get hasChanges(): boolean {
    return this.#dirtyLength > 0;
  }

  /** Hands out the counts of slots that changed since the last call. */
  takeChanges(out: RowBuffer, row: (slot: number) => number): void {
    for (let at = 0; at < this.#dirtyLength; at++) {
      const slot = this.#dirty[at]!;
      this.#isDirty[slot] = 0;
      out.setDistinct(row(slot), this.sources(slot), this.targets(slot));
    }
    this.#dirtyLength = 0;
  }

  /** Nothing is in it any more. */
  clear(): void {
    for (let at = 0; at < this.#usedLength; at++) {
      const slot = this.#used[at]!;
      if (this.#sources[slot] !== 0) this.#pool.give(this.#sources[slot]! - 1);
      if (this.#targets[slot] !== 0) this.#pool.give(this.#targets[slot]! - 1);
      this.#sources[slot] = this.#targets[slot] = this.#isDirty[slot] = 0;
    }
    this.#usedLength = this.#dirtyLength = 0;
    this.bin = -1;
  }

  /** Each slot's sketches, as `load` takes them. */
  save(slots: SeriesSlots, put: (dimension: number, key: number, sources: Uint8Array, targets: Uint8Array) => void) {
    const bytesOf = (sketch: number) => (sketch === 0 ? new Uint8Array() : this.#pool.save(sketch - 1));
    for (const slot of this.#used.subarray(0, this.#usedLength))
      put(slots.dimension[slot]!, slots.key[slot]!, bytesOf(this.#sources[slot]!), bytesOf(this.#targets[slot]!));
  }

  load(slot: number, sources: Uint8Array, targets: Uint8Array): boolean {
    const into = (sketches: Int32Array) => (sketches[slot] === 0 ? this.#take(sketches, slot) : sketches[slot]! - 1);
    const isGood = sources.length === 0 || this.#pool.load(into(this.#sources), sources);
    return (targets.length === 0 || this.#pool.load(into(this.#targets), targets)) && isGood;
  }
}
