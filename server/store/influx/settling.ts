/**
 * VictoriaMetrics keeps any one of the values written for one time, not the newest: bins are sent there once nothing is
 * expected to change them. Which ones those are follows from what the outbox had some time ago.
 */
import type { SeriesOutbox, SettledLimits } from '../outbox.ts';

/** What is distinct in coarser bins follows 15 s after the sums, minutes move into them within 20 s. */
const QUIET_SECONDS = 45;
/** A session that did not say that it ended, and was not written to for so long, has ended all the same. */
const IDLE_SECONDS = 600;
const LIVE_AFTER_SECONDS = 30;
/** So often the outbox is looked at: as many samples are kept as lie in `IDLE_SECONDS`. */
const SAMPLES_IN_IDLE = 120;

export class Settling {
  readonly #outbox: SeriesOutbox;
  readonly #scale: number;
  /** Oldest first; of a clock that only runs forward. */
  #samples: { seconds: number; generation: number }[] = [];

  /** `scale` shortens all times, for tests. */
  constructor(outbox: SeriesOutbox, scale = 1) {
    this.#outbox = outbox;
    this.#scale = scale;
  }

  /** Which bins may be sent now. */
  async limits(): Promise<SettledLimits> {
    const seconds = performance.now() / 1000;
    const idleSeconds = IDLE_SECONDS * this.#scale;
    const newest = this.#samples.at(-1);
    if (newest === undefined || seconds - newest.seconds >= idleSeconds / SAMPLES_IN_IDLE) {
      const generation = await this.#outbox.newestGeneration();
      // A store that was opened again may count anew.
      if (newest !== undefined && generation < newest.generation) this.#samples = [];
      this.#samples.push({ seconds, generation });
    }
    while (this.#samples.length > 1 && this.#samples[1]!.seconds <= seconds - idleSeconds) this.#samples.shift();
    return {
      liveSeconds: Date.now() / 1000 - LIVE_AFTER_SECONDS,
      quietGeneration: this.#generationBefore(seconds - QUIET_SECONDS * this.#scale),
      idleGeneration: this.#generationBefore(seconds - idleSeconds),
    };
  }

  /** -1 where nothing is known of that time. */
  #generationBefore(seconds: number): number {
    return this.#samples.findLast((sample) => sample.seconds <= seconds)?.generation ?? -1;
  }
}
