/** Distinct counts by sketch: HyperLogLog (Flajolet et al. 2007) with the linear counting of small sets. */

const PRECISION = 12;
const REGISTERS = 1 << PRECISION;
/** Relative standard error: 1.04 / sqrt(registers). */
export const HYPERLOGLOG_ERROR = 1.04 / Math.sqrt(REGISTERS);

export class HyperLogLog {
  readonly #registers = new Uint8Array(REGISTERS);

  /** Adds a value by its 32-bit hash, which must be well mixed. */
  add(hash: number): void {
    const register = hash >>> (32 - PRECISION);
    const rank = Math.clz32((hash << PRECISION) | (1 << (PRECISION - 1))) + 1;
    if (rank > this.#registers[register]!) this.#registers[register] = rank;
  }

  clear(): void {
    this.#registers.fill(0);
  }

  /** Becomes the sketch of both sets. */
  merge(other: HyperLogLog): void {
    for (let i = 0; i < REGISTERS; i++) {
      if (other.#registers[i]! > this.#registers[i]!) this.#registers[i] = other.#registers[i]!;
    }
  }

  count(): number {
    let sum = 0;
    let empty = 0;
    for (const rank of this.#registers) {
      sum += 2 ** -rank;
      if (rank === 0) empty++;
    }
    const estimate = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS) / sum;
    if (estimate <= 2.5 * REGISTERS && empty > 0) return Math.round(REGISTERS * Math.log(REGISTERS / empty));
    // Hashes have 32 bits: near their number, collisions are made up for.
    const space = 2 ** 32;
    return Math.round(estimate <= space / 30 ? estimate : -space * Math.log(1 - estimate / space));
  }
}

/** A well-mixed 32-bit hash of a word (the finalizer of MurmurHash3). */
export function mix32(word: number): number {
  let hash = word;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
