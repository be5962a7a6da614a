/**
 * Many counts of distinct values in shared memory. Up to EXACT_VALUES they are kept as they are; beyond, as HyperLogLog
 * (Flajolet et al. 2007) with the linear counting of small sets. Adding a value again changes nothing, in any order.
 */

const PRECISION = 11;
const REGISTERS = 1 << PRECISION;
/** Relative standard error of what is not exact: 1.04 / sqrt(registers), 2.3 %. */
export const SKETCH_ERROR = 1.04 / Math.sqrt(REGISTERS);
/** Up to so many values the count is exact (but for two that share all 32 bits of their hash). */
export const EXACT_VALUES = 16;
const DENSE = 255;
const FIRST_SKETCHES = 256;
const FIRST_DENSE = 16;
/** 2^-rank, for every rank there is. */
const WEIGHTS = Float64Array.from({ length: 64 }, (_, rank) => 2 ** -rank);

export class SketchPool {
  #values = new Uint32Array(FIRST_SKETCHES * EXACT_VALUES);
  /** Number of values kept, or DENSE. */
  #counts = new Uint8Array(FIRST_SKETCHES);
  #denseOf = new Int32Array(FIRST_SKETCHES);
  #registers = new Uint8Array(FIRST_DENSE * REGISTERS);
  /** Sum of the registers' weights, and how many are 0: kept with every change, so that counting costs nothing. */
  #weights = new Float64Array(FIRST_DENSE);
  #empty = new Int32Array(FIRST_DENSE);
  #sketches = 0;
  #dense = 0;
  readonly #freeSketches: number[] = [];
  readonly #freeDense: number[] = [];

  /** Bytes of all sketches, in use or not. */
  get bytes(): number {
    return this.#values.byteLength + this.#registers.byteLength;
  }

  /** An empty sketch. */
  take(): number {
    const free = this.#freeSketches.pop();
    if (free !== undefined) return free;
    if (this.#sketches === this.#counts.length) this.#growSketches();
    return this.#sketches++;
  }

  give(sketch: number): void {
    if (this.#counts[sketch] === DENSE) this.#freeDense.push(this.#denseOf[sketch]!);
    this.#counts[sketch] = 0;
    this.#freeSketches.push(sketch);
  }

  /** Adds a value by its hash. Gives whether the sketch changed. */
  add(sketch: number, hash: number): boolean {
    const count = this.#counts[sketch]!;
    if (count === DENSE) return this.#raise(this.#denseOf[sketch]!, hash);
    const values = this.#values;
    const first = sketch * EXACT_VALUES;
    const value = hash >>> 0;
    for (let at = first + count - 1; at >= first; at--) if (values[at] === value) return false;
    if (count < EXACT_VALUES) {
      values[first + count] = value;
      this.#counts[sketch] = count + 1;
    } else this.#raise(this.#makeDense(sketch), hash);
    return true;
  }

  count(sketch: number): number {
    const count = this.#counts[sketch]!;
    if (count !== DENSE) return count;
    const dense = this.#denseOf[sketch]!;
    const empty = this.#empty[dense]!;
    const estimate = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS) / this.#weights[dense]!;
    if (estimate <= 2.5 * REGISTERS && empty > 0)
      return Math.max(EXACT_VALUES + 1, Math.round(REGISTERS * Math.log(REGISTERS / empty)));
    // Hashes have 32 bits: near their number, collisions are made up for.
    const space = 2 ** 32;
    return Math.round(estimate <= space / 30 ? estimate : -space * Math.log(1 - Math.min(estimate / space, 0.999)));
  }

  /** What is in it, to be added to a sketch by `load`: the values' hashes, or the registers. */
  save(sketch: number): Uint8Array {
    const count = this.#counts[sketch]!;
    if (count === DENSE) {
      const first = this.#denseOf[sketch]! * REGISTERS;
      return this.#registers.slice(first, first + REGISTERS);
    }
    const first = sketch * EXACT_VALUES;
    return new Uint8Array(this.#values.slice(first, first + count).buffer);
  }

  /** Becomes the sketch of both. Gives false for bytes that `save` did not make. */
  load(sketch: number, saved: Uint8Array): boolean {
    if (saved.length === REGISTERS) {
      const dense = this.#counts[sketch] === DENSE ? this.#denseOf[sketch]! : this.#makeDense(sketch);
      for (let register = 0; register < REGISTERS; register++) {
        const rank = saved[register]!;
        if (rank > 33 - PRECISION) return false;
        this.#put(dense, register, rank);
      }
      return true;
    }
    if (saved.length % 4 !== 0 || saved.length > EXACT_VALUES * 4) return false;
    const view = new DataView(saved.buffer, saved.byteOffset, saved.byteLength);
    for (let at = 0; at < saved.length; at += 4) this.add(sketch, view.getUint32(at, true));
    return true;
  }

  #raise(dense: number, hash: number): boolean {
    const rank = Math.clz32((hash << PRECISION) | (1 << (PRECISION - 1))) + 1;
    return this.#put(dense, hash >>> (32 - PRECISION), rank);
  }

  #put(dense: number, register: number, rank: number): boolean {
    const at = dense * REGISTERS + register;
    const before = this.#registers[at]!;
    if (rank <= before) return false;
    this.#registers[at] = rank;
    this.#weights[dense]! += WEIGHTS[rank]! - WEIGHTS[before]!;
    if (before === 0) this.#empty[dense]! -= 1;
    return true;
  }

  #makeDense(sketch: number): number {
    if (this.#freeDense.length === 0 && this.#dense === this.#weights.length) this.#growDense();
    const dense = this.#freeDense.pop() ?? this.#dense++;
    this.#registers.fill(0, dense * REGISTERS, (dense + 1) * REGISTERS);
    this.#weights[dense] = REGISTERS;
    this.#empty[dense] = REGISTERS;
    const first = sketch * EXACT_VALUES;
    const end = first + this.#counts[sketch]!;
    for (let at = first; at < end; at++) this.#raise(dense, this.#values[at]! | 0);
    this.#counts[sketch] = DENSE;
    this.#denseOf[sketch] = dense;
    return dense;
  }

  #growSketches(): void {
    const size = this.#counts.length * 2;
    this.#values = grown(this.#values, new Uint32Array(size * EXACT_VALUES));
    this.#counts = grown(this.#counts, new Uint8Array(size));
    this.#denseOf = grown(this.#denseOf, new Int32Array(size));
  }

  #growDense(): void {
    const size = this.#weights.length * 2;
    this.#registers = grown(this.#registers, new Uint8Array(size * REGISTERS));
    this.#weights = grown(this.#weights, new Float64Array(size));
    this.#empty = grown(this.#empty, new Int32Array(size));
  }
}

function grown<T extends Uint8Array | Uint32Array | Int32Array | Float64Array>(before: T, after: T): T {
  after.set(before as never);
  return after;
}
