/**
 * Rows of evidence until they are sent: one a source, tag and key, in a table that is emptied when it is full. Nothing is
 * allocated for a row.
 */
import type { PacketBatch } from '../../shared/packet-batch.ts';
import { IpProtocol } from '../../shared/protocols.ts';
import {
  createEvidenceBatch,
  type EvidenceBatch,
  MAX_PROOF_PACKET_BYTES,
  MAX_PROOF_PACKETS,
  PROOF_HEAD_BYTES,
} from '../../shared/wire/evidence.ts';
import { mix } from '../flow/flow-keys.ts';

const PROOF_BYTES = MAX_PROOF_PACKETS * (PROOF_HEAD_BYTES + MAX_PROOF_PACKET_BYTES);
const UDP_BYTES = 8;

export class EvidenceRows {
  sent = 0;
  readonly #capacity: number;
  readonly #slots: Int32Array;
  readonly #seed: number;
  readonly #source: Uint32Array;
  readonly #proofView: DataView;
  /** Each row's packets lie at a place of its own until the rows are sent, when they are packed. */
  readonly #proof: Uint8Array;
  readonly #proofLength: Uint16Array;
  readonly #batch: EvidenceBatch;
  readonly #onRows: (rows: EvidenceBatch) => void;

  constructor(capacity: number, seed: number, onRows: (rows: EvidenceBatch) => void) {
    this.#capacity = capacity;
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(capacity * 2)));
    this.#seed = mix(seed + 2);
    this.#source = new Uint32Array(capacity);
    this.#proof = new Uint8Array(capacity * PROOF_BYTES);
    this.#proofView = new DataView(this.#proof.buffer);
    this.#proofLength = new Uint16Array(capacity);
    this.#batch = createEvidenceBatch(capacity);
    this.#onRows = onRows;
  }

  get held(): number {
    return this.#batch.length;
  }

  /** The row of a source (IPv4), tag and key, made where there is none. Rows before it may be sent: then their numbers are void. */
  find(source: number, tag: number, key: number): number {
    const batch = this.#batch;
    const mask = this.#slots.length - 1;
    let slot = mix(mix(mix(source ^ this.#seed) + tag) ^ key) & mask;
    for (let found = this.#slots[slot]!; found !== 0; found = this.#slots[slot]!) {
      const row = found - 1;
      if (this.#isRow(row, source, tag, key)) return row;
      slot = (slot + 1) & mask;
    }
    if (batch.length === this.#capacity) {
      this.send();
      return this.find(source, tag, key);
    }
    const row = batch.length++;
    this.#slots[slot] = row + 1;
    this.#source[row] = source;
    batch.tag[row] = tag;
    batch.key[row] = key;
    batch.matched[row] = batch.candidates[row] = 0;
    batch.firstSeconds[row] = batch.lastSeconds[row] = 0;
    batch.packets[row] = 0;
    this.#proofLength[row] = 0;
    return row;
  }

  #isRow(row: number, source: number, tag: number, key: number): boolean {
    const { tag: tags, key: keys } = this.#batch;
    return this.#source[row] === source && tags[row] === tag && keys[row] === key;
  }

  /** Packets that matched. */
  addMatches(row: number, matches: number, first: number, last: number): void {
    const { matched, candidates, firstSeconds, lastSeconds } = this.#batch;
    // Captures are not always in order.
    if (matched[row] === 0 || first < firstSeconds[row]!) firstSeconds[row] = first;
    if (last > lastSeconds[row]!) lastSeconds[row] = last;
    matched[row]! += matches;
    candidates[row]! += matches;
  }

  /** Packets that did not. */
  addMisses(row: number, misses: number): void {
    this.#batch.candidates[row]! += misses;
  }

  /** Keeps the headers of a packet. False where the row has as many as it takes. */
  addProof(row: number, seconds: number, batch: PacketBatch, packet: number, bytes: DataView): boolean {
    const { packets } = this.#batch;
    if (packets[row]! >= MAX_PROOF_PACKETS) return false;
    const header = batch.headerOffset[packet]!;
    const length = headerBytes(bytes, header, batch, packet);
    const at = row * PROOF_BYTES + this.#proofLength[row]!;
    this.#proofView.setFloat64(at, seconds, true);
    this.#proof[at + 8] = length;
    for (let byte = 0; byte < length; byte++) this.#proof[at + PROOF_HEAD_BYTES + byte] = bytes.getUint8(header + byte);
    this.#proofLength[row]! += PROOF_HEAD_BYTES + length;
    packets[row]!++;
    return true;
  }

  /** Hands out all rows, and forgets them. */
  send(): void {
    const batch = this.#batch;
    if (batch.length === 0) return;
    batch.proofBytes = 0;
    for (let row = 0; row < batch.length; row++) {
      batch.source.fill(0, row * 4, row * 4 + 2);
      batch.source[row * 4 + 2] = 0xffff;
      batch.source[row * 4 + 3] = this.#source[row]!;
      const from = row * PROOF_BYTES;
      batch.proof.set(this.#proof.subarray(from, from + this.#proofLength[row]!), batch.proofBytes);
      batch.proofBytes += this.#proofLength[row]!;
    }
    this.sent += batch.length;
    this.#onRows(batch);
    batch.length = 0;
    this.#slots.fill(0);
  }
}

/** IP and transport header, as far as they were captured. */
function headerBytes(bytes: DataView, header: number, batch: PacketBatch, packet: number): number {
  const network = (bytes.getUint8(header) & 15) * 4;
  const there = batch.transportBytes[packet]!;
  const isWhole = batch.protocol[packet] === IpProtocol.tcp && there > 12;
  const transport = isWhole ? (bytes.getUint8(header + network + 12) >> 4) * 4 : UDP_BYTES;
  return Math.min(MAX_PROOF_PACKET_BYTES, network + Math.min(there, transport));
}
