/** The one clock of the scene, in seconds. It never goes back, stands still while paused, and tests may supply their own. */
export type SecondsSource = () => number;

export class SceneClock {
  #source: SecondsSource;
  #offset = 0;
  #pausedAt: number | null = null;
  #latest = 0;

  constructor(source: SecondsSource) {
    this.#source = source;
    this.#offset = -source();
  }

  get paused(): boolean {
    return this.#pausedAt !== null;
  }

  now(): number {
    const seconds = this.#pausedAt ?? this.#source() + this.#offset;
    this.#latest = Math.max(this.#latest, seconds);
    return this.#latest;
  }

  pause(): void {
    this.#pausedAt ??= this.now();
  }

  /** Goes on from where it stood: the picture does not jump. */
  resume(): void {
    if (this.#pausedAt === null) return;
    this.#offset = this.#pausedAt - this.#source();
    this.#pausedAt = null;
  }

  /** From now on the time is what `source` says, as it says it: a picture can then be asked for exactly. */
  setSource(source: SecondsSource): void {
    this.#source = source;
    this.#offset = 0;
    this.#pausedAt = null;
    this.#latest = 0;
  }
}
