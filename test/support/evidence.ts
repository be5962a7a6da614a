/** Evidence for tests, made from objects that a person can read. */
import type { EvidenceRows } from '../../server/store/ingest-commit.ts';
import { parseIpv4 } from '../../shared/address.ts';
import {
  createEvidenceBatch,
  type EvidenceBatch,
  evidenceToFrame,
  PROOF_HEAD_BYTES,
} from '../../shared/wire/evidence.ts';
import { decodeFrame, encodeFrame, type Frame } from '../../shared/wire/frame.ts';
import { NOON_SECONDS } from './commits.ts';

export interface TestEvidence {
  source?: string;
  session?: number;
  sensor?: number;
  tag?: number;
  key?: number;
  matched?: number;
  candidates?: number;
  firstSeconds?: number;
  lastSeconds?: number;
  packets?: readonly { readonly seconds: number; readonly bytes: Uint8Array }[];
}

export function evidenceRows(rows: readonly TestEvidence[]): EvidenceRows {
  return {
    length: rows.length,
    session: Uint32Array.from(rows, ({ session }) => session ?? 0),
    sensor: Uint16Array.from(rows, ({ sensor }) => sensor ?? 1),
    source: Uint32Array.from(rows.flatMap(({ source }) => [...sourceWords(source ?? '203.0.113.5')])),
    tag: Uint8Array.from(rows, ({ tag }) => tag ?? 3),
    key: Uint32Array.from(rows, ({ key }) => key ?? 0),
    matched: Float64Array.from(rows, ({ matched }) => matched ?? 1),
    candidates: Float64Array.from(rows, ({ matched, candidates }) => candidates ?? matched ?? 1),
    firstSeconds: Float64Array.from(rows, ({ firstSeconds }) => firstSeconds ?? NOON_SECONDS),
    lastSeconds: Float64Array.from(
      rows,
      ({ firstSeconds, lastSeconds }) => lastSeconds ?? firstSeconds ?? NOON_SECONDS,
    ),
    packets: rows.flatMap(({ packets }, row) => (packets ?? []).map((packet) => ({ row, ...packet }))),
  };
}

/** An IPv4 address as four words. */
export function sourceWords(text: string): Uint32Array {
  return Uint32Array.of(0, 0, 0xffff, parseIpv4(text)!);
}

/** What a sensor sends. */
export function evidenceBatch(given: readonly TestEvidence[]): EvidenceBatch {
  const batch = createEvidenceBatch(given.length);
  batch.length = given.length;
  const rows = evidenceRows(given);
  for (const name of ['source', 'tag', 'key', 'matched', 'candidates', 'firstSeconds', 'lastSeconds'] as const)
    batch[name].set(rows[name]);
  const view = new DataView(batch.proof.buffer);
  for (const { row, seconds, bytes } of rows.packets) {
    batch.packets[row]! += 1;
    view.setFloat64(batch.proofBytes, seconds, true);
    view.setUint8(batch.proofBytes + 8, bytes.length);
    batch.proof.set(bytes, batch.proofBytes + PROOF_HEAD_BYTES);
    batch.proofBytes += PROOF_HEAD_BYTES + bytes.length;
  }
  return batch;
}

/** A frame as it comes off the wire. */
export function evidenceFrame(given: readonly TestEvidence[], epoch: number, sequence: number): Frame {
  return decodeFrame(encodeFrame(evidenceToFrame(evidenceBatch(given), epoch, sequence)));
}
