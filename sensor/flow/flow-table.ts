/**
 * Sums packets of equal key (CAIDA's 8-tuple and the interval) into flow records. An open-addressing table points into a
 * batch of columns, so that nothing is allocated for a packet or a flow. Records are partial sums: the table may be
 * emptied at any time, and records of equal key add up.
 */
import { createFlowBatch, type Family, type FlowBatch } from '../../shared/flow-batch.ts';
import { Fragment, type PacketBatch } from '../../shared/packet-batch.ts';
import { trafficClass } from '../../shared/protocols.ts';

const MAX_UINT32 = 0xffffffff;

export interface FlowTableOptions {
  readonly family: Family;
  /** Rows held at most; the table is emptied when they are full. */
  readonly capacity?: number;
  readonly intervalSeconds?: number;
  /** At the border of an interval the table is emptied only if it holds so many rows: neither a slow capture nor one whose clock jumps makes many small batches. */
  readonly emptyAtRows?: number;
  /** Makes the hash unpredictable from outside. The order of records does not depend on it. */
  readonly seed?: number;
  /** Takes the rows, which are void afterwards. */
  readonly onRows: (rows: FlowBatch) => void;
}

export class FlowTable {
  packetsAdded = 0;
  packetsEmitted = 0;
  flowsEmitted = 0;
  readonly #rows: FlowBatch;
  /** Row + 1 by hash; 0 is free. */
  readonly #slots: Int32Array;
  readonly #slotOfRow: Int32Array;
  readonly #mask: number;
  readonly #seed: number;
  readonly #words: 1 | 4;
  readonly #intervalSeconds: number;
  readonly #emptyAtRows: number;
  readonly #onRows: (rows: FlowBatch) => void;
  #newestInterval = Number.NEGATIVE_INFINITY;
  #packetsInRows = 0;

  constructor(options: FlowTableOptions) {
    const capacity = options.capacity ?? 65_536;
    this.#rows = createFlowBatch(options.family, capacity);
    // At most half full, so that chains stay short.
    const slots = 2 ** Math.ceil(Math.log2(capacity * 2));
    this.#slots = new Int32Array(slots);
    this.#slotOfRow = new Int32Array(capacity);
    this.#mask = slots - 1;
    this.#seed = options.seed ?? 0;
    this.#words = options.family === 4 ? 1 : 4;
    this.#intervalSeconds = options.intervalSeconds ?? 1;
    this.#emptyAtRows = options.emptyAtRows ?? 5_000;
    this.#onRows = options.onRows;
  }

  /** Packets in rows that were not handed out yet. */
  get packetsHeld(): number {
    return this.#packetsInRows;
  }

  add(packets: PacketBatch): void {
    const rows = this.#rows;
    for (let packet = 0; packet < packets.length; packet++) {
      const seconds = packets.seconds[packet]!;
      const interval = Math.floor(seconds / this.#intervalSeconds) * this.#intervalSeconds;
      if (interval > this.#newestInterval) {
        if (rows.length >= this.#emptyAtRows) this.empty();
        this.#newestInterval = interval;
      }
      const micros = (seconds - interval) * 1_000_000 + Math.floor(packets.nanoseconds[packet]! / 1000);
      this.#addPacket(packets, packet, interval, micros);
    }
    this.packetsAdded += packets.length;
  }

  #addPacket(packets: PacketBatch, packet: number, interval: number, micros: number): void {
    const slots = this.#slots;
    let slot = this.#hash(packets, packet) & this.#mask;
    for (let found = slots[slot]!; found !== 0; found = slots[slot]!) {
      if (this.#isSameKey(packets, packet, interval, found - 1)) {
        if (this.#addToRow(packets, packet, micros, found - 1)) return;
        // The record's sums are full: a new record takes its place in the table, and both are handed out.
        slots[slot] = 0;
        break;
      }
      slot = (slot + 1) & this.#mask;
    }
    if (this.#rows.length === this.#rows.capacity) {
      this.empty();
      slot = this.#hash(packets, packet) & this.#mask;
    }
    this.#newRow(packets, packet, interval, micros, slot);
  }

  #hash(packets: PacketBatch, packet: number): number {
    let hash = this.#seed;
    const first = packet * this.#words;
    for (let word = first; word < first + this.#words; word++) {
      hash = Math.imul(hash ^ packets.source[word]!, 0x9e3779b1);
      hash ^= hash >>> 15;
      hash = Math.imul(hash ^ packets.target[word]!, 0x85ebca77);
      hash ^= hash >>> 13;
    }
    hash = Math.imul(hash ^ ((packets.sourcePort[packet]! << 16) | packets.targetPort[packet]!), 0xc2b2ae3d);
    hash ^= hash >>> 16;
    hash = Math.imul(
      hash ^
        (packets.protocol[packet]! |
          (packets.tcpFlags[packet]! << 8) |
          ((packets.ttl[packet]! << 16) ^ (packets.ipLength[packet]! << 12))),
      0x27d4eb2f,
    );
    return hash ^ (hash >>> 15);
  }

  #isSameKey(packets: PacketBatch, packet: number, interval: number, row: number): boolean {
    const rows = this.#rows;
    if (
      rows.sourcePort[row] !== packets.sourcePort[packet] ||
      rows.targetPort[row] !== packets.targetPort[packet] ||
      rows.protocol[row] !== packets.protocol[packet] ||
      rows.tcpFlags[row] !== packets.tcpFlags[packet] ||
      rows.ttl[row] !== packets.ttl[packet] ||
      rows.ipLength[row] !== packets.ipLength[packet] ||
      rows.interval[row] !== interval
    )
      return false;
    const words = this.#words;
    for (let word = 0; word < words; word++) {
      if (rows.source[row * words + word] !== packets.source[packet * words + word]) return false;
      if (rows.target[row * words + word] !== packets.target[packet * words + word]) return false;
    }
    return true;
  }

