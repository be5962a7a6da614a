/**
 * The streaks in the air, in one array of words (streak-words.ts) that is never reallocated, and beside it what a viewer
 * is told of one. Slots are reused as soon as their streak has faded, so only the used front of the array is drawn; when
 * every slot is alive the oldest written is overwritten. Nothing here knows of WebGL: dirty ranges say what to upload.
 */
import { LaunchBuckets } from './launch-buckets.ts';
import { STREAK_WORDS } from './streak-words.ts';

/** Float32 keeps milliseconds for about two hours; launches are stored relative to a base that moves on. */
const REBASE_SECONDS = 600;
const MAX_RANGES = 4;

export interface SlotRange {
  first: number;
  count: number;
}

export class StreakRing {
  readonly capacity: number;
  readonly words: Uint32Array<ArrayBuffer>;
  /** IPv6 sources in full, four words a slot; capture time, packets and network for those who ask about one streak. */
  readonly source: Uint32Array;
  readonly captured: Float64Array;
  readonly packets: Uint32Array;
  readonly asn: Uint32Array;
  /** IPv6 targets in full, as `source`; made when the first one comes, which for viewers is never. */
  targets6: Uint32Array | null = null;
  /** From launch until nothing is seen any more. */
  readonly lifeSeconds: number;
  /** Scene time that the launches in `words` count from. */
  base = 0;
  /** Flows that were waiting when their slot was overwritten; the owner collects and clears it. */
  overwritten = 0;
  readonly #launches: Float32Array;
  readonly #launch: Float64Array;
  readonly #bucket: Int32Array;
  /** Connection in which the slot was written: what waits from an earlier one is not counted. */
  readonly #connection: Uint32Array;
  readonly #buckets: LaunchBuckets;
  #currentConnection = 1;
  #used = 0;
  #cursor = 0;
  #dirty: SlotRange[] = [];

  constructor(capacity: number, lifeSeconds: number) {
    this.capacity = capacity;
    this.lifeSeconds = lifeSeconds;
    this.words = new Uint32Array(capacity * STREAK_WORDS);
    this.source = new Uint32Array(capacity * 4);
    this.captured = new Float64Array(capacity);
    this.packets = new Uint32Array(capacity);
    this.asn = new Uint32Array(capacity);
    this.#launches = new Float32Array(this.words.buffer);
    this.#launch = new Float64Array(capacity).fill(Number.NEGATIVE_INFINITY);
    this.#bucket = new Int32Array(capacity);
    this.#connection = new Uint32Array(capacity);
    this.#buckets = new LaunchBuckets(lifeSeconds);
  }

  /** Slots at the front of the array that may be alive: what has to be drawn. */
  get used(): number {
    return this.#used;
  }

  /** Takes a slot for a streak, whose other words the caller fills in. */
  write(launch: number, now: number): number {
    const slot = this.#nextSlot(now);
    const isCounted = this.#connection[slot] === this.#currentConnection;
    const isReplaced = this.#launch[slot] !== Number.NEGATIVE_INFINITY;
    if (isReplaced && this.#buckets.remove(this.#bucket[slot]!, isCounted)) this.overwritten += 1;
    this.#connection[slot] = this.#currentConnection;
    this.#launch[slot] = launch;
    this.#bucket[slot] = this.#buckets.add(launch);
    this.#launches[slot * STREAK_WORDS] = launch - this.base;
    this.#touch(slot);
    return slot;
  }

  /** Scene time at which the streak of a slot starts. */
  launchOf(slot: number): number {
    return this.#launch[slot]!;
  }

  isAlive(slot: number, now: number): boolean {
    return slot < this.#used && this.#launch[slot]! <= now && !this.#over(slot, now);
  }

  /** Counts the streaks whose time has come: `drawn` when a picture at `now` shows them, `expired` when they are over. */
  settle(now: number): { drawn: number; expired: number } {
    const counts = this.#buckets.settle(now);
    this.#shrink(now);
    if (now - this.base > REBASE_SECONDS) this.#rebase(now);
    return counts;
  }

  inFlight(now: number): number {
    return this.#buckets.inFlight(now);
  }

  /** Capture times of the streaks in the air that started after one scene time and until another. */
  capturedBetween(after: number, until: number): number[] {
    const times: number[] = [];
    for (let slot = 0; slot < this.#used; slot++)
      if (this.#launch[slot]! > after && this.#launch[slot]! <= until) times.push(this.captured[slot]!);
    return times;
  }

  /** What waits belongs to an earlier connection: it still flies, but is no longer counted. */
  forgetWaiting(): void {
    this.#currentConnection += 1;
    this.#buckets.forgetWaiting();
  }

  /** Gives up all that waits, and says how many flows that were. */
  clear(): number {
    const { waiting } = this.#buckets;
    this.#buckets.clear();
    this.#launch.fill(Number.NEGATIVE_INFINITY);
    this.#used = this.#cursor = 0;
    return waiting;
  }

  /** What flies goes on without its target. */
  forgetTargets(): void {
    for (let at = STREAK_WORDS - 1; at < this.words.length; at += STREAK_WORDS) this.words[at] = 0;
    this.targets6 = null;
    if (this.#used > 0) this.#dirty = [{ first: 0, count: this.#used }];
  }

  /** Slots written since the last call, as few ranges. */
  takeDirty(): SlotRange[] {
    const ranges = this.#dirty;
    this.#dirty = [];
    return ranges;
  }

  #over(slot: number, now: number): boolean {
    return this.#launch[slot]! + this.lifeSeconds < now;
  }

  #nextSlot(now: number): number {
    if (this.#cursor >= this.#used) this.#cursor = 0;
    let slot = this.#cursor;
    if (slot >= this.#used || !this.#over(slot, now)) {
      // The oldest is still alive: take a slot never used before, while there is one.
      if (this.#used < this.capacity) {
        slot = this.#used;
        this.#used += 1;
        this.#launch[slot] = Number.NEGATIVE_INFINITY;
        return slot;
      }
    }
    this.#cursor = slot + 1;
    return slot;
  }

  #shrink(now: number): void {
    while (this.#used > 0 && this.#over(this.#used - 1, now)) this.#used -= 1;
  }

  #touch(slot: number): void {
    const last = this.#dirty.at(-1);
    if (last && slot >= last.first && slot <= last.first + last.count)
      last.count = Math.max(last.count, slot - last.first + 1);
    else if (last && this.#dirty.length >= MAX_RANGES) {
      const end = Math.max(last.first + last.count, slot + 1);
      last.first = Math.min(last.first, slot);
      last.count = end - last.first;
    } else this.#dirty.push({ first: slot, count: 1 });
  }

  #rebase(now: number): void {
    this.base = now;
    for (let slot = 0; slot < this.#used; slot++)
      this.#launches[slot * STREAK_WORDS] = Math.max(-1e6, this.#launch[slot]! - now);
    this.#dirty = this.#used > 0 ? [{ first: 0, count: this.#used }] : [];
  }
}
