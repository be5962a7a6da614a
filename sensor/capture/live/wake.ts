/** Waiting for one of many to say that there is something, without a promise for each that may. */
export class Wake {
  #called = false;
  #resolve: (() => void) | null = null;

  readonly call = (): void => {
    this.#called = true;
    this.#resolve?.();
  };

  /** Until the next call, or at once if there was one since the last wait. */
  async wait(): Promise<void> {
    if (!this.#called) await new Promise<void>((resolve) => (this.#resolve = resolve));
    this.#called = false;
    this.#resolve = null;
  }
}

const TURN_MILLISECONDS = 4;

/** Gives the event loop its turn: timers, signals and sockets wait no longer than this, however many packets come. */
export class Turn {
  #since = performance.now();

  async pause(): Promise<void> {
    if (performance.now() - this.#since < TURN_MILLISECONDS) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#since = performance.now();
  }
}
