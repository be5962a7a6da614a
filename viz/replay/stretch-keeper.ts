/** Stretches around the moment that is shown: asked for ahead of time, kept for a while, and let go. */
import { WireError } from '../../shared/wire/wire-error.ts';
import { AWAY, type Problem, QuestionError, UNREADABLE } from '../feed/answers.ts';
import { retryDelaySeconds } from '../feed/backoff.ts';
import { readStretch, type Stretch, type StretchSource } from './stretch.ts';

/** What all stretches of a replay have in common; with another one they are others. */
export interface StretchPlan {
  readonly session: number;
  readonly filter: string;
  /** They begin at multiples of it. */
  readonly stretchSeconds: number;
  readonly most: number;
}

interface Slot {
  readonly index: number;
  stretch: Stretch | null;
  abort: AbortController | null;
  failures: number;
  againMilliseconds: number;
}

/** As many as are wanted at once, and some that were shown. */
const MOST_KEPT = 6;
const MOST_ASKED = 2;

export class StretchKeeper {
  /** Why the next stretch is not there; null while all is well. */
  problem: Problem | null = null;
  readonly #source: StretchSource;
  readonly #arrived: (index: number, stretch: Stretch | null) => void;
  #plan: StretchPlan;
  #slots = new Map<number, Slot>();

  /** `arrived` is called for each stretch that came, and when there is a problem where there was none. */
  constructor(source: StretchSource, plan: StretchPlan, arrived: (index: number, stretch: Stretch | null) => void) {
    this.#source = source;
    this.#plan = plan;
    this.#arrived = arrived;
  }

  get plan(): StretchPlan {
    return this.#plan;
  }

  indexOf(seconds: number): number {
    return Math.floor(seconds / this.#plan.stretchSeconds);
  }

  beginOf(index: number): number {
    return index * this.#plan.stretchSeconds;
  }

  /** Null while it is not there. */
  at(index: number): Stretch | null {
    return this.#slots.get(index)?.stretch ?? null;
  }

  /** These are wanted, the most urgent first; questions for others are given up. */
  want(indices: readonly number[]): void {
    for (const slot of this.#slots.values()) {
      if (slot.stretch !== null || indices.includes(slot.index)) continue;
      slot.abort?.abort();
      this.#slots.delete(slot.index);
    }
    let asked = 0;
    for (const index of indices) {
      const slot = this.#slots.get(index) ?? { index, stretch: null, abort: null, failures: 0, againMilliseconds: 0 };
      // The latest that were wanted stay longest.
      this.#slots.delete(index);
      this.#slots.set(index, slot);
      if (slot.stretch === null && asked < MOST_ASKED && Date.now() >= slot.againMilliseconds) {
        asked += 1;
        if (slot.abort === null) void this.#ask(slot);
      }
    }
    while (this.#slots.size > Math.max(MOST_KEPT, indices.length)) this.#slots.delete(this.#slots.keys().next().value!);
  }

  /** All of it is let go; what is on its way is not waited for. */
  change(plan: StretchPlan): void {
    this.close();
    this.#plan = plan;
  }

  /** What was answered is kept no longer: what is stored may be another by now. */
  close(): void {
    for (const { abort } of this.#slots.values()) abort?.abort();
    this.#slots.clear();
    this.problem = null;
  }

  async #ask(slot: Slot): Promise<void> {
    const abort = new AbortController();
    slot.abort = abort;
    const { session, filter, stretchSeconds, most } = this.#plan;
    const fromSeconds = slot.index * stretchSeconds;
    const request = { session, filter, most, fromSeconds, toSeconds: fromSeconds + stretchSeconds };
    try {
      const stretch = readStretch(await this.#source.stretch(request, abort.signal));
      if (abort.signal.aborted) return;
      slot.stretch = stretch;
      slot.failures = 0;
      this.problem = null;
      this.#arrived(slot.index, stretch);
    } catch (error) {
      if (!abort.signal.aborted) this.#failed(slot, error);
    } finally {
      if (slot.abort === abort) slot.abort = null;
    }
  }

  #failed(slot: Slot, error: unknown): void {
    this.problem = problemOf(error);
    slot.againMilliseconds = Date.now() + retryDelaySeconds(slot.failures++, Math.random()) * 1000;
    this.#arrived(slot.index, null);
  }
}

function problemOf(error: unknown): Problem {
  if (error instanceof QuestionError) return error.problem;
  if (error instanceof WireError) return { code: UNREADABLE, detail: error.message };
  return { code: AWAY, detail: '' };
}
