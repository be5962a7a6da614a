/** How old live bins may get, by a clock that does not jump; and which are gone, as far as what is noted of that can be. */
import { type SeriesResolution, seriesResolutions } from '../ingest-commit.ts';
import { SERIES_KEEP_SECONDS } from '../series-keep.ts';
import type { SteadyClock } from './steady-clock.ts';

export class SeriesAge {
  readonly #clock: SteadyClock;
  readonly #keepSeconds: Readonly<Record<SeriesResolution, number>>;

  constructor(clock: SteadyClock, keepSeconds: Readonly<Partial<Record<SeriesResolution, number>>> = {}) {
    this.#clock = clock;
    this.#keepSeconds = { ...SERIES_KEEP_SECONDS, ...keepSeconds };
  }

  /** A sentence, once the clock jumped. */
  get problem(): string | null {
    return this.#clock.problem;
  }

  /** Bins that begin before this second are too old; null where they are kept without end. */
  keptFrom(resolution: SeriesResolution): number | null {
    const keep = this.#keepSeconds[resolution];
    return Number.isFinite(keep) ? Math.floor(this.#clock.now() / 1000 - keep) : null;
  }

  /**
   * SQL for the end of what is gone, by a row of `series_expired`. A clock that was ahead when the store was opened left
   * ends in the future: what is not old yet is not taken for gone.
   */
  goneUntil(row: string): string {
    const cases = seriesResolutions.flatMap((resolution) => {
      const keptFrom = this.keptFrom(resolution);
      return keptFrom === null ? [] : [`WHEN ${resolution} THEN ${keptFrom}`];
    });
    const noted = `${row}.until_seconds`;
    return cases.length === 0 ? noted : `least(${noted}, CASE ${row}.resolution ${cases.join(' ')} ELSE ${noted} END)`;
  }
}
