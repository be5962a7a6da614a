/** The keys of one session's series, each with a slot: a place in every page. Bounded, whatever is sent. */
import { OTHER_KEY, SeriesDimension } from '../store/ingest-commit.ts';
import { KeyList, type ListMember } from './key-list.ts';
import type { HashKey } from './keyed-hash.ts';

/** Beyond so many keys of all dimensions together, new ones count as `other`. */
export const MAX_SLOTS = 4_096;
/** The slot of the total. */
export const TOTAL_SLOT = 0;
/** A key that left a list keeps its place while a page may still hold it: three days' pages. */
const REUSE_AFTER_SECONDS = 3 * 86_400;
const DIMENSIONS = Object.values(SeriesDimension);
const { port, network } = SeriesDimension;

export class SeriesSlots {
  readonly dimension = new Uint8Array(MAX_SLOTS);
  readonly key = new Uint32Array(MAX_SLOTS);
  #length = 0;
  readonly #other = new Int16Array(DIMENSIONS.length);
  /** Slot + 1 of small keys, 0 for those that have none. */
  readonly #small = DIMENSIONS.map((dimension) => new Int16Array(dimension === SeriesDimension.country ? 65_536 : 256));
  /** The same of ports: those of protocols 6 and 17, one behind the other. */
  readonly #ports = new Int16Array(2 * 65_536);
  readonly #large = DIMENSIONS.map(() => new Map<number, number>());
  readonly #portList: KeyList;
  readonly #networkList: KeyList;
  readonly #left = new Map<string, { slot: number; minute: number }>();
  readonly #free: number[] = [];

  constructor(secret: HashKey) {
    this.#portList = new KeyList(secret);
    this.#networkList = new KeyList(secret);
    this.#create(SeriesDimension.total, 0);
    for (const dimension of DIMENSIONS.slice(1)) this.#other[dimension] = this.#create(dimension, OTHER_KEY);
  }

  /** Slots in use, those of keys that left included. */
  get length(): number {
    return this.#length;
  }

  /** The slot of a key of a dimension without a list. */
  of(dimension: number, key: number): number {
    const small = this.#small[dimension]!;
    if (key >= small.length) return this.#ofLarge(dimension, key);
    const slot = small[key]!;
    if (slot !== 0) return slot - 1;
    const made = this.#make(dimension, key);
    if (made !== this.#other[dimension]) small[key] = made + 1;
    return made;
  }

  #ofLarge(dimension: number, key: number): number {
    const known = this.#large[dimension]!.get(key);
    if (known !== undefined) return known;
    const made = this.#make(dimension, key);
    if (made !== this.#other[dimension]) this.#large[dimension]!.set(key, made);
    return made;
  }

  /** The slot of a port, `tcp` or udp; packets decide who is listed. */
  ofPort(isTcp: boolean, number: number, packets: number, minute: number): number {
    const key = (isTcp ? 6 : 17) * 65_536 + number;
    this.#portList.count(key, packets);
    const slot = this.#ports[isTcp ? number : 65_536 + number]!;
    if (slot !== 0) return slot - 1;
    if (!this.#portList.admits(key, minute)) return this.#other[port]!;
    return this.#enter(port, key);
  }

  ofNetwork(number: number, packets: number, minute: number): number {
    this.#networkList.count(number, packets);
    const slot = this.#large[network]!.get(number);
    if (slot !== undefined) return slot;
    if (!this.#networkList.admits(number, minute)) return this.#other[network]!;
    return this.#enter(network, number);
  }

  /** A minute is over: the lists may change. */
  endMinute(minute: number): void {
    for (const [dimension, list] of [[port, this.#portList] as const, [network, this.#networkList] as const]) {
      const { entered, left } = list.endMinute(minute);
      for (const key of left) this.#leave(dimension, key, minute);
      for (const key of entered) this.#enter(dimension, key);
    }
    for (const [name, { slot, minute: at }] of this.#left) {
      // The clock was ahead: the time that slots rest begins anew.
      if (at > minute) this.#left.set(name, { slot, minute });
      if (at > minute - REUSE_AFTER_SECONDS) continue;
      this.#left.delete(name);
      this.#free.push(slot);
    }
  }

  lists(): { port: readonly ListMember[]; network: readonly ListMember[] } {
    return { port: this.#portList.members(), network: this.#networkList.members() };
  }

  restore({ port: ports, network: networks }: { port: readonly ListMember[]; network: readonly ListMember[] }): void {
    this.#portList.restore(ports);
    this.#networkList.restore(networks);
    for (const { key } of this.#portList.members()) this.#enter(port, key);
    for (const { key } of this.#networkList.members()) this.#enter(network, key);
  }

  /** The slot of a key that stood in a stored page: `other` stays `other`. */
  ofStored(dimension: number, key: number): number | null {
    if (dimension >= DIMENSIONS.length) return null;
    if (dimension === SeriesDimension.total) return TOTAL_SLOT;
    if (key === OTHER_KEY) return this.#other[dimension]!;
    if (dimension === port) {
      const index = this.#portIndex(key);
      return index < 0 || this.#ports[index] === 0 ? null : this.#ports[index]! - 1;
    }
    if (dimension === network) return this.#large[network]!.get(key) ?? null;
    return this.of(dimension, key);
  }

  #portIndex(key: number): number {
    const protocol = key >>> 16;
    if (protocol === 6) return key & 0xffff;
    return protocol === 17 ? 65_536 + (key & 0xffff) : -1;
  }

  #enter(dimension: number, key: number): number {
    const name = `${dimension} ${key}`;
    const slot = this.#left.get(name)?.slot ?? this.#make(dimension, key);
    this.#left.delete(name);
    if (slot === this.#other[dimension]) return slot;
    if (dimension === network) this.#large[network]!.set(key, slot);
    else this.#ports[this.#portIndex(key)] = slot + 1;
    return slot;
  }

  #leave(dimension: number, key: number, minute: number): void {
    const slot = this.ofStored(dimension, key);
    if (slot === null) return;
    this.#left.set(`${dimension} ${key}`, { slot, minute });
    if (dimension === network) this.#large[network]!.delete(key);
    else this.#ports[this.#portIndex(key)] = 0;
  }

  #make(dimension: number, key: number): number {
    if (this.#free.length === 0 && this.#length === MAX_SLOTS) return this.#other[dimension]!;
    return this.#create(dimension, key);
  }

  #create(dimension: number, key: number): number {
    const slot = this.#free.pop() ?? this.#length++;
    this.dimension[slot] = dimension;
    this.key[slot] = key;
    return slot;
  }
}
