/** The wall's clock, believed only as far as time really passed since the start: nothing is deleted because a clock jumped. */
const TOLERANCE_MILLISECONDS = 3_600_000;

export class SteadyClock {
  /** A sentence, once the clock went ahead by more than an hour at once. */
  problem: string | null = null;
  readonly #wall: () => number;
  readonly #offset: number;

  /** `wall`: milliseconds since 1970. */
  constructor(wall: () => number = Date.now) {
    this.#wall = wall;
    this.#offset = wall() - performance.now();
  }

  /** Milliseconds since 1970; behind a clock that jumped ahead, with one that jumped back. */
  now(): number {
    const [wall, steady] = [this.#wall(), this.#offset + performance.now()];
    const aheadMilliseconds = wall - steady;
    if (aheadMilliseconds <= TOLERANCE_MILLISECONDS) return Math.min(wall, steady);
    const hours = Math.round(aheadMilliseconds / TOLERANCE_MILLISECONDS);
    this.problem ??= `the clock of this machine went ahead by ${hours} h at once: until the next start, the age of what is stored goes by the time that really passed`;
    return steady;
  }
}
