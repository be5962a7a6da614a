/** The roll-up of one server: goes on after a stop where the last run stood, and says when it wants to be stored. */
import { createHmac } from 'node:crypto';
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { HASH_KEY_WORDS, type HashKey } from '../aggregate/keyed-hash.ts';
import { SeriesAccumulator } from '../aggregate/series-accumulator.ts';
import type { SeriesRows, SketchState } from '../store/ingest-commit.ts';
import type { SketchStore } from '../store/stores.ts';

/** What is distinct in bins above minutes is told so often, and no commit has to carry it all. */
const ABOVE_EVERY_MILLISECONDS = 15_000;
/** Flows since the last sketches are read again at the next start: so long, or so many. */
const SKETCHES_EVERY_MILLISECONDS = 60_000;
const SKETCHES_EVERY_FLOWS = 3_000_000;
const MINUTE_SECONDS = 60;

/** The key of hashes: from the installation's, since what is stored was hashed with it. */
export function seriesSecret(installationKey: Uint8Array): HashKey {
  const digest = createHmac('sha256', installationKey).update('series').digest();
  return Uint32Array.from({ length: HASH_KEY_WORDS }, (_, word) => digest.readUInt32LE(word * 4));
}

export class SeriesMemory {
  readonly #accumulator: SeriesAccumulator;
  #aboveMilliseconds = Date.now();
  #sketchesMilliseconds = Date.now();
  #flowsSince = 0;

  constructor(secret?: HashKey) {
    this.#accumulator = new SeriesAccumulator(secret);
  }

  /** Reads what was stored; flows of minutes that sketches lack are read again. Sums are in the store already. */
  async restore(store: SketchStore, log: (message: string) => void): Promise<void> {
    const { states, minutes } = await store.memory();
    for (const state of states)
      if (!this.#accumulator.restore(state))
        log(`distinct addresses of session ${state.session} begin anew: what was stored of them cannot be read`);
    let flows = 0;
    for (const { session, bin } of minutes) {
      for (let second = bin; second < bin + MINUTE_SECONDS; second++) {
        for (const family of [4, 6] as const) {
          const batch = await store.flowsOfSecond(session, second, family);
          if (batch === null) continue;
          this.#accumulator.add(batch);
          flows += batch.length;
        }
      }
      this.discard();
    }
    if (flows > 0) log(`${flows} flows of ${minutes.length} minutes were read again to go on counting addresses`);
  }

  add(batch: FlowBatch): number {
    this.#flowsSince += batch.length;
    return this.#accumulator.add(batch);
  }

  /** Forgets sums that no commit will carry. */
  discard(): void {
    this.#accumulator.take(false);
  }

  /** What the commit carries; at the end of a run, all there is. */
  take(isLast: boolean): { series: SeriesRows; sketches?: SketchState[] } {
    const now = Date.now();
    const isAboveDue = isLast || now - this.#aboveMilliseconds >= ABOVE_EVERY_MILLISECONDS;
    if (isAboveDue) this.#aboveMilliseconds = now;
    const series = this.#accumulator.take(isAboveDue);
    if (!isLast && !this.#areSketchesDue(now)) return { series };
    this.#sketchesMilliseconds = now;
    this.#flowsSince = 0;
    return { series, sketches: this.#accumulator.save() };
  }

  /** Whether there is something to store although nothing comes. */
  get isDue(): boolean {
    return this.#accumulator.hasChangesAbove && Date.now() - this.#aboveMilliseconds >= ABOVE_EVERY_MILLISECONDS;
  }

  #areSketchesDue(now: number): boolean {
    if (this.#flowsSince === 0) return false;
    return this.#flowsSince >= SKETCHES_EVERY_FLOWS || now - this.#sketchesMilliseconds >= SKETCHES_EVERY_MILLISECONDS;
  }
}
