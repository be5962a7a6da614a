/**
 * The keys of a dimension that stand by themselves (ports, networks); all others are one, `other`. The list changes
 * slowly, whatever is sent: half of it is open to whom comes first, so that a small capture is shown whole; the other
 * half to those that were among the biggest of three minutes. Who belongs stays for a day after it was last big.
 */
import { type HashKey, hashWord } from './keyed-hash.ts';

export const LIST_KEYS = 256;
const FIRST_COME = LIST_KEYS / 2;
/** Among so many biggest of a minute one is big. */
const BIG_RANK = 128;
const MINUTES_TO_ENTER = 3;
const LEAVE_AFTER_SECONDS = 86_400;
/** Keys that are counted in a minute: a flood of all there are leaves out the last, not the memory. */
const MAX_COUNTED = 8_192;

export interface ListMember {
  readonly key: number;
  /** Whether it is here since it was big, and not only since it was early. */
  merit: boolean;
  /** Minute in which it was last big, or in which it came. */
  lastBig: number;
}

/** Counts of the minute, in an open-addressing table keyed by a secret. */
class MinuteCounts {
  readonly #secret: HashKey;
  readonly #keys = new Float64Array(MAX_COUNTED * 2).fill(-1);
  readonly #packets = new Float64Array(MAX_COUNTED * 2);
  readonly #used = new Int32Array(MAX_COUNTED);
  #length = 0;

  constructor(secret: HashKey) {
    this.#secret = secret;
  }

  add(key: number, packets: number): void {
    const mask = this.#keys.length - 1;
    let at = hashWord(key, this.#secret) & mask;
    for (let found = this.#keys[at]!; found !== key; found = this.#keys[at]!) {
      if (found === -1) {
        if (this.#length === MAX_COUNTED) return;
        this.#keys[at] = key;
        this.#used[this.#length++] = at;
        break;
      }
      at = (at + 1) & mask;
    }
    this.#packets[at]! += packets;
  }

  /** The biggest, and nothing is counted any more. */
  takeBiggest(count: number): number[] {
    const used = Array.from(this.#used.subarray(0, this.#length));
    used.sort((a, b) => this.#packets[b]! - this.#packets[a]! || this.#keys[a]! - this.#keys[b]!);
    const biggest = used.slice(0, count).map((at) => this.#keys[at]!);
    for (const at of used) {
      this.#keys[at] = -1;
      this.#packets[at] = 0;
    }
    this.#length = 0;
    return biggest;
  }
}

export class KeyList {
  readonly #members = new Map<number, ListMember>();
  /** In how many minutes in a row a key that is no member by merit was big. */
  #streaks = new Map<number, number>();
  readonly #counts: MinuteCounts;

  constructor(secret: HashKey) {
    this.#counts = new MinuteCounts(secret);
  }

  members(): readonly ListMember[] {
    return [...this.#members.values()];
  }

  /** Makes it the list that `members` gave. */
  restore(members: readonly ListMember[]): void {
    for (const member of members.slice(0, LIST_KEYS)) this.#members.set(member.key, { ...member });
  }

  count(key: number, packets: number): void {
    this.#counts.add(key, packets);
  }

  /** Whether a key that is not listed may be from now on, since there is room for whom comes first. */
  admits(key: number, minute: number): boolean {
    if (this.#members.size >= FIRST_COME) return false;
    this.#members.set(key, { key, merit: false, lastBig: minute });
    return true;
  }

  /** The minute is over: who enters, and who leaves. */
  endMinute(minute: number): { entered: number[]; left: number[] } {
    const streaks = new Map<number, number>();
    const entered: number[] = [];
    const left: number[] = [];
    this.#setBack(minute);
    for (const key of this.#counts.takeBiggest(BIG_RANK)) {
      const member = this.#members.get(key);
      if (member) member.lastBig = minute;
      if (member?.merit) continue;
      const streak = (this.#streaks.get(key) ?? 0) + 1;
      streaks.set(key, streak);
      if (streak < MINUTES_TO_ENTER) continue;
      if (member) member.merit = true;
      else if (this.#makeRoom(minute, left)) {
        this.#members.set(key, { key, merit: true, lastBig: minute });
        entered.push(key);
      }
    }
    this.#streaks = streaks;
    for (const member of [...this.#members.values()]) if (isStale(member, minute)) this.#remove(member, left);
    return { entered, left };
  }

  /** Nobody was big after this minute: what says so comes from a clock that was ahead, and would never get old. */
  #setBack(minute: number): void {
    for (const member of this.#members.values()) member.lastBig = Math.min(member.lastBig, minute);
  }

  /** Who came early goes before who was big; who was big within a day stays. */
  #makeRoom(minute: number, left: number[]): boolean {
    if (this.#members.size < LIST_KEYS) return true;
    let oldest: ListMember | null = null;
    for (const member of this.#members.values()) {
      if (member.lastBig === minute || (member.merit && !isStale(member, minute))) continue;
      if (oldest === null || rankOf(member) < rankOf(oldest)) oldest = member;
    }
    if (oldest === null) return false;
    this.#remove(oldest, left);
    return true;
  }

  #remove(member: ListMember, left: number[]): void {
    this.#members.delete(member.key);
    left.push(member.key);
  }
}

function isStale({ lastBig }: ListMember, minute: number): boolean {
  return lastBig <= minute - LEAVE_AFTER_SECONDS;
}

function rankOf({ merit, lastBig }: ListMember): number {
  return (merit ? 2 ** 40 : 0) + lastBig;
}
