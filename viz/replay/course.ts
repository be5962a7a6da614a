/** Which stretches a moment is made of, which one follows, and how far a session can be shown. */
import { LIFE_SECONDS } from '../layers/streak-uniforms.ts';
import type { PlayedSession } from './player.ts';
import { stretchSecondsAt } from './speeds.ts';
import type { StretchKeeper, Wanted } from './stretch-keeper.ts';

/** Of the scene: sums of large numbers of seconds are not exact. */
export const NEARLY = 0.001;
/** What was captured this long ago has been stored. */
const STORED_AFTER_SECONDS = 4;

/** What is played, and how fast: capture seconds a second of the scene. */
export interface Played {
  readonly session: PlayedSession;
  readonly rate: number;
}

export class Course {
  readonly #keeper: StretchKeeper;
  readonly #played: Played;

  /** `played` is looked at anew each time. */
  constructor(keeper: StretchKeeper, played: Played) {
    this.#keeper = keeper;
    this.#played = played;
  }

  /** The nearest moment that can be shown. */
  within(seconds: number): number {
    return within(seconds, this.#played);
  }

  /** What still flies at a moment began within this time before it. */
  get flightSeconds(): number {
    return LIFE_SECONDS * this.#played.rate;
  }

  /** First and last stretch that a moment's picture is made of. */
  needed(at: number): [number, number] {
    const { firstSeconds } = this.#played.session;
    return [this.#keeper.indexOf(Math.max(firstSeconds, at - this.flightSeconds)), this.#keeper.indexOf(at)];
  }

  isThere(at: number): boolean {
    const [first, last] = this.needed(at);
    for (let index = first; index < last; index++) if (this.#keeper.at(index) === null) return false;
    return this.#keeper.whole(last) !== null;
  }

  /** Asks for stretches from the last, whose figures are shown, to the first, and for the one that follows. */
  ask(first: number, last: number): void {
    const wanted: Wanted[] = [];
    for (let index = last; index >= first; index--) wanted.push({ index, isBrief: index < last });
    const next = this.nextIndex(last);
    if (next !== null) wanted.push({ index: next, isBrief: false });
    this.#keeper.want(wanted.filter(({ index }) => this.#isStored(index)));
  }

  /** The stretch that follows, without those in which nothing is; null where none does. */
  nextIndex(index: number): number | null {
    const head = this.#keeper.at(index)?.head;
    if (head === undefined) return index + 1;
    if (head.nextSeconds !== null) return Math.max(index + 1, this.#keeper.indexOf(head.nextSeconds));
    return this.#played.session.isGrowing ? index + 1 : null;
  }

  /** What is being recorded is asked for when all of it is there. */
  #isStored(index: number): boolean {
    const { isGrowing, lastSeconds } = this.#played.session;
    return !isGrowing || this.#keeper.beginOf(index + 1) <= lastSeconds - STORED_AFTER_SECONDS;
  }
}

export function within(seconds: number, played: Played): number {
  return Math.max(played.session.firstSeconds, Math.min(newestSeconds(played), seconds));
}

/** Of what is being recorded, whole stretches can be shown. */
function newestSeconds({ session, rate }: Played): number {
  if (!session.isGrowing) return session.lastSeconds;
  const seconds = stretchSecondsAt(rate);
  return Math.floor((session.lastSeconds - STORED_AFTER_SECONDS) / seconds) * seconds - NEARLY;
}
