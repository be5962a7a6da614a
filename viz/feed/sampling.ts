/** How many of the flows that a viewer was offered lately were sent to it: with more than can be drawn the rest is left out. */
import type { ViewerLedger } from '../../shared/counters.ts';

export interface Sampling {
  /** One of so many flows is drawn, rounded. */
  readonly oneOf: number;
  readonly leftOut: number;
}

/** Long enough that the words do not change at every look. */
const SECONDS = 10;

export class SamplingWatch {
  #seen: { readonly seconds: number; readonly offered: number; readonly sampledOut: number }[] = [];

  /** A new connection counts from zero. */
  restart(): void {
    this.#seen = [];
  }

  /** What holds now, when the counters stand so; null while nothing was left out. */
  add(seconds: number, { offered, sampledOut }: Pick<ViewerLedger, 'offered' | 'sampledOut'>): Sampling | null {
    this.#seen.push({ seconds, offered, sampledOut });
    while (this.#seen.length > 2 && seconds - this.#seen[1]!.seconds >= SECONDS) this.#seen.shift();
    const [first] = this.#seen;
    const leftOut = sampledOut - first!.sampledOut;
    const all = offered - first!.offered;
    if (leftOut <= 0 || all <= 0) return null;
    return { oneOf: Math.max(2, Math.round(all / Math.max(1, all - leftOut))), leftOut };
  }
}
