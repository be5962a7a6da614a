/** Hands the flows of the stretch that is played to the scene, a little before they start. */
import type { StreakBatch } from '../../shared/wire/streaks.ts';
import type { Stretch } from './stretch.ts';

/** Where a replay's flows go. */
export interface PlayerScene {
  /** Streaks that there is room for. */
  readonly capacity: number;
  /** What flies is gone, and the scene's time begins anew. */
  restart(): void;
  /** Of a stretch that begins to be played: so many flows will be launched or dropped. */
  begin(stretch: Stretch): void;
  /** Rows [from, to) start when the player's clock says so. */
  launch(batch: StreakBatch, from: number, to: number): void;
  /** Flows of a stretch that nobody will see. */
  drop(flows: number): void;
}

export class StretchFeed {
  /** The stretch that is played; null before the first. */
  stretch: Stretch | null = null;
  index = 0;
  readonly #scene: PlayerScene;
  /** Rows of each batch that were handed on. */
  #rows: number[] = [];

  constructor(scene: PlayerScene) {
    this.#scene = scene;
  }

  begin(index: number, stretch: Stretch): void {
    this.index = index;
    this.stretch = stretch;
    this.#rows = stretch.batches.map(() => 0);
    this.#scene.begin(stretch);
  }

  /** All that was captured before this time. */
  until(captureSeconds: number): void {
    for (const [at, batch] of (this.stretch?.batches ?? []).entries()) {
      const from = this.#rows[at]!;
      let to = from;
      while (to < batch.length && batch.time[to]! < captureSeconds) to++;
      if (to > from) this.#scene.launch(batch, from, to);
      this.#rows[at] = to;
    }
  }

  /** What was not handed on will not be. */
  drop(): void {
    const rest = (this.stretch?.batches ?? []).reduce((sum, { length }, at) => sum + length - this.#rows[at]!, 0);
    if (rest > 0) this.#scene.drop(rest);
    this.stretch = null;
  }
}