  /** False when a sum would no longer fit: nothing was added then. */
  #addToRow(packets: PacketBatch, packet: number, micros: number, row: number): boolean {
    const rows = this.#rows;
    const wireBytes = rows.wireBytes[row]! + packets.wireLength[packet]!;
    if (wireBytes > MAX_UINT32 || rows.packets[row] === MAX_UINT32) return false;
    rows.packets[row]! += 1;
    rows.wireBytes[row] = wireBytes;
    if (micros < rows.firstMicros[row]!) rows.firstMicros[row] = micros;
    if (micros > rows.lastMicros[row]!) rows.lastMicros[row] = micros;
    rows.tagsLow[row]! |= packets.tagsLow[packet]!;
    rows.tagsHigh[row]! |= packets.tagsHigh[packet]!;
    if (packets.fragment[packet] === Fragment.first) rows.fragment[row] = Fragment.first;
    this.#packetsInRows++;
    return true;
  }

  #newRow(packets: PacketBatch, packet: number, interval: number, micros: number, slot: number): void {
    const rows = this.#rows;
    const words = this.#words;
    const row = rows.length++;
    this.#slots[slot] = row + 1;
    this.#slotOfRow[row] = slot;
    for (let word = 0; word < words; word++) {
      rows.source[row * words + word] = packets.source[packet * words + word]!;
      rows.target[row * words + word] = packets.target[packet * words + word]!;
    }
    const protocol = packets.protocol[packet]!;
    const tcpFlags = packets.tcpFlags[packet]!;
    rows.interval[row] = interval;
    rows.sourcePort[row] = packets.sourcePort[packet]!;
    rows.targetPort[row] = packets.targetPort[packet]!;
    rows.protocol[row] = protocol;
    rows.tcpFlags[row] = tcpFlags;
    rows.ttl[row] = packets.ttl[packet]!;
    rows.ipLength[row] = packets.ipLength[packet]!;
    rows.firstMicros[row] = micros;
    rows.lastMicros[row] = micros;
    rows.packets[row] = 1;
    rows.wireBytes[row] = packets.wireLength[packet]!;
    rows.synWindow[row] = packets.tcpWindow[packet]!;
    rows.tagsLow[row] = packets.tagsLow[packet]!;
    rows.tagsHigh[row] = packets.tagsHigh[packet]!;
    rows.class[row] = trafficClass(protocol, tcpFlags);
    rows.vlan[row] = packets.vlan[packet]!;
    rows.fragment[row] = packets.fragment[packet]!;
    rows.synOptions[row] = packets.synOptions[packet]!;
    if ((rows.tunnel[row]! | packets.tunnel[packet]!) !== 0) copyInner(rows, row, packets, packet);
    this.#packetsInRows++;
  }

  /** Hands out all rows. */
  empty(): void {
    const rows = this.#rows;
    if (rows.length === 0) return;
    this.#onRows(rows);
    this.packetsEmitted += this.#packetsInRows;
    this.flowsEmitted += rows.length;
    for (let row = 0; row < rows.length; row++) this.#slots[this.#slotOfRow[row]!] = 0;
    rows.length = 0;
    this.#packetsInRows = 0;
  }
}

/** Rows are used again: what a tunnel left in this one is overwritten, too. Ordinary packets never come here. */
function copyInner(rows: FlowBatch, row: number, packets: PacketBatch, packet: number): void {
  const tunnel = packets.tunnel[packet]!;
  const isNone = tunnel === 0;
  rows.tunnel[row] = tunnel;
  rows.innerProtocol[row] = isNone ? 0 : packets.innerProtocol[packet]!;
  rows.innerSourcePort[row] = isNone ? 0 : packets.innerSourcePort[packet]!;
  rows.innerTargetPort[row] = isNone ? 0 : packets.innerTargetPort[packet]!;
  for (let word = 0; word < 4; word++) {
    rows.innerSource[row * 4 + word] = isNone ? 0 : packets.innerSource[packet * 4 + word]!;
    rows.innerTarget[row * 4 + word] = isNone ? 0 : packets.innerTarget[packet * 4 + word]!;
  }
}
