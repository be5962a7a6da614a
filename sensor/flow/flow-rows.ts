/**
 * The open flows, a row of sixteen words each: what is looked at together lies together, so that a packet costs one line
 * of the processor's cache and not thirty. They become columns when they leave.
 */
import type { Family, FlowBatch } from '../../shared/flow-batch.ts';
import { Fragment, type PacketBatch } from '../../shared/packet-batch.ts';
import { trafficClass } from '../../shared/protocols.ts';
import { type FlowKeys, KEY_SHIFT, KeyWord } from './flow-keys.ts';

/** Words of a row; the first six, and bits of another, are its key. Of IPv6 addresses the first three words lie aside. */
const Word = {
  source: 0,
  target: 1,
  ports: 2,
  protocolFlagsTtlRadiation: 3,
  ipLength: 4,
  interval: 5,
  firstMicros: 6,
  lastMicros: 7,
  packets: 8,
  wireBytes: 9,
  tagsLow: 10,
  tagsHigh: 11,
  windowAndVlan: 12,
  synOptions: 13,
  /** `Fragment` below, and above it the interval's bits beyond 32. */
  intervalTopAndFragment: 14,
  tunnel: 15,
} as const;
const ROW_SHIFT = 4;
/** Of both addresses of IPv6. */
const ADDRESS_TOPS = 6;
/** Protocol, both ports, both addresses. */
const INNER_WORDS = 10;
const MAX_UINT32 = 0xffffffff;
const TWO_TO_32 = 2 ** 32;

export class FlowRows {
  length = 0;
  /** Packets in all rows. */
  packets = 0;
  readonly capacity: number;
  readonly #family: Family;
  readonly #words: Uint32Array;
  readonly #addressTops: Uint32Array;
  readonly #inner: Uint32Array;

  constructor(family: Family, capacity: number) {
    this.capacity = capacity;
    this.#family = family;
    this.#words = new Uint32Array(capacity << ROW_SHIFT);
    this.#addressTops = new Uint32Array(family === 6 ? capacity * ADDRESS_TOPS : 0);
    this.#inner = new Uint32Array(capacity * INNER_WORDS);
  }

  /** Whether `row` has the key of `packet`, which is of `interval`. */
  isSameKey(row: number, keys: FlowKeys, packets: PacketBatch, packet: number, interval: number): boolean {
    const words = this.#words;
    const key = keys.words;
    const at = row << ROW_SHIFT;
    const from = packet << KEY_SHIFT;
    const difference =
      (words[at + Word.source]! ^ key[from + KeyWord.source]!) |
      (words[at + Word.target]! ^ key[from + KeyWord.target]!) |
      (words[at + Word.ports]! ^ key[from + KeyWord.ports]!) |
      (words[at + Word.protocolFlagsTtlRadiation]! ^ key[from + KeyWord.protocolFlagsTtlRadiation]!) |
      (words[at + Word.ipLength]! ^ key[from + KeyWord.ipLength]!) |
      (words[at + Word.interval]! ^ interval) |
      ((words[at + Word.intervalTopAndFragment]! >>> 8) ^ (interval / TWO_TO_32));
    return difference === 0 && (this.#family === 4 || this.#hasSameTops(row, packets, packet));
  }

  #hasSameTops(row: number, { source, target }: PacketBatch, packet: number): boolean {
    const tops = this.#addressTops;
    const at = row * ADDRESS_TOPS;
    for (let word = 0; word < 3; word++) {
      if (tops[at + word] !== source[packet * 4 + word]) return false;
      if (tops[at + 3 + word] !== target[packet * 4 + word]) return false;
    }
    return true;
  }

