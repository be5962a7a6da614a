/**
 * Sketches of sources as they are stored. Most payloads have few sources: up to 127 registers are written as pairs of number
 * and rank, more as all 256 of them; the length tells which.
 */
import { SOURCE_REGISTERS } from '../../../shared/wire/payloads.ts';

const MOST_PAIRS = SOURCE_REGISTERS / 2 - 1;

export function packSketch(registers: Uint8Array): Uint8Array {
  let used = 0;
  for (const rank of registers) if (rank > 0) used++;
  if (used > MOST_PAIRS) return Uint8Array.from(registers);
  const pairs = new Uint8Array(used * 2);
  let at = 0;
  for (let register = 0; register < SOURCE_REGISTERS; register++) {
    if (registers[register] === 0) continue;
    pairs[at++] = register;
    pairs[at++] = registers[register]!;
  }
  return pairs;
}

/** As if one sketch had seen all of their sources. */
export function uniteSketches(packed: readonly Uint8Array[]): Uint8Array {
  const registers = new Uint8Array(SOURCE_REGISTERS);
  for (const sketch of packed) {
    const isWhole = sketch.length === SOURCE_REGISTERS;
    for (let at = 0; at < sketch.length; at += isWhole ? 1 : 2) {
      const register = isWhole ? at : sketch[at]!;
      const rank = isWhole ? sketch[at]! : sketch[at + 1]!;
      if (rank > registers[register]!) registers[register] = rank;
    }
  }
  return registers;
}
