/** Who is next: a binary heap of actors by the time of their next packet, and the rule that sets that time. */
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

export class Schedule {
  readonly #paces: readonly Pace[];
  /** End of each actor's present burst. */
  readonly #burstEnd: Float64Array;
  /** The heap: times, and whose they are. The least is at 0; equal times keep the heap's order, which is always the same. */
  readonly #times: Float64Array;
  readonly #actors: Uint32Array;

  constructor(paces: readonly Pace[]) {
    this.#paces = paces;
    this.#burstEnd = new Float64Array(paces.length);
    this.#times = Float64Array.from(paces, (pace, actor) => this.#first(pace, actor));
    this.#actors = Uint32Array.from(paces, (_, actor) => actor);
    for (let at = (paces.length >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  /** Time of the next packet; infinite when there is none any more. */
  get nextNanos(): number {
    return this.#times.length > 0 ? this.#times[0]! : Number.POSITIVE_INFINITY;
  }

  get nextActor(): number {
    return this.#actors[0]!;
  }

  /** The next actor has sent: sets its next time. */
  advance(): void {
    const actor = this.#actors[0]!;
    const pace = this.#paces[actor]!;
    const gap = pace.evenly ? pace.gapNanos : pace.random.exponential(pace.gapNanos);
    this.#times[0] = this.#within(pace, actor, this.#times[0]! + gap);
    this.#sink(0);
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

  /** Moves the entry at `at` down until no child is earlier. */
  #sink(at: number): void {
    const times = this.#times;
    const actors = this.#actors;
    const time = times[at]!;
    const actor = actors[at]!;
    const count = times.length;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= count) break;
      if (child + 1 < count && times[child + 1]! < times[child]!) child++;
      if (times[child]! >= time) break;
      times[at] = times[child]!;
      actors[at] = actors[child]!;
      at = child;
    }
    times[at] = time;
    actors[at] = actor;
  }
}