  /** False when a sum would no longer fit: nothing was added then. */
  addTo(row: number, packets: PacketBatch, packet: number, micros: number): boolean {
    const words = this.#words;
    const at = row << ROW_SHIFT;
    const wireBytes = words[at + Word.wireBytes]! + packets.wireLength[packet]!;
    if (wireBytes > MAX_UINT32 || words[at + Word.packets] === MAX_UINT32) return false;
    words[at + Word.packets]! += 1;
    words[at + Word.wireBytes] = wireBytes;
    if (micros < words[at + Word.firstMicros]!) words[at + Word.firstMicros] = micros;
    if (micros > words[at + Word.lastMicros]!) words[at + Word.lastMicros] = micros;
    words[at + Word.tagsLow]! |= packets.tagsLow[packet]!;
    words[at + Word.tagsHigh]! |= packets.tagsHigh[packet]!;
    if (packets.fragment[packet] === Fragment.first)
      words[at + Word.intervalTopAndFragment] = (words[at + Word.intervalTopAndFragment]! & ~0xff) | Fragment.first;
    this.packets++;
    return true;
  }

  /** A row for a packet whose key has none; there must be room. */
  append(keys: FlowKeys, packets: PacketBatch, packet: number, interval: number, micros: number): void {
    const words = this.#words;
    const key = keys.words;
    const row = this.length++;
    const at = row << ROW_SHIFT;
    const from = packet << KEY_SHIFT;
    const tunnel = packets.tunnel[packet]!;
    words[at + Word.source] = key[from + KeyWord.source]!;
    words[at + Word.target] = key[from + KeyWord.target]!;
    words[at + Word.ports] = key[from + KeyWord.ports]!;
    words[at + Word.protocolFlagsTtlRadiation] = key[from + KeyWord.protocolFlagsTtlRadiation]!;
    words[at + Word.ipLength] = key[from + KeyWord.ipLength]!;
    words[at + Word.interval] = interval;
    words[at + Word.firstMicros] = micros;
    words[at + Word.lastMicros] = micros;
    words[at + Word.packets] = 1;
    words[at + Word.wireBytes] = packets.wireLength[packet]!;
    words[at + Word.tagsLow] = packets.tagsLow[packet]!;
    words[at + Word.tagsHigh] = packets.tagsHigh[packet]!;
    words[at + Word.windowAndVlan] = (packets.tcpWindow[packet]! << 16) | packets.vlan[packet]!;
    words[at + Word.synOptions] = packets.synOptions[packet]!;
    words[at + Word.intervalTopAndFragment] = (Math.floor(interval / TWO_TO_32) << 8) | packets.fragment[packet]!;
    words[at + Word.tunnel] = tunnel;
    if (this.#family === 6) this.#keepTops(row, packets, packet);
    if (tunnel !== 0) this.#keepInner(row, packets, packet);
    this.packets++;
  }

  #keepTops(row: number, { source, target }: PacketBatch, packet: number): void {
    for (let word = 0; word < 3; word++) {
      this.#addressTops[row * ADDRESS_TOPS + word] = source[packet * 4 + word]!;
      this.#addressTops[row * ADDRESS_TOPS + 3 + word] = target[packet * 4 + word]!;
    }
  }

