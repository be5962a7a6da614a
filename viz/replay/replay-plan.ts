/** When the flows of a replay start: at the moment of the scene that shows their capture time. */
import { LIFE_SECONDS } from '../layers/streak-uniforms.ts';
import type { Launching } from '../scene/streak-writer.ts';
import type { PlayClock } from './play-clock.ts';

export class ReplayPlan implements Launching {
  readonly #clock: PlayClock;

  constructor(clock: PlayClock) {
    this.#clock = clock;
  }

  /** A flow from before the moment that was jumped to is on its way already, or over. */
  launchOf(captured: number, _chance: number, now: number): number | null {
    const launch = this.#clock.sceneOf(captured);
    return launch + LIFE_SECONDS < now ? null : launch;
  }

  captureAt(now: number): number {
    return this.#clock.captureAt(now);
  }
}
