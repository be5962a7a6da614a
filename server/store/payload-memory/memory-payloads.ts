/** Distinct payloads of one session in memory, bounded: what there is no room for is counted. Answers as PayloadStore does. */
import { SOURCE_REGISTERS } from '../../../shared/wire/payloads.ts';
import { type PayloadSite, sitesOf } from '../../detect/sites/index.ts';
import type { PayloadRow } from '../ingest-commit.ts';
import type { PayloadAccount, PayloadKey } from '../stores.ts';

/** As a server keeps them. */
const MOST_PAYLOADS = 100_000;
const MOST_BYTES = 64 * 2 ** 20;
const MOST_SITES = 50_000;
/** A flood of payloads leaves room to those that would fetch something, and a flood of made-up sites to all else. */
const SHARE_WITHOUT_SITES = 0.75;
const SHARE_WITH_SITES = 0.5;
export const MOST_PORTS = 16;
export const MOST_SOURCES = 8;
const ADDRESS_WORDS = 4;

export interface HeldPayload extends PayloadKey {
  capturedBytes: number;
  bytes: Uint8Array;
  packets: number;
  firstMicros: number;
  lastMicros: number;
  /** Those that came first. */
  readonly ports: number[];
  hasMorePorts: boolean;
  /** Those that came first, four words each. */
  sources: Uint32Array;
  readonly sketch: Uint8Array;
  readonly sensors: number[];
  /** In `bytes`. */
  sites: readonly PayloadSite[];
}

export interface MemoryPayloadLimits {
  readonly payloads: number;
  readonly bytes: number;
}

export class MemoryPayloads {
  /** Packets in all rows that came. */
  packets = 0;
  #givenUp = 0;
  #bytes = 0;
  #sites = 0;
  /** Payloads and bytes of those with sites. */
  #withSites = { payloads: 0, bytes: 0 };
  readonly #held = new Map<string, HeldPayload>();
  readonly #limits: MemoryPayloadLimits;

  constructor(limits: Partial<MemoryPayloadLimits> = {}) {
    this.#limits = { payloads: MOST_PAYLOADS, bytes: MOST_BYTES, ...limits };
  }

  /** Copies. */
  add(rows: readonly PayloadRow[]): void {
    for (const row of rows) this.#addRow(row);
  }

  get(key: PayloadKey): HeldPayload | null {
    return this.#held.get(nameOf(key)) ?? null;
  }

  all(): Iterable<HeldPayload> {
    return this.#held.values();
  }

  /** In packets, counted anew. */
  account(): PayloadAccount {
    let present = 0;
    for (const { packets } of this.#held.values()) present += packets;
    return { present, expired: 0, givenUp: this.#givenUp };
  }

  #addRow(row: PayloadRow): void {
    this.packets += row.packets;
    const held = this.#held.get(nameOf(row)) ?? this.#make(row);
    if (held === null) this.#givenUp += row.packets;
    else this.#unite(held, row);
  }

  /** Null where there is no room for another. */
  #make({ digest, protocol, wireBytes, bytes }: PayloadRow): HeldPayload | null {
    // To look for sites takes its time: not for what has no place in any case.
    if (!this.#hasRoom(bytes.length)) return null;
    const sites = sitesIn(bytes, wireBytes);
    if (!this.#hasRoomFor(sites.length, bytes.length)) return null;
    const held: HeldPayload = {
      ...{ digest, protocol, wireBytes, capturedBytes: 0, bytes: Uint8Array.from(bytes), sites, packets: 0 },
      ...{ firstMicros: Number.POSITIVE_INFINITY, lastMicros: Number.NEGATIVE_INFINITY },
      ...{ ports: [], hasMorePorts: false, sources: new Uint32Array(0), sensors: [] },
      sketch: new Uint8Array(SOURCE_REGISTERS),
    };
    this.#held.set(nameOf(held), held);
    this.#bytes += bytes.length;
    this.#sites += sites.length;
    if (sites.length > 0) {
      this.#withSites.payloads += 1;
      this.#withSites.bytes += bytes.length;
    }
    return held;
  }

  #hasRoom(bytes: number): boolean {
    return this.#held.size < this.#limits.payloads && this.#bytes + bytes <= this.#limits.bytes;
  }

  #hasRoomFor(sites: number, bytes: number): boolean {
    const { payloads, bytes: mostBytes } = this.#limits;
    const [share, taken] =
      sites > 0
        ? [SHARE_WITH_SITES, this.#withSites]
        : [
            SHARE_WITHOUT_SITES,
            { payloads: this.#held.size - this.#withSites.payloads, bytes: this.#bytes - this.#withSites.bytes },
          ];
    const isPlace = taken.payloads < payloads * share && taken.bytes + bytes <= mostBytes * share;
    return isPlace && this.#sites + sites <= MOST_SITES;
  }

  #unite(held: HeldPayload, row: PayloadRow): void {
    this.#takeLonger(held, row.bytes);
    held.capturedBytes = Math.max(held.capturedBytes, row.capturedBytes);
    held.packets += row.packets;
    held.firstMicros = Math.min(held.firstMicros, Math.round(row.firstSeconds * 1e6));
    held.lastMicros = Math.max(held.lastMicros, Math.round(row.lastSeconds * 1e6));
    const fits = addEach(held.ports, row.ports, MOST_PORTS);
    if (row.hasMorePorts || !fits) held.hasMorePorts = true;
    held.sources = unitedSources([held.sources, row.sources]);
    uniteSketch(held.sketch, row.sketch);
    if (!held.sensors.includes(row.sensor)) held.sensors.push(row.sensor);
    held.sensors.sort((a, b) => a - b);
  }

  /** Of the same payload more may have been kept. */
  #takeLonger(held: HeldPayload, bytes: Uint8Array): void {
    const more = bytes.length - held.bytes.length;
    if (more <= 0 || this.#bytes + more > this.#limits.bytes) return;
    this.#bytes += more;
    held.bytes = Uint8Array.from(bytes);
    held.sites = sitesIn(bytes, held.wireBytes);
  }
}

const sitesIn = (bytes: Uint8Array, wireBytes: number) => sitesOf(bytes, bytes.length < wireBytes);

const nameOf = ({ digest, protocol, wireBytes }: PayloadKey) => `${digest} ${protocol} ${wireBytes}`;

/** False where there was no room for one that is not there yet. */
function addEach(to: number[], from: readonly number[], most: number): boolean {
  for (const each of from) {
    if (to.includes(each)) continue;
    if (to.length === most) return false;
    to.push(each);
  }
  return true;
}

/** The first of them, each once; four words each. */
export function unitedSources(lists: readonly Uint32Array[]): Uint32Array {
  const found = new Map<string, Uint32Array>();
  for (const list of lists)
    for (let at = 0; at < list.length && found.size < MOST_SOURCES; at += ADDRESS_WORDS) {
      const words = list.subarray(at, at + ADDRESS_WORDS);
      const name = words.join('.');
      if (!found.has(name)) found.set(name, words);
    }
  const united = new Uint32Array(found.size * ADDRESS_WORDS);
  for (const [at, words] of [...found.values()].entries()) united.set(words, at * ADDRESS_WORDS);
  return united;
}

export function uniteSketch(to: Uint8Array, from: Uint8Array): void {
  for (let at = 0; at < to.length; at++) if (from[at]! > to[at]!) to[at] = from[at]!;
}
