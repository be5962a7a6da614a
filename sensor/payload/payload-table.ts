/**
 * Each distinct payload once: its first bytes, how often it came, when, to which ports, from how many sources. Memory is
 * bounded: while the table is full, packets with payloads that are new to it are counted and not kept.
 */
import type { PacketBatch, RecordBatch } from '../../shared/packet-batch.ts';
import {
  MAX_PAYLOAD_BYTES,
  MAX_PORTS,
  MAX_SOURCES,
  type PayloadBatch,
  SOURCE_REGISTERS,
} from '../../shared/wire/payloads.ts';
import { isCommandLike } from './command-like.ts';
import { PayloadHash } from './payload-hash.ts';
import { createPayloadPlaces, findPayloads, type PayloadPlaces } from './payload-places.ts';

/** What looks like a command is kept for longer: what it fetches stands at its end. */
export const COMMAND_FACTOR = 8;
export const MAX_KEEP_BYTES = MAX_PAYLOAD_BYTES / COMMAND_FACTOR;
const SHARE_FOR_COMMANDS = 0.25;
const SKETCH_BITS = 8;
/** ::ffff:0:0/96, RFC 4291. */
const IPV4_MAPPED = 0xffff;

/** Big-endian words. */
export interface PayloadDigest {
  readonly high: number;
  readonly low: number;
}

export interface PayloadTableOptions {
  /** First bytes of each payload that are kept; 0 switches all of it off. */
  readonly keepBytes: number;
  /** Distinct payloads held at once; a power of two. */
  readonly capacity?: number;
  /** Two random words. */
  readonly seed: readonly [number, number];
  /** First eight bytes of SHA-256. Asked for once for each payload that is new. */
  readonly digest: (bytes: Uint8Array) => PayloadDigest;
}

export class PayloadTable {
  /** Of all packets: with a payload that could be read. */
  packetsSeen = 0;
  /** Of these: not kept, since the table was full. */
  packetsNotKept = 0;
  /** Of these: in the rows that are held now. */
  packetsHeld = 0;
  /** Distinct payloads held now. */
  length = 0;
  readonly keepBytes: number;
  /** Room of one payload in `bytes`. */
  readonly strideBytes: number;
  readonly digestHigh: Uint32Array;
  readonly digestLow: Uint32Array;
  readonly wireBytes: Uint16Array;
  readonly keptBytes: Uint16Array;
  readonly capturedBytes: Uint16Array;
  readonly protocol: Uint8Array;
  readonly packets: Uint32Array;
  readonly firstSeconds: Float64Array;
  readonly lastSeconds: Float64Array;
  /** Those that came first; how many is in `portCount`, up to 255 counted with repetitions of what is not listed. */
  readonly ports: Uint16Array;
  readonly portCount: Uint8Array;
  /** In the same way: four words each. */
  readonly sources: Uint32Array;
  readonly sourceCount: Uint8Array;
  readonly sketches: Uint8Array;
  readonly bytes: Uint8Array;
  readonly #capacity: number;
  readonly #slots: Int32Array;
  readonly #hashes: Uint32Array;
  readonly #hash: PayloadHash;
  readonly #sourceHash: PayloadHash;
  readonly #computeDigest: PayloadTableOptions['digest'];
  readonly #address = new Uint32Array(4);
  #places: PayloadPlaces = createPayloadPlaces(0);

  constructor({ keepBytes, capacity = 4_096, seed, digest }: PayloadTableOptions) {
    this.keepBytes = keepBytes;
    this.strideBytes = keepBytes * COMMAND_FACTOR;
    this.#capacity = capacity;
    this.#computeDigest = digest;
    this.#hash = new PayloadHash(seed[0], seed[1]);
    this.#sourceHash = new PayloadHash(~seed[1], ~seed[0]);
    const rows = keepBytes === 0 ? 0 : capacity;
    this.#slots = new Int32Array(rows * 2).fill(-1);
    this.#hashes = new Uint32Array(rows * 2);
    this.digestHigh = new Uint32Array(rows);
    this.digestLow = new Uint32Array(rows);
    this.wireBytes = new Uint16Array(rows);
    this.keptBytes = new Uint16Array(rows);
    this.capturedBytes = new Uint16Array(rows);
    this.protocol = new Uint8Array(rows);
    this.packets = new Uint32Array(rows);
    this.firstSeconds = new Float64Array(rows);
    this.lastSeconds = new Float64Array(rows);
    this.ports = new Uint16Array(rows * MAX_PORTS);
    this.portCount = new Uint8Array(rows);
    this.sources = new Uint32Array(rows * MAX_SOURCES * 4);
    this.sourceCount = new Uint8Array(rows);
    this.sketches = new Uint8Array(rows * SOURCE_REGISTERS);
    this.bytes = new Uint8Array(rows * this.strideBytes);
  }

