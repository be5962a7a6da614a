/** Notices that the host's clock was set: what it said before and what it says now are not of one piece. */

/** A clock that is drawn right slowly is no step. */
const STEP_SECONDS = 1;

export interface Clocks {
  /** Seconds of the wall's clock, which may be set. */
  wall(): number;
  /** Seconds of a clock that nobody sets. */
  steady(): number;
}

const hostClocks: Clocks = { wall: () => Date.now() / 1000, steady: () => performance.now() / 1000 };

export class ClockWatch {
  readonly #clocks: Clocks;
  #offset: number;

  constructor(clocks = hostClocks) {
    this.#clocks = clocks;
    this.#offset = clocks.wall() - clocks.steady();
  }

  /** By how many seconds the clock was set since the last look; 0 when it was not. */
  look(): number {
    const offset = this.#clocks.wall() - this.#clocks.steady();
    const step = offset - this.#offset;
    this.#offset = offset;
    return Math.abs(step) > STEP_SECONDS ? step : 0;
  }
}
