/** What is fuzzed: each property makes inputs of its own, and asks the same of the engine. */
import fc from 'fast-check';
import { CompressedCaptures } from './compressed-captures.ts';
import { corpus } from './corpus.ts';
import { checkFileCuts, checkPacketCuts } from './cuts.ts';
import type { FuzzedEngine } from './fuzzed-engine.ts';
import { madeCapture } from './made-captures.ts';
import { mutate } from './mutations.ts';
import { caseSeed, FuzzRandom } from './random.ts';

export interface FuzzProperty {
  readonly name: string;
  readonly about: string;
  /** Of the time that all have together. */
  readonly share: number;
  /** However slow the machine is. */
  readonly minimumCases: number;
  start(seed: number): FuzzInputs;
}

export interface FuzzInputs {
  /** Case `index`, which is the same for the same seed whenever it is asked for. */
  make(index: number): Uint8Array;
  /** Throws what is wrong with it. */
  check(bytes: Uint8Array, engine: FuzzedEngine): void | Promise<void>;
  /** How many bytes are read to check it, where that is more than once. */
  bytesRead?(bytes: Uint8Array): number;
  close?(): void;
}

/** Longer inputs make cases rare, and break nothing that shorter ones do not. */
const MAX_MUTATED_BYTES = 12_000;

/** A file is read as often as it is cut, and each packet as often. */
const MIN_CUTS = 100;

const made: FuzzProperty = {
  name: 'made',
  about: 'captures made layer by layer, with lengths that lie',
  share: 0.35,
  minimumCases: 3_000,
  start: (seed) => ({
    make: (index) => fc.sample(madeCapture, { seed: caseSeed(seed, 'made', index), numRuns: 1 })[0]!,
    check: (bytes, engine) => void engine.checkCapture(bytes),
  }),
};

const mutated: FuzzProperty = {
  name: 'mutated',
  about: 'captures with bits flipped, numbers at their edges, parts gone, doubled or of other captures',
  share: 0.35,
  minimumCases: 500,
  start: (seed) => ({
    make(index) {
      const random = new FuzzRandom(caseSeed(seed, 'mutated', index));
      const original = random.pick(corpus()).bytes;
      const from = random.oneIn(2) ? original : original.subarray(0, random.below(MAX_MUTATED_BYTES));
      return mutate(from.subarray(0, MAX_MUTATED_BYTES), random.pick(corpus()).bytes, random, MAX_MUTATED_BYTES);
    },
    check: (bytes, engine) => void engine.checkCapture(bytes),
  }),
};

const cut: FuzzProperty = {
  name: 'cut',
  about: 'captures that end at every byte, and packets that do',
  share: 0.2,
  minimumCases: 10,
  start(seed) {
    // One capture after the other, so that a long run has cut them all; each seed begins elsewhere.
    const order = shuffled(corpus(), new FuzzRandom(seed));
    return {
      make: (index) => order[index % order.length]!.bytes.slice(),
      bytesRead: (bytes) => MIN_CUTS * bytes.length,
      check(bytes, engine) {
        const random = new FuzzRandom(bytes.length);
        checkFileCuts(bytes, random);
        checkPacketCuts(bytes, engine, random);
      },
    };
  },
};

const compressed: FuzzProperty = {
  name: 'compressed',
  about: 'gzip and zstd with changes in the compressed bytes',
  share: 0.1,
  minimumCases: 100,
  start(seed) {
    const captures = new CompressedCaptures();
    return {
      make(index) {
        const random = new FuzzRandom(caseSeed(seed, 'compressed', index));
        const [bytes, other] = [random.pick(corpus()).bytes, random.pick(corpus()).bytes];
        return captures.make(bytes.subarray(0, MAX_MUTATED_BYTES), other, random);
      },
      check: (bytes, engine) => captures.check(bytes, engine),
      close: () => captures.close(),
    };
  },
};

export const properties: readonly FuzzProperty[] = [made, mutated, cut, compressed];

function shuffled<T>(values: readonly T[], random: FuzzRandom): T[] {
  const result = [...values];
  for (let at = result.length - 1; at > 0; at--) {
    const other = random.below(at + 1);
    [result[at], result[other]] = [result[other]!, result[at]!];
  }
  return result;
}
