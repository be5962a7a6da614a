/** Where frames wait without a spool: one queue an epoch, with one limit for all of them. */
import { FrameQueue } from './frame-queue.ts';
import { emptyQueueTotals, type QueueTotals } from './frame-source.ts';

/** What is under way of each cannot be given up; a clock that is set all day makes no more of them. */
const MAX_QUEUES = 8;

export class MemoryQueues {
  readonly totals: QueueTotals = emptyQueueTotals();
  readonly #maxBytes: number;
  /** Oldest first. */
  readonly #queues: FrameQueue[] = [];

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether a run that has an epoch should begin another. */
  get mayBegin(): boolean {
    return this.#queues.length < MAX_QUEUES;
  }

  begin(): FrameQueue {
    const queue = new FrameQueue(this.#maxBytes, this.totals);
    this.#queues.push(queue);
    return queue;
  }

  get isFull(): boolean {
    return this.#queues.reduce((bytes, queue) => bytes + queue.bytes, 0) >= this.#maxBytes;
  }

  /** For sources that cannot wait: gives up the oldest that was never sent, until there is room. */
  dropOldest(): void {
    while (this.isFull && this.#queues.some((queue) => queue.dropOne()));
  }

  /** An epoch that is delivered, and gets nothing more. */
  remove(queue: FrameQueue): void {
    this.#queues.splice(this.#queues.indexOf(queue), 1);
  }
}
