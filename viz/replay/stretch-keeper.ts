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

/** `isBrief`: flows of it are drawn, its figures are not shown. */
export interface Wanted {
  readonly index: number;
  readonly isBrief: boolean;
}

interface Slot {
  readonly index: number;
  stretch: Stretch | null;
  /** How it is asked for, while it is. */
  isBrief: boolean;
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

  /** Null while it is not there; some of its figures may not be. */
  at(index: number): Stretch | null {
    return this.#slots.get(index)?.stretch ?? null;
  }

  /** With all figures; null while it is not there. */
  whole(index: number): Stretch | null {
    const stretch = this.at(index);
    return stretch !== null && isWhole(stretch) ? stretch : null;
  }

  /** These are wanted, the most urgent first; questions for others are given up. */
  want(wanted: readonly Wanted[]): void {
    for (const slot of this.#slots.values()) {
      if (wanted.some(({ index }) => index === slot.index)) continue;
      giveUp(slot);
      if (slot.stretch === null) this.#slots.delete(slot.index);
    }
    let asked = 0;
    let isAllThere = true;
    for (const { index, isBrief } of wanted) {
      const slot = this.#slots.get(index) ?? emptySlot(index);
      // The latest that were wanted stay longest.
      this.#slots.delete(index);
      this.#slots.set(index, slot);
      if (slot.stretch !== null && (isBrief || isWhole(slot.stretch))) {
        // More of it may be on its way, which nobody needs now.
        giveUp(slot);
        continue;
      }
      isAllThere = false;
      if (asked >= MOST_ASKED || Date.now() < slot.againMilliseconds) continue;
      asked += 1;
      if (slot.isBrief && !isBrief) giveUp(slot);
      if (slot.abort === null) void this.#ask(slot, isBrief);
    }
    if (isAllThere) this.problem = null;
    while (this.#slots.size > Math.max(MOST_KEPT, wanted.length)) this.#slots.delete(this.#slots.keys().next().value!);
  }

  /** All of it is let go; what is on its way is not waited for. */
  change(plan: StretchPlan): void {
    this.close();
    this.#plan = plan;
  }

  /** What was answered is kept no longer: what is stored may be another by now. */
  close(): void {
    for (const slot of this.#slots.values()) giveUp(slot);
    this.#slots.clear();
    this.problem = null;
  }

  async #ask(slot: Slot, isBrief: boolean): Promise<void> {
    const abort = new AbortController();
    slot.abort = abort;
    slot.isBrief = isBrief;
    const { session, filter, stretchSeconds, most } = this.#plan;
    const fromSeconds = slot.index * stretchSeconds;
    const request = { session, filter, most, isBrief, fromSeconds, toSeconds: fromSeconds + stretchSeconds };
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

function emptySlot(index: number): Slot {
  return { index, stretch: null, isBrief: false, abort: null, failures: 0, againMilliseconds: 0 };
}

const isWhole = ({ head }: Stretch) => head.figures.sources !== null && head.figures.topPorts !== null;

function giveUp(slot: Slot): void {
  slot.abort?.abort();
  slot.abort = null;
}

function problemOf(error: unknown): Problem {
  if (error instanceof QuestionError) return error.problem;
  if (error instanceof WireError) return { code: UNREADABLE, detail: error.message };
  return { code: AWAY, detail: '' };
}
