/** How often anyone may present a wrong token to the sign-in, all askers together. */
const MOST_TRIES = 20;
const WINDOW_MILLISECONDS = 60_000;

export class WrongTries {
  readonly #now: () => number;
  /** Times of the last wrong tries, oldest first; never more than MOST_TRIES. */
  #times: number[] = [];

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** How long to wait before the next try; 0 when one may be made now. */
  waitSeconds(): number {
    const begin = this.#now() - WINDOW_MILLISECONDS;
    this.#times = this.#times.filter((time) => time > begin);
    if (this.#times.length < MOST_TRIES) return 0;
    return Math.max(1, Math.ceil((this.#times[0]! - begin) / 1_000));
  }

  count(): void {
    this.#times = [...this.#times, this.#now()].slice(-MOST_TRIES);
  }
}
