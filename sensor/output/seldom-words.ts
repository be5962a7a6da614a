/** A log in which trouble that goes on is told once, and again after a while. */

const SAME_WORDS_MILLISECONDS = 600_000;
const MAX_REMEMBERED = 100;

export class SeldomWords {
  readonly #log: (message: string) => void;
  readonly #toldMilliseconds = new Map<string, number>();

  constructor(log: (message: string) => void) {
    this.#log = log;
  }

  tell(message: string): void {
    const now = performance.now();
    if (now - (this.#toldMilliseconds.get(message) ?? Number.NEGATIVE_INFINITY) < SAME_WORDS_MILLISECONDS) return;
    if (this.#toldMilliseconds.size > MAX_REMEMBERED) this.#toldMilliseconds.clear();
    this.#toldMilliseconds.set(message, now);
    this.#log(message);
  }
}
