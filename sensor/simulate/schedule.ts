/**
 * Who is next, and the rule that sets when an actor sends again. A calendar queue (Brown, 1988): time is cut into days that
 * hold one packet in the mean, a year has some more days than there are actors, and each day of the year keeps a list in
 * order of time. Taking the next and putting it back cost the same for ten actors and ten thousand.
 */
import type { Random } from './random.ts';

/** When an actor sends. Times are whole nanoseconds after the start: exact in a double for 104 days. */
export interface Pace {
  /** Mean gap while it is on. */
  readonly gapNanos: number;
  readonly evenly: boolean;
  /** Mean lengths of burst and pause; an infinite burst never ends. */
  readonly onNanos: number;
  readonly offNanos: number;
  readonly beginNanos: number;
  readonly endNanos: number;
  readonly random: Random;
}

const NOBODY = -1;

export class Schedule {
  readonly #paces: readonly Pace[];
  /** End of each actor's present burst. */
  readonly #burstEnd: Float64Array;
  readonly #times: Float64Array;
  /** First actor of each day of the year, and who follows each actor on its day; NOBODY ends a list. */
  readonly #days: Int32Array;
  readonly #following: Int32Array;
  /** Days of a year less one; they are a power of two, so that this is the mask of a day's place. */
  readonly #lastDay: number;
  readonly #dayNanos: number;
  /** Days since the start: nothing is due before this one. */
  #today = 0;
  #next = NOBODY;

  constructor(paces: readonly Pace[]) {
    this.#paces = paces;
    this.#burstEnd = new Float64Array(paces.length);
    this.#times = new Float64Array(paces.length);
    this.#days = new Int32Array(Math.max(256, 2 ** Math.ceil(Math.log2(paces.length + 1)))).fill(NOBODY);
    this.#lastDay = this.#days.length - 1;
    this.#following = new Int32Array(paces.length).fill(NOBODY);
    this.#dayNanos =
      1 / paces.reduce((rate, { gapNanos, onNanos, offNanos }) => rate + meanRate(gapNanos, onNanos, offNanos), 0);
    paces.forEach((pace, actor) => {
      this.#enter(actor, this.#first(pace, actor));
    });
    this.#findNext();
  }

  /** Time of the next packet; infinite when there is none any more. */
  get nextNanos(): number {
    return this.#next === NOBODY ? Number.POSITIVE_INFINITY : this.#times[this.#next]!;
  }

  get nextActor(): number {
    return this.#next;
  }

  /** The next actor has sent: sets its next time. */
  advance(): void {
    const actor = this.#next;
    const pace = this.#paces[actor]!;
    const gap = pace.evenly ? pace.gapNanos : pace.random.exponential(pace.gapNanos);
    // It is the first of today's list.
    this.#days[this.#today & this.#lastDay] = this.#following[actor]!;
    this.#enter(actor, this.#within(pace, actor, this.#times[actor]! + gap));
    this.#findNext();
  }

  #first(pace: Pace, actor: number): number {
    const { random, onNanos, offNanos, beginNanos } = pace;
    let start = beginNanos;
    // Bursts are under way, or not, as if the actor had sent for ever.
    if (onNanos !== Number.POSITIVE_INFINITY && !random.chance(onNanos / (onNanos + offNanos))) {
      start += random.exponential(offNanos);
    }
    this.#burstEnd[actor] = start + (onNanos === Number.POSITIVE_INFINITY ? onNanos : random.exponential(onNanos));
    const gap = pace.evenly ? random.fraction() * pace.gapNanos : random.exponential(pace.gapNanos);
    return this.#within(pace, actor, start + gap);
  }

  /** `time` or, where that falls into a pause, a time in a later burst. */
  #within(pace: Pace, actor: number, time: number): number {
    while (time > this.#burstEnd[actor]!) {
      const start = this.#burstEnd[actor]! + pace.random.exponential(pace.offNanos);
      this.#burstEnd[actor] = start + pace.random.exponential(pace.onNanos);
      time = start + pace.random.exponential(pace.gapNanos);
    }
    return time < pace.endNanos ? Math.floor(time) : Number.POSITIVE_INFINITY;
  }

  /** Puts the actor into the list of its day, after those of the same time. An infinite time leaves it out for good. */
  #enter(actor: number, time: number): void {
    if (time === Number.POSITIVE_INFINITY) return;
    const times = this.#times;
    const following = this.#following;
    times[actor] = time;
    const day = Math.floor(time / this.#dayNanos) & this.#lastDay;
    let before = NOBODY;
    let after = this.#days[day]!;
    while (after !== NOBODY && times[after]! <= time) {
      before = after;
      after = following[after]!;
    }
    following[actor] = after;
    if (before === NOBODY) this.#days[day] = actor;
    else following[before] = actor;
  }

  /** Moves to the next day on which somebody sends. */
  #findNext(): void {
    const lastOfYear = this.#today + this.#days.length;
    for (; this.#today < lastOfYear; this.#today++) {
      const first = this.#days[this.#today & this.#lastDay]!;
      // The list may begin with somebody of a later year.
      if (first !== NOBODY && Math.floor(this.#times[first]! / this.#dayNanos) === this.#today) {
        this.#next = first;
        return;
      }
    }
    this.#skipIdleYears();
  }

  #skipIdleYears(): void {
    this.#next = NOBODY;
    for (const first of this.#days) {
      if (first !== NOBODY && this.#times[first]! < this.nextNanos) this.#next = first;
    }
    if (this.#next !== NOBODY) this.#today = Math.floor(this.#times[this.#next]! / this.#dayNanos);
  }
}

function meanRate(gapNanos: number, onNanos: number, offNanos: number): number {
  return onNanos === Number.POSITIVE_INFINITY ? 1 / gapNanos : onNanos / (onNanos + offNanos) / gapNanos;
}
