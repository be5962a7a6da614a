/** Frames on their way to the server: kept until they are acknowledged, so that a broken connection loses nothing. */

export interface QueuedFrame {
  readonly sequence: number;
  readonly bytes: Uint8Array;
  readonly flows: number;
  readonly packets: number;
}

export interface QueueTotals {
  flowsSent: number;
  packetsSent: number;
  flowsAcknowledged: number;
  packetsAcknowledged: number;
  flowsWaiting: number;
  packetsWaiting: number;
  flowsDropped: number;
  packetsDropped: number;
}

export class FrameQueue {
  readonly totals: QueueTotals = {
    flowsSent: 0,
    packetsSent: 0,
    flowsAcknowledged: 0,
    packetsAcknowledged: 0,
    flowsWaiting: 0,
    packetsWaiting: 0,
    flowsDropped: 0,
    packetsDropped: 0,
  };
  readonly #maxBytes: number;
  /** Oldest first; those before #firstUnsent are in flight. */
  #frames: QueuedFrame[] = [];
  #firstUnsent = 0;
  /** Frames up to this sequence were sent at least once: sent again after a reconnect, they are not counted anew. */
  #highestSent = 0;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isEmpty(): boolean {
    return this.#frames.length === 0;
  }

  get isFull(): boolean {
    return this.#bytes >= this.#maxBytes;
  }

  get framesInFlight(): number {
    return this.#firstUnsent;
  }

  push(frame: QueuedFrame): void {
    this.#frames.push(frame);
    this.#bytes += frame.bytes.length;
    this.totals.flowsWaiting += frame.flows;
    this.totals.packetsWaiting += frame.packets;
  }

  /** For sources that cannot wait: gives up the oldest frames that were never sent until there is room, and counts them. */
  dropOldest(): void {
    while (this.isFull) {
      const index = this.#frames.findIndex((frame) => frame.sequence > this.#highestSent);
      const [dropped] = index < 0 ? [] : this.#frames.splice(index, 1);
      if (dropped === undefined) return;
      this.#bytes -= dropped.bytes.length;
      this.totals.flowsWaiting -= dropped.flows;
      this.totals.packetsWaiting -= dropped.packets;
      this.totals.flowsDropped += dropped.flows;
      this.totals.packetsDropped += dropped.packets;
    }
  }

  /** The next frame to send, or null. */
  takeUnsent(): QueuedFrame | null {
    const frame = this.#frames[this.#firstUnsent];
    if (frame === undefined) return null;
    this.#firstUnsent++;
    if (frame.sequence > this.#highestSent) this.#countAsSent(frame);
    return frame;
  }

  /** All frames up to `sequence` are stored. */
  acknowledge(sequence: number): void {
    let count = 0;
    for (const frame of this.#frames) {
      if (frame.sequence > sequence) break;
      count++;
      this.#bytes -= frame.bytes.length;
      // What the server has stored was sent, whatever connection it went over.
      if (frame.sequence > this.#highestSent) this.#countAsSent(frame);
      this.totals.flowsAcknowledged += frame.flows;
      this.totals.packetsAcknowledged += frame.packets;
    }
    this.#frames.splice(0, count);
    this.#firstUnsent = Math.max(0, this.#firstUnsent - count);
  }

  #countAsSent(frame: QueuedFrame): void {
    this.#highestSent = frame.sequence;
    this.totals.flowsWaiting -= frame.flows;
    this.totals.packetsWaiting -= frame.packets;
    this.totals.flowsSent += frame.flows;
    this.totals.packetsSent += frame.packets;
  }

  /** The connection broke: what was in flight has to be sent again. */
  rewind(): void {
    this.#firstUnsent = 0;
  }
}
