/** How long frames take to be stored: one at a time is watched, and the next when that has come. */
export class Lag {
  #sequence = 0;
  #madeMilliseconds: number | null = null;
  #seconds = 0;

  made(sequence: number): void {
    if (this.#madeMilliseconds !== null) return;
    this.#sequence = sequence;
    this.#madeMilliseconds = performance.now();
  }

  /** All up to here are acknowledged. */
  acknowledged(sequence: number): void {
    if (this.#madeMilliseconds === null || sequence < this.#sequence) return;
    this.#seconds = this.#waitedSeconds();
    this.#madeMilliseconds = null;
  }

  /** Sequences begin anew, and what waits goes another way. */
  restart(): void {
    this.#madeMilliseconds = null;
  }

  get seconds(): number {
    return Math.max(this.#seconds, this.#waitedSeconds());
  }

  #waitedSeconds(): number {
    return this.#madeMilliseconds === null ? 0 : (performance.now() - this.#madeMilliseconds) / 1000;
  }
}