  #keepInner(row: number, packets: PacketBatch, packet: number): void {
    const inner = this.#inner;
    const at = row * INNER_WORDS;
    inner[at] = packets.innerProtocol[packet]!;
    inner[at + 1] = (packets.innerSourcePort[packet]! << 16) | packets.innerTargetPort[packet]!;
    for (let word = 0; word < 4; word++) {
      inner[at + 2 + word] = packets.innerSource[packet * 4 + word]!;
      inner[at + 6 + word] = packets.innerTarget[packet * 4 + word]!;
    }
  }

  clear(): void {
    this.length = 0;
    this.packets = 0;
  }

  /** Fills `batch` with the rows [from, to), one column after the other. */
  unpack(from: number, to: number, batch: FlowBatch): void {
    batch.length = to - from;
    this.#unpackKey(from, to, batch);
    this.#unpackSums(from, to, batch);
    if (this.#family === 6) this.#unpackTops(from, to, batch);
    this.#unpackInner(from, to, batch);
  }

  #unpackKey(from: number, to: number, batch: FlowBatch): void {
    const words = this.#words;
    const { source, target, sourcePort, targetPort, protocol, tcpFlags, ttl, radiation, ipLength, interval } = batch;
    const stride = this.#family === 4 ? 1 : 4;
    for (let row = from, into = 0; row < to; row++, into++) {
      const at = row << ROW_SHIFT;
      const ports = words[at + Word.ports]!;
      const packed = words[at + Word.protocolFlagsTtlRadiation]!;
      source[into * stride + stride - 1] = words[at + Word.source]!;
      target[into * stride + stride - 1] = words[at + Word.target]!;
      sourcePort[into] = ports >>> 16;
      targetPort[into] = ports;
      protocol[into] = packed;
      tcpFlags[into] = packed >>> 8;
      ttl[into] = packed >>> 16;
      radiation[into] = packed >>> 24;
      ipLength[into] = words[at + Word.ipLength]!;
      interval[into] = words[at + Word.interval]! + (words[at + Word.intervalTopAndFragment]! >>> 8) * TWO_TO_32;
    }
  }

  #unpackSums(from: number, to: number, batch: FlowBatch): void {
    const words = this.#words;
    const { firstMicros, lastMicros, packets, wireBytes, tagsLow, tagsHigh, synWindow, vlan, synOptions } = batch;
    const { fragment, class: trafficClasses } = batch;
    for (let row = from, into = 0; row < to; row++, into++) {
      const at = row << ROW_SHIFT;
      const packed = words[at + Word.protocolFlagsTtlRadiation]!;
      firstMicros[into] = words[at + Word.firstMicros]!;
      lastMicros[into] = words[at + Word.lastMicros]!;
      packets[into] = words[at + Word.packets]!;
      wireBytes[into] = words[at + Word.wireBytes]!;
      tagsLow[into] = words[at + Word.tagsLow]!;
      tagsHigh[into] = words[at + Word.tagsHigh]!;
      synWindow[into] = words[at + Word.windowAndVlan]! >>> 16;
      vlan[into] = words[at + Word.windowAndVlan]!;
      synOptions[into] = words[at + Word.synOptions]!;
      fragment[into] = words[at + Word.intervalTopAndFragment]!;
      trafficClasses[into] = trafficClass(packed & 0xff, (packed >>> 8) & 0xff);
    }
  }

  #unpackTops(from: number, to: number, { source, target }: FlowBatch): void {
    const tops = this.#addressTops;
    for (let row = from, into = 0; row < to; row++, into++) {
      for (let word = 0; word < 3; word++) {
        source[into * 4 + word] = tops[row * ADDRESS_TOPS + word]!;
        target[into * 4 + word] = tops[row * ADDRESS_TOPS + 3 + word]!;
      }
    }
  }

  /** The batch is used again: what a tunnel left in it is overwritten, too. */
  #unpackInner(from: number, to: number, batch: FlowBatch): void {
    const words = this.#words;
    for (let row = from, into = 0; row < to; row++, into++) {
      const tunnel = words[(row << ROW_SHIFT) + Word.tunnel]!;
      if ((tunnel | batch.tunnel[into]!) !== 0) this.#unpackTunnel(tunnel, row, batch, into);
    }
  }

  #unpackTunnel(tunnel: number, row: number, batch: FlowBatch, into: number): void {
    const at = row * INNER_WORDS;
    // A row without a tunnel left its words as they were.
    const isNone = tunnel === 0;
    const ports = isNone ? 0 : this.#inner[at + 1]!;
    batch.tunnel[into] = tunnel;
    batch.innerProtocol[into] = isNone ? 0 : this.#inner[at]!;
    batch.innerSourcePort[into] = ports >>> 16;
    batch.innerTargetPort[into] = ports;
    for (let word = 0; word < 4; word++) {
      batch.innerSource[into * 4 + word] = isNone ? 0 : this.#inner[at + 2 + word]!;
      batch.innerTarget[into * 4 + word] = isNone ? 0 : this.#inner[at + 6 + word]!;
    }
  }
}
