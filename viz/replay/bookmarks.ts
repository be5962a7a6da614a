/** Moments that a viewer marked, kept by the browser. */
import type { Memory } from '../panels/desk/settings.ts';

export interface Bookmark {
  readonly session: number;
  readonly atSeconds: number;
}

const NAME = 'kurayami.bookmarks';
const MOST = 200;

export class Bookmarks {
  readonly #memory: Memory | null;
  #all: readonly Bookmark[];

  constructor(memory: Memory | null) {
    this.#memory = memory;
    this.#all = read(memory);
  }

  of(session: number): readonly Bookmark[] {
    return this.#all.filter((one) => one.session === session);
  }

  /** Sets one, or takes away the one that is within `nearSeconds`. */
  toggle(session: number, atSeconds: number, nearSeconds: number): void {
    const near = (one: Bookmark) => one.session === session && Math.abs(one.atSeconds - atSeconds) <= nearSeconds;
    const others = this.#all.filter((one) => !near(one));
    // The oldest give way.
    this.#all = others.length < this.#all.length ? others : [...others.slice(1 - MOST), { session, atSeconds }];
    try {
      this.#memory?.setItem(NAME, JSON.stringify(this.#all));
    } catch {
      // They are kept for as long as the page is open.
    }
  }
}

function read(memory: Memory | null): Bookmark[] {
  try {
    const kept: unknown = JSON.parse(memory?.getItem(NAME) ?? '[]');
    if (!Array.isArray(kept)) return [];
    return kept.slice(-MOST).flatMap((one: Partial<Bookmark> | null) => {
      const { session, atSeconds } = one ?? {};
      if (typeof session !== 'number' || typeof atSeconds !== 'number' || !Number.isFinite(atSeconds)) return [];
      return [{ session, atSeconds }];
    });
  } catch {
    return [];
  }
}
