/**
 * The streaks in the air: eight floats each, in one array that is never reallocated.
 *
 *   from.x from.y from.z launch · axis.x axis.y axis.z style
 *
 * Slots are reused as soon as their streak has faded, so only the used front of the array is drawn; when every slot is
 * alive the oldest written is overwritten. Nothing here knows of WebGL: the dirty ranges say what to upload.
 */
export const STREAK_FLOATS = 8;
/** Float32 keeps milliseconds for about two hours; launches are stored relative to a base that moves on. */
const REBASE_SECONDS = 600;
const MAX_RANGES = 4;

const Slot = { free: 0, waiting: 1, launched: 2, uncounted: 3 } as const;

export interface SlotRange {
  first: number;
  count: number;
}

export class StreakRing {
  readonly capacity: number;
  readonly floats: Float32Array<ArrayBuffer>;
  /** From launch until nothing is seen any more. */
  readonly lifeSeconds: number;
  /** Scene time that the launches in `floats` count from. */
  base = 0;
  /** Flows that were waiting when their slot was overwritten; the owner collects and clears it. */
  overwritten = 0;
  readonly #launch: Float64Array;
  readonly #state: Uint8Array;
  #used = 0;
  #cursor = 0;
  #dirty: SlotRange[] = [];

  constructor(capacity: number, lifeSeconds: number) {
    this.capacity = capacity;
    this.lifeSeconds = lifeSeconds;
    this.floats = new Float32Array(capacity * STREAK_FLOATS);
    this.#launch = new Float64Array(capacity).fill(Number.NEGATIVE_INFINITY);
    this.#state = new Uint8Array(capacity);
  }

  /** Slots at the front of the array that may be alive: what has to be drawn. */
  get used(): number {
    return this.#used;
  }

  /** Puts one streak in; returns its slot, whose six place floats the caller fills with `place`. */
  write(launch: number, style: number, now: number): number {
    const slot = this.#nextSlot(now);
    if (this.#state[slot] === Slot.waiting) this.overwritten += 1;
    this.#state[slot] = Slot.waiting;
    this.#launch[slot] = launch;
    const at = slot * STREAK_FLOATS;
    this.floats[at + 3] = launch - this.base;
    this.floats[at + 7] = style;
    this.#touch(slot);
    return slot;
  }

  place(slot: number, from: ArrayLike<number>, axis: ArrayLike<number>): void {
    const at = slot * STREAK_FLOATS;
    for (let i = 0; i < 3; i++) {
      this.floats[at + i] = from[i]!;
      this.floats[at + 4 + i] = axis[i]!;
    }
  }

  /** Counts the streaks whose time has come: `drawn` when a picture at `now` shows them, `expired` when it is over. */
  settle(now: number): { drawn: number; expired: number } {
    let drawn = 0;
    let expired = 0;
    for (let slot = 0; slot < this.#used; slot++) {
      if (this.#state[slot] !== Slot.waiting || this.#launch[slot]! > now) continue;
      if (now - this.#launch[slot]! < this.lifeSeconds) drawn += 1;
      else expired += 1;
      this.#state[slot] = Slot.launched;
    }
    this.#shrink(now);
    if (now - this.base > REBASE_SECONDS) this.#rebase(now);
    return { drawn, expired };
  }

  inFlight(now: number): number {
    let count = 0;
    for (let slot = 0; slot < this.#used; slot++) if (this.#launch[slot]! <= now && !this.#over(slot, now)) count += 1;
    return count;
  }

  /** What waits belongs to an earlier connection: it still flies, but is no longer counted. */
  forgetWaiting(): void {
    for (let slot = 0; slot < this.#used; slot++)
      if (this.#state[slot] === Slot.waiting) this.#state[slot] = Slot.uncounted;
  }

  /** Gives up all that waits, and says how many flows that were. */
  clear(): number {
    let waiting = 0;
    for (let slot = 0; slot < this.#used; slot++) if (this.#state[slot] === Slot.waiting) waiting += 1;
    this.#state.fill(Slot.free);
    this.#launch.fill(Number.NEGATIVE_INFINITY);
    this.#used = this.#cursor = 0;
    return waiting;
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
        return slot;
      }
    }
    this.#cursor = slot + 1;
    return slot;
  }

  #shrink(now: number): void {
    while (this.#used > 0 && this.#over(this.#used - 1, now)) {
      this.#used -= 1;
      this.#state[this.#used] = Slot.free;
    }
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
      this.floats[slot * STREAK_FLOATS + 3] = Math.max(-1e6, this.#launch[slot]! - now);
    this.#dirty = this.#used > 0 ? [{ first: 0, count: this.#used }] : [];
  }
}
