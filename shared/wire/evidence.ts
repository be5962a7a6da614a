/**
 * Evidence for rules: what a source's packets have in common, and a few of the packets themselves. A row says what is new
 * since the last one about the same source, tag and key: rows of one source, tag and key add up.
 */
import { MAX_CAPTURE_SECONDS } from '../time.ts';
import { type Frame, type FrameColumn, FrameKind, WireType } from './frame.ts';
import { WireError } from './wire-error.ts';

/** Rows of a frame at most. */
export const MAX_EVIDENCE_ROWS = 5_000;
/** Packets of a row at most. */
export const MAX_PROOF_PACKETS = 3;
/** IP and TCP header with all their options, and nothing behind them. */
export const MAX_PROOF_PACKET_BYTES = 120;
/** Before each packet in `proof`: its time (f64, little-endian, as all of a frame) and its length (u8). */
export const PROOF_HEAD_BYTES = 9;
const MAX_ROW_PROOF_BYTES = MAX_PROOF_PACKETS * (PROOF_HEAD_BYTES + MAX_PROOF_PACKET_BYTES);

export interface EvidenceBatch {
  length: number;
  /** Four words a row, IPv4 as ::ffff:a.b.c.d. */
  readonly source: Uint32Array;
  /** See shared/tags.ts; a later sensor may know more of them. */
  readonly tag: Uint8Array;
  /** What the matching packets have in common; 0 for rules that have no such thing, and for what did not match. */
  readonly key: Uint32Array;
  /** Packets that agree. */
  readonly matched: Uint32Array;
  /** Packets of the source, from the first that any rule matched, that the rule was asked about; of `nmapSyn` pairs that could have agreed. At least `matched`. */
  readonly candidates: Uint32Array;
  /** Of those that matched, seconds since 1970 UTC; 0 where none did. */
  readonly firstSeconds: Float64Array;
  readonly lastSeconds: Float64Array;
  /** How many packets of `proof` are this row's. */
  readonly packets: Uint8Array;
  /** Packets from their IP header on, row after row: seconds (f64), length (u8), that many bytes. */
  proof: Uint8Array;
  proofBytes: number;
}

const fields = {
  source: { id: 1, type: WireType.words4 },
  firstSeconds: { id: 2, type: WireType.f64 },
  lastSeconds: { id: 3, type: WireType.f64 },
  key: { id: 4, type: WireType.u32 },
  matched: { id: 5, type: WireType.u32 },
  candidates: { id: 6, type: WireType.u32 },
  tag: { id: 7, type: WireType.u8 },
  packets: { id: 8, type: WireType.u8 },
} as const;
type EvidenceColumn = keyof typeof fields;
const names = Object.keys(fields) as EvidenceColumn[];
/** Of no fixed length for a row, as text has none. */
const PROOF_FIELD = 9;

export function createEvidenceBatch(capacity: number): EvidenceBatch {
  return {
    length: 0,
    source: new Uint32Array(capacity * 4),
    tag: new Uint8Array(capacity),
    key: new Uint32Array(capacity),
    matched: new Uint32Array(capacity),
    candidates: new Uint32Array(capacity),
    firstSeconds: new Float64Array(capacity),
    lastSeconds: new Float64Array(capacity),
    packets: new Uint8Array(capacity),
    proof: new Uint8Array(capacity * MAX_ROW_PROOF_BYTES),
    proofBytes: 0,
  };
}

/** The frame's columns are views into the batch. */
export function evidenceToFrame(batch: EvidenceBatch, epoch: number, sequence: number): Frame {
  const columns: FrameColumn[] = names.map((name) => {
    const { id, type } = fields[name];
    return { field: id, type, data: batch[name].subarray(0, batch.length * (type === WireType.words4 ? 4 : 1)) };
  });
  columns.push({ field: PROOF_FIELD, type: WireType.utf8, data: batch.proof.subarray(0, batch.proofBytes) });
  return { kind: FrameKind.evidence, flags: 0, epoch, sequence, rows: batch.length, columns };
}

