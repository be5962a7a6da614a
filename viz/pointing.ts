/** The pointer on the picture: turns it, names the streak that it is on, and pins one by a click. */
import { listenToPointer } from './scene/orbit-input.ts';
import type { PictureLoop } from './scene/picture-loop.ts';
import { factsOf } from './scene/streak-facts.ts';
import type { StreakRing } from './scene/streak-ring.ts';
import type { PageState } from './state.ts';

/** While the pointer rests streaks fly by beneath it: looked at again after this time. */
const LOOK_MILLISECONDS = 60;

export interface PointingOptions {
  readonly loop: PictureLoop;
  readonly ring: StreakRing;
  readonly state: PageState;
  /** What is hovered or pinned has changed. */
  readonly changed: () => void;
}

export class Pointing {
  readonly #options: PointingOptions;
  #at: { x: number; y: number } | null = null;

  constructor(options: PointingOptions) {
    this.#options = options;
  }

  start(): void {
    const { loop } = this.#options;
    if (loop.canvas === null) return;
    listenToPointer(loop.canvas, {
      orbit: () => loop.orbit,
      hover: (at) => {
        const isNew = this.#at === null && at !== null;
        this.#at = at;
        if (at === null) this.#show(null, null);
        else if (isNew) void this.#look();
      },
      click: (at) => this.#click(at),
    });
  }

  /** Again and again while the pointer is there. */
  async #look(): Promise<void> {
    while (this.#at !== null) {
      const at = this.#at;
      const slot = this.#options.loop.pick(at.x, at.y);
      if (slot !== undefined && this.#at !== null) this.#show(slot, this.#at);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
    }
  }

  #show(slot: number | null, at: { x: number; y: number } | null): void {
    const { state, ring, changed } = this.#options;
    const { hovered } = state;
    if (slot === null || at === null) {
      if (hovered === null) return;
      state.hovered = null;
    } else {
      const isSame = hovered?.slot === slot && hovered.x === at.x && hovered.y === at.y;
      if (isSame) return;
      state.hovered = { slot, facts: factsOf(ring, slot), ...at };
    }
    changed();
  }

  #click(at: { x: number; y: number }): void {
    const { loop, state, ring, changed } = this.#options;
    const slot = loop.pick(at.x, at.y) ?? state.hovered?.slot ?? null;
    state.pinned = slot === null ? null : factsOf(ring, slot);
    changed();
  }
}
