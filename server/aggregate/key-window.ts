/** Packets by key in a sliding window of seconds: a total for each key, and for each second what to take off when it leaves. */

const FIRST_ENTRIES = 256;

interface SecondLog {
  keys: Uint32Array;
  packets: Float64Array;
  length: number;
}

export class KeyWindow {
  readonly #totals: Float64Array;
  /** Where a key was last found in a second's log: a hint, true only where that log has the key there. */
  readonly #places: Uint32Array;
  readonly #logs: readonly SecondLog[];

  /** Keys are whole numbers below `keys`; there are `seconds` places for seconds. */
  constructor(keys: number, seconds: number) {
    this.#totals = new Float64Array(keys);
    this.#places = new Uint32Array(keys);
    this.#logs = Array.from({ length: seconds }, () => ({
      keys: new Uint32Array(FIRST_ENTRIES),
      packets: new Float64Array(FIRST_ENTRIES),
      length: 0,
    }));
  }

  add(second: number, key: number, packets: number): void {
    const log = this.#logs[second]!;
    this.#totals[key]! += packets;
    const place = this.#places[key]!;
    if (place < log.length && log.keys[place] === key) log.packets[place]! += packets;
    else this.#append(log, key, packets);
  }

  /** Takes the second's packets off, for its place to be used anew. */
  renew(second: number): void {
    const log = this.#logs[second]!;
    for (let at = 0; at < log.length; at++) this.#totals[log.keys[at]!]! -= log.packets[at]!;
    log.length = 0;
    // A burst is not kept in memory for ever.
    if (log.keys.length > this.#totals.length) this.#resize(log, FIRST_ENTRIES);
  }

  /** Keys with the most packets, most first, then the smaller key. */
  top(limit: number): [key: number, packets: number][] {
    const best: [number, number][] = [];
    for (let key = 0; key < this.#totals.length; key++) {
      const packets = this.#totals[key]!;
      if (packets === 0 || (best.length === limit && packets <= best[limit - 1]![1])) continue;
      if (best.length === limit) best.pop();
      let at = best.length;
      while (at > 0 && best[at - 1]![1] < packets) at--;
      best.splice(at, 0, [key, packets]);
    }
    return best;
  }

  /** Flows that go to and fro between seconds note a key more than once: when there are too many of such notes, they are summed up. */
  #append(log: SecondLog, key: number, packets: number): void {
    if (log.length >= 2 * this.#totals.length) this.#sumUp(log);
    if (log.length === log.keys.length) this.#resize(log, log.length * 2);
    this.#places[key] = log.length;
    log.keys[log.length] = key;
    log.packets[log.length] = packets;
    log.length += 1;
  }

  #sumUp(log: SecondLog): void {
    const sums = new Float64Array(this.#totals.length);
    for (let at = 0; at < log.length; at++) sums[log.keys[at]!]! += log.packets[at]!;
    log.length = 0;
    for (let key = 0; key < sums.length; key++) if (sums[key] !== 0) this.#append(log, key, sums[key]!);
  }

  #resize(log: SecondLog, entries: number): void {
    const { keys, packets, length } = log;
    log.keys = new Uint32Array(entries);
    log.packets = new Float64Array(entries);
    log.keys.set(keys.subarray(0, length));
    log.packets.set(packets.subarray(0, length));
  }
}