/** The batch of an evidence frame, as views into it. Unknown columns are passed over. Throws WireError for what no sensor sends. */
export function frameToEvidence(frame: Frame): EvidenceBatch {
  if (frame.kind !== FrameKind.evidence)
    throw new WireError('WIRE_BAD_MESSAGE', `frame kind ${frame.kind} carries no evidence`);
  if (frame.rows > MAX_EVIDENCE_ROWS)
    throw new WireError('WIRE_TOO_LARGE', `an evidence frame of ${frame.rows} rows; ${MAX_EVIDENCE_ROWS} is the limit`);
  const byId = new Map(frame.columns.map((column) => [column.field, column]));
  const columns: Record<string, unknown> = {};
  for (const name of names) {
    const column = byId.get(fields[name].id);
    if (column?.type !== fields[name].type) throw new WireError('WIRE_BAD_COLUMN', `evidence without ${name}`);
    columns[name] = column.data;
  }
  const proof = byId.get(PROOF_FIELD);
  const bytes = proof?.type === WireType.utf8 ? (proof.data as Uint8Array) : new Uint8Array(0);
  const batch: EvidenceBatch = {
    length: frame.rows,
    ...(columns as Pick<EvidenceBatch, EvidenceColumn>),
    proof: bytes,
    proofBytes: bytes.length,
  };
  checkRows(batch);
  checkProof(batch);
  return batch;
}

function checkRows({ length, matched, candidates, firstSeconds, lastSeconds }: EvidenceBatch): void {
  for (let row = 0; row < length; row++) {
    const [first, last] = [firstSeconds[row]!, lastSeconds[row]!];
    if (!(first >= 0 && first <= last && last <= MAX_CAPTURE_SECONDS))
      throw new WireError('WIRE_BAD_COLUMN', `evidence from second ${first} to ${last}`);
    if (matched[row]! > candidates[row]!)
      throw new WireError('WIRE_BAD_COLUMN', `${matched[row]} matches of ${candidates[row]} candidates`);
  }
}

/** Every packet lies inside the column, and nothing lies behind the last. */
function checkProof({ length, packets, proof, proofBytes }: EvidenceBatch): void {
  const view = new DataView(proof.buffer, proof.byteOffset, proofBytes);
  let at = 0;
  for (let row = 0; row < length; row++) {
    if (packets[row]! > MAX_PROOF_PACKETS)
      throw new WireError('WIRE_BAD_COLUMN', `${packets[row]} packets of proof; ${MAX_PROOF_PACKETS} is the limit`);
    for (let packet = 0; packet < packets[row]!; packet++) {
      const bytes = at + PROOF_HEAD_BYTES > proofBytes ? Number.NaN : view.getUint8(at + 8);
      if (!(bytes <= MAX_PROOF_PACKET_BYTES && at + PROOF_HEAD_BYTES + bytes <= proofBytes))
        throw new WireError('WIRE_BAD_COLUMN', 'a packet of proof reaches past the column, or is too long');
      const seconds = view.getFloat64(at, true);
      if (!(seconds >= 0 && seconds <= MAX_CAPTURE_SECONDS))
        throw new WireError('WIRE_BAD_COLUMN', `a packet of proof at second ${seconds}`);
      at += PROOF_HEAD_BYTES + bytes;
    }
  }
  if (at !== proofBytes) throw new WireError('WIRE_BAD_COLUMN', 'proof that belongs to no row');
}

/** A packet that proves a row. */
export interface ProofPacket {
  readonly seconds: number;
  /** From the IP header on: IP and TCP header, no payload. */
  readonly bytes: Uint8Array;
}

/** Calls `onRow` with the packets of each row in turn: views into the batch. */
export function readProofs(batch: EvidenceBatch, onRow: (row: number, packets: ProofPacket[]) => void): void {
  const view = new DataView(batch.proof.buffer, batch.proof.byteOffset, batch.proofBytes);
  let at = 0;
  for (let row = 0; row < batch.length; row++) {
    const packets: ProofPacket[] = [];
    for (let packet = 0; packet < batch.packets[row]!; packet++) {
      const end = at + PROOF_HEAD_BYTES + view.getUint8(at + 8);
      packets.push({ seconds: view.getFloat64(at, true), bytes: batch.proof.subarray(at + PROOF_HEAD_BYTES, end) });
      at = end;
    }
    onRow(row, packets);
  }
}
