/**
 * How many streaks start when, in short buckets of scene time: what counting them costs does not depend on how many there
 * are. A window of sixteen seconds goes round and round; it is longer than any streak waits and flies.
 */
const BUCKETS_PER_SECOND = 64;
const BUCKETS = 1024;
const MASK = BUCKETS - 1;

export class LaunchBuckets {
  readonly #lifeBuckets: number;
  /** Streaks by the bucket in which they start: those that wait to be counted, and all. */
  readonly #waiting = new Uint32Array(BUCKETS);
  readonly #flying = new Uint32Array(BUCKETS);
  /** The first bucket that has not begun yet. */
  #next = 0;

  constructor(lifeSeconds: number) {
    this.#lifeBuckets = Math.ceil(lifeSeconds * BUCKETS_PER_SECOND);
  }

  /** The bucket of a new streak, for `remove`. What should have started already starts with the next picture. */
  add(launch: number): number {
    const bucket = Math.max(this.#next, Math.floor(launch * BUCKETS_PER_SECOND));
    this.#waiting[bucket & MASK]! += 1;
    this.#flying[bucket & MASK]! += 1;
    return bucket;
  }

  /** Takes back a streak that gives its place to another; true when it was still to be counted. */
  remove(bucket: number, isCounted: boolean): boolean {
    const at = bucket & MASK;
    if (bucket > this.#next - this.#lifeBuckets && this.#flying[at]! > 0) this.#flying[at]! -= 1;
    if (bucket < this.#next || !isCounted || this.#waiting[at] === 0) return false;
    this.#waiting[at]! -= 1;
    return true;
  }

  /** Counts the streaks that have started by `now`: drawn when a picture shows them, expired when they are over already. */
  settle(now: number): { drawn: number; expired: number } {
    const end = Math.floor(now * BUCKETS_PER_SECOND) + 1;
    // After a long rest every bucket is passed once, and none twice.
    const from = Math.max(this.#next, end - BUCKETS);
    let drawn = 0;
    let expired = 0;
    for (let bucket = from; bucket < end; bucket++) {
      const at = bucket & MASK;
      if (bucket > end - this.#lifeBuckets) drawn += this.#waiting[at]!;
      else expired += this.#waiting[at]!;
      this.#waiting[at] = 0;
      // The bucket that left the sky is the one that comes round next.
      this.#flying[(bucket - this.#lifeBuckets) & MASK] = 0;
    }
    this.#next = Math.max(this.#next, end);
    return { drawn, expired };
  }

  inFlight(now: number): number {
    const newest = Math.floor(now * BUCKETS_PER_SECOND);
    let count = 0;
    for (let bucket = newest; bucket > newest - this.#lifeBuckets; bucket--) count += this.#flying[bucket & MASK]!;
    return count;
  }

  get waiting(): number {
    return this.#waiting.reduce((sum, count) => sum + count, 0);
  }

  /** What waits is no longer counted. */
  forgetWaiting(): void {
    this.#waiting.fill(0);
  }

  clear(): void {
    this.#waiting.fill(0);
    this.#flying.fill(0);
    this.#next = 0;
  }
}
