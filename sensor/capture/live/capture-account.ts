/**
 * What came of the packets of one interface, over all taps on it: `received = handed over + dropped + left` holds to the
 * packet at the end. What a tap that was killed took with it is told by the interface's own count, where that can be compared.
 */
import type { CaptureStats } from '../capture-source.ts';
import { InterfaceCounter, type InterfaceState } from './interface-state.ts';
import type { Tap } from './tap.ts';

interface Sums {
  received: number;
  droppedByKernel: number;
  droppedByInterface: number;
}

export class CaptureAccount {
  readonly #counter: InterfaceCounter;
  /** The interface's count and ours are of the same packets. */
  readonly #comparable: boolean;
  /** The backend has counts of its own. */
  readonly #counts: boolean;
  readonly #before: Sums = { received: 0, droppedByKernel: 0, droppedByInterface: 0 };
  #tap: Tap | null = null;
  /** Records handed over: by all taps, and by this one. */
  #handed = 0;
  #handedByTap = 0;
  /** The interface's count when the first tap was open, and when the last had ended. */
  #rxBegin: number | null = null;
  #rxEnd: number | null = null;
  #rxAtOpen = 0;
  /** Of the taps before; what came since the last one ended is not in it yet. */
  #lost = 0;
  #accountedByLast = 0;
  #crashes = 0;
  /** A tap ended by itself, and no other was opened since. */
  #inGap = false;
  #sampledDrops = 0;
  #sample: number | null = null;

  /** `read` gives the state of the interface. */
  constructor(read: () => InterfaceState, options: { readonly counts: boolean; readonly filtered: boolean }) {
    this.#counter = new InterfaceCounter(read);
    this.#comparable = this.#counter.known && !options.filtered;
    this.#counts = options.counts;
  }

  /** A tap captures from now on. */
  opened(tap: Tap): void {
    this.#rxBegin ??= this.#counter.read();
    this.#settleGap();
    this.#inGap = false;
    this.#tap = tap;
    this.#handedByTap = 0;
  }

  handedOver(records: number): void {
    this.#handed += records;
    this.#handedByTap += records;
  }

  /** The tap has ended, and all of it was read. */
  ended(tap: Tap): void {
    const { received, droppedByKernel, droppedByInterface } = tap.counts();
    const dropped = this.#counts ? (droppedByKernel ?? 0) : this.#sampledDrops - this.#before.droppedByKernel;
    const accounted = this.#handedByTap + dropped;
    // A tap that was killed did not say how much it had: what was handed over and what it last told of drops stand.
    const all = tap.end?.crashed || received === null ? accounted : Math.max(received, accounted);
    this.#before.received += all;
    this.#before.droppedByKernel += dropped;
    this.#before.droppedByInterface += droppedByInterface ?? 0;
    this.#accountedByLast = all;
    this.#tap = null;
  }

  /** It has to be begun anew. */
  crashed(): void {
    this.#crashes++;
    this.#inGap = true;
  }

  /** At the end of the source: `lostInCrash` is final, as far as the interface tells. */
  close(): void {
    if (this.#rxEnd !== null) return;
    if (this.#inGap) this.#settleGap();
    this.#inGap = false;
    if (!this.#counts) this.#settleWithoutCounts();
    this.#rxEnd = this.#rxPackets();
  }

  #rxPackets(): number | null {
    if (this.#rxEnd !== null) return this.#rxEnd;
    const now = this.#counter.read();
    return now === null ? null : now - (this.#rxBegin ?? now);
  }

  /** A look at the interface. Where drops are told by it alone, packets get half a second to come through. */
  look(state: InterfaceState): void {
    this.#counter.read(state);
    this.#takeBackDoubles();
    const now = this.#rxPackets();
    if (this.#counts || !this.#comparable || now === null) return;
    if (this.#sample !== null)
      this.#sampledDrops = Math.max(this.#sampledDrops, this.#sample - this.#handed - this.#lost);
    this.#sample = now;
  }

  /**
   * A tap captures some moments before the interface's count is read at its opening: what came in these was told as lost, and
   * is what the tap has beyond the count since.
   */
  #takeBackDoubles(): void {
    if (!this.#counts || !this.#comparable || this.#tap === null || this.#lost === 0) return;
    // In this order: what comes between the two readings must not look like it.
    const received = this.#tap.counts().received ?? 0;
    const doubles = received - ((this.#counter.read() ?? 0) - this.#rxAtOpen);
    if (doubles <= 0) return;
    this.#lost = Math.max(0, this.#lost - doubles);
    this.#rxAtOpen -= doubles;
  }

  /** What the interface got between the opening of the last tap and now, and the tap did not account for. */
  #settleGap(): void {
    const now = this.#counter.read() ?? 0;
    // What this machine itself sends is captured, too, and not in the interface's count: it would make this negative.
    if (this.#inGap) this.#lost += Math.max(0, now - this.#rxAtOpen - this.#accountedByLast);
    this.#rxAtOpen = now;
    this.#accountedByLast = 0;
  }

  #settleWithoutCounts(): void {
    if (!this.#comparable) return;
    const missing = (this.#rxPackets() ?? 0) - this.#handed - this.#lost;
    this.#before.droppedByKernel = Math.max(0, missing);
    this.#before.received = this.#handed + this.#before.droppedByKernel;
  }

  stats(): CaptureStats {
    const told = this.#counts || this.#comparable;
    const now = this.#tap?.counts();
    const { received, droppedByKernel, droppedByInterface } = this.#before;
    const sampled = this.#counts || this.#tap === null ? droppedByKernel : this.#sampledDrops;
    return {
      received: told
        ? this.#counts || this.#tap === null
          ? received + (now?.received ?? 0)
          : this.#handed + sampled
        : null,
      droppedByKernel: told ? sampled + (now?.droppedByKernel ?? 0) : null,
      droppedByInterface: this.#counts ? droppedByInterface + (now?.droppedByInterface ?? 0) : null,
      rxPackets: this.#rxPackets(),
      lostInCrash: this.#crashes === 0 || this.#comparable ? this.#lost : null,
      crashes: this.#crashes,
    };
  }
}
