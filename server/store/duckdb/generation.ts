/** Numbers of what changes series: commits and what compaction moves. The outbox tells by them what came after what. */
export class Generation {
  #newest: number;

  constructor(newest: number) {
    this.#newest = newest;
  }

  get newest(): number {
    return this.#newest;
  }

  /** A number that was not given before. */
  next(): number {
    this.#newest += 1;
    return this.#newest;
  }
}