  /** `makeRoom` is asked when a payload finds no place, and may send what there is and clear the table. */
  add(records: RecordBatch, batch: PacketBatch, makeRoom: (() => void) | null = null): void {
    if (this.keepBytes === 0) return;
    if (this.#places.start.length < batch.capacity) this.#places = createPayloadPlaces(batch.capacity);
    const found = findPayloads(records, batch, this.#places);
    if (found === 0) return;
    this.packetsSeen += found;
    for (let row = 0; row < batch.length; row++) {
      if (this.#places.captured[row] !== 0) this.#addRow(records.bytes, batch, row, makeRoom);
    }
  }

  /** A flood of payloads leaves a quarter of the table to what looks like a command. */
  #isFullFor(isCommand: boolean): boolean {
    return this.length >= (isCommand ? this.#capacity : this.#capacity * (1 - SHARE_FOR_COMMANDS));
  }

  /** Rows [from, to) for a frame: their bytes one after the other, all else as views. */
  rows(from: number, to: number): PayloadBatch {
    const part = <Column extends { subarray(from: number, to: number): Column }>(column: Column, width = 1): Column =>
      column.subarray(from * width, to * width);
    const bytes = new Uint8Array(part(this.keptBytes).reduce((sum, kept) => sum + kept, 0));
    for (let row = from, at = 0; row < to; at += this.keptBytes[row++]!) {
      const start = row * this.strideBytes;
      bytes.set(this.bytes.subarray(start, start + this.keptBytes[row]!), at);
    }
    return {
      length: to - from,
      digestHigh: part(this.digestHigh),
      digestLow: part(this.digestLow),
      packets: part(this.packets),
      firstSeconds: part(this.firstSeconds),
      lastSeconds: part(this.lastSeconds),
      wireBytes: part(this.wireBytes),
      capturedBytes: part(this.capturedBytes),
      keptBytes: part(this.keptBytes),
      protocol: part(this.protocol),
      portCount: part(this.portCount),
      ports: part(this.ports, MAX_PORTS),
      sourceCount: part(this.sourceCount),
      sources: part(this.sources, MAX_SOURCES * 4),
      sketches: part(this.sketches, SOURCE_REGISTERS),
      bytes,
    };
  }

  /** All rows are sent: what comes from now on is counted anew. */
  clear(): void {
    this.#slots.fill(-1);
    this.packets.fill(0, 0, this.length);
    this.portCount.fill(0, 0, this.length);
    this.sourceCount.fill(0, 0, this.length);
    this.sources.fill(0, 0, this.length * MAX_SOURCES * 4);
    this.ports.fill(0, 0, this.length * MAX_PORTS);
    this.sketches.fill(0, 0, this.length * SOURCE_REGISTERS);
    this.packetsHeld = 0;
    this.length = 0;
  }

  #addRow(bytes: Uint8Array, batch: PacketBatch, row: number, makeRoom: (() => void) | null): void {
    const { start, captured, wire } = this.#places;
    this.#hash.of(bytes, start[row]!, captured[row]!);
    const { low, high } = this.#hash;
    // The same bytes of another protocol, or of a longer payload, are another payload.
    const key = (high ^ Math.imul(wire[row]! * 256 + batch.protocol[row]!, 0x9e3779b1)) >>> 0;
    const held = this.#find(low, key);
    if (held >= 0) {
      this.#count(held, batch, row);
      return;
    }
    const payload = bytes.subarray(start[row]!, start[row]! + captured[row]!);
    const isCommand = isCommandLike(payload);
    if (this.#isFullFor(isCommand)) makeRoom?.();
    if (this.#isFullFor(isCommand)) {
      this.packetsNotKept++;
      return;
    }
    const made = this.#take(low, key);
    this.#keep(made, payload, isCommand, wire[row]!, batch.protocol[row]!);
    this.firstSeconds[made] = this.lastSeconds[made] = timeOf(batch, row);
    this.#count(made, batch, row);
  }

  /** The row of a payload, or -1. */
  #find(low: number, key: number): number {
    let slot = low & (this.#slots.length - 1);
    for (; this.#slots[slot]! >= 0; slot = (slot + 1) & (this.#slots.length - 1)) {
      const held = this.#slots[slot]!;
      if (this.#hashes[held * 2] === low && this.#hashes[held * 2 + 1] === key) return held;
    }
    return -1;
  }

  #take(low: number, key: number): number {
    let slot = low & (this.#slots.length - 1);
    while (this.#slots[slot]! >= 0) slot = (slot + 1) & (this.#slots.length - 1);
    const made = this.length++;
    this.#slots[slot] = made;
    this.#hashes[made * 2] = low;
    this.#hashes[made * 2 + 1] = key;
    return made;
  }

  #keep(row: number, payload: Uint8Array, isCommand: boolean, wireBytes: number, protocol: number): void {
    const kept = payload.subarray(0, isCommand ? this.strideBytes : this.keepBytes);
    this.bytes.set(kept, row * this.strideBytes);
    this.keptBytes[row] = kept.length;
    this.capturedBytes[row] = payload.length;
    this.wireBytes[row] = wireBytes;
    this.protocol[row] = protocol;
    const { high, low } = this.#computeDigest(payload);
    this.digestHigh[row] = high;
    this.digestLow[row] = low;
  }

  #count(row: number, batch: PacketBatch, packet: number): void {
    this.packets[row]!++;
    this.packetsHeld++;
    const seconds = timeOf(batch, packet);
    if (seconds < this.firstSeconds[row]!) this.firstSeconds[row] = seconds;
    if (seconds > this.lastSeconds[row]!) this.lastSeconds[row] = seconds;
    this.#addPort(row, batch.targetPort[packet]!);
    this.#addSource(row, batch, packet);
  }

  #addPort(row: number, port: number): void {
    const count = Math.min(this.portCount[row]!, MAX_PORTS);
    for (let at = row * MAX_PORTS; at < row * MAX_PORTS + count; at++) if (this.ports[at] === port) return;
    if (count < MAX_PORTS) this.ports[row * MAX_PORTS + count] = port;
    if (this.portCount[row]! <= MAX_PORTS) this.portCount[row]!++;
  }

  #addSource(row: number, batch: PacketBatch, packet: number): void {
    const { family, source } = batch;
    const words = family === 4 ? 1 : 4;
    this.#sourceHash.ofWords(source, packet * words, words);
    const { low, high } = this.#sourceHash;
    const register = row * SOURCE_REGISTERS + (low >>> (32 - SKETCH_BITS));
    const rank = Math.clz32(high) + 1;
    if (rank > this.sketches[register]!) this.sketches[register] = rank;
    if (this.sourceCount[row]! <= MAX_SOURCES) this.#listSource(row, batch, packet);
  }

  #listSource(row: number, { family, source }: PacketBatch, packet: number): void {
    const address = this.#address;
    for (let word = 0; word < 4; word++) address[word] = family === 4 ? mappedWord(word) : source[packet * 4 + word]!;
    if (family === 4) address[3] = source[packet]!;
    const count = Math.min(this.sourceCount[row]!, MAX_SOURCES);
    const from = row * MAX_SOURCES * 4;
    for (let at = from; at < from + count * 4; at += 4) if (isAt(this.sources, at, address)) return;
    if (count < MAX_SOURCES) this.sources.set(address, from + count * 4);
    this.sourceCount[row]!++;
  }
}

const mappedWord = (word: number) => (word === 2 ? IPV4_MAPPED : 0);

function isAt(words: Uint32Array, at: number, address: Uint32Array): boolean {
  for (let word = 0; word < 4; word++) if (words[at + word] !== address[word]) return false;
  return true;
}

function timeOf({ seconds, nanoseconds }: PacketBatch, row: number): number {
  return seconds[row]! + nanoseconds[row]! / 1e9;
}
