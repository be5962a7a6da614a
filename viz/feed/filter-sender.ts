/** Tells the server which filter is wanted: on every connection, and not more often than it listens. */

/** The server takes a few at once and then two a second; of changes in between only the last counts. */
const PAUSE_MILLISECONDS = 500;
/** What was refused because others are in the way is asked for again after this time. */
const AGAIN_MILLISECONDS = 10_000;

export class FilterSender {
  readonly #send: (filter: string) => void;
  #wanted = '';
  #isConnected = false;
  /** What this connection was asked for last and did not refuse; null where that is not known. */
  #asked: string | null = null;
  #sentMilliseconds = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(send: (filter: string) => void) {
    this.#send = send;
  }

  want(filter: string): void {
    this.#wanted = filter;
    this.#flush();
  }

  /** The server said hello: it knows of no filter yet. */
  begin(): void {
    this.#isConnected = true;
    this.#asked = '';
    this.#sentMilliseconds = Number.NEGATIVE_INFINITY;
    this.#flush();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#isConnected = false;
    this.#asked = null;
  }

  /** It is not in force: whoever wants it again gets the server's word again. */
  refused(filter: string): void {
    if (this.#asked === filter) this.#asked = null;
  }

  /** Refused for now, and perhaps not later. */
  askAgain(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#isConnected) this.begin();
    }, AGAIN_MILLISECONDS);
  }

  #flush(): void {
    if (!this.#isConnected || this.#asked === this.#wanted) return;
    clearTimeout(this.#timer);
    const wait = this.#sentMilliseconds + PAUSE_MILLISECONDS - performance.now();
    if (wait > 0) {
      this.#timer = setTimeout(() => this.#flush(), wait);
      return;
    }
    this.#asked = this.#wanted;
    this.#sentMilliseconds = performance.now();
    this.#send(this.#wanted);
  }
}
