/** Flows for which there was no room, by the time in which they began: an answer says what it lacks. */
import type { FlowBatch } from '../../../shared/flow-batch.ts';

/** A week of seconds: what comes later is counted with the last of them. */
const MOST_INTERVALS = 604_800;

export class NotHeld {
  packets = 0;
  bytes = 0;
  flows = 0;
  readonly #packetsByInterval = new Map<number, number>();
  #lastInterval = 0;

  /** The rows from `from` on. */
  add({ interval, packets, wireBytes, length }: FlowBatch, from: number): void {
    for (let row = from; row < length; row++) {
      this.packets += packets[row]!;
      this.bytes += wireBytes[row]!;
      if (this.#packetsByInterval.size < MOST_INTERVALS) this.#lastInterval = interval[row]!;
      const key = this.#packetsByInterval.has(interval[row]!) ? interval[row]! : this.#lastInterval;
      this.#packetsByInterval.set(key, (this.#packetsByInterval.get(key) ?? 0) + packets[row]!);
    }
    this.flows += Math.max(0, length - from);
  }

  /** Packets in flows whose interval begins in the span. */
  packetsIn(fromSeconds: number, toSeconds: number): number {
    let sum = 0;
    for (const [interval, packets] of this.#packetsByInterval)
      if (interval >= fromSeconds && interval < toSeconds) sum += packets;
    return sum;
  }
}
