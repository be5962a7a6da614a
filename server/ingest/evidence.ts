/** Evidence of the sensors as a commit carries it: the rows of all frames, and whose they are. */
import { type EvidenceBatch, readProofs } from '../../shared/wire/evidence.ts';
import type { EvidencePacketRow, EvidenceRows, IngestCommit } from '../store/ingest-commit.ts';
import type { Channel } from './channel.ts';

interface EvidenceArrival {
  readonly channel: Channel;
  readonly evidence: EvidenceBatch | null;
}

/** In memory of its own; nothing where no frame brings any. */
export function evidenceOf(arrivals: readonly EvidenceArrival[]): Pick<IngestCommit, 'evidence'> {
  const all = arrivals.flatMap(({ channel, evidence }) => (evidence === null ? [] : [{ channel, batch: evidence }]));
  if (all.length === 0) return {};
  const length = all.reduce((rows, { batch }) => rows + batch.length, 0);
  const packets: EvidencePacketRow[] = [];
  const rows: EvidenceRows = { ...createRows(length), packets };
  let at = 0;
  for (const { channel, batch } of all) {
    rows.session.fill(channel.session.id, at, at + batch.length);
    rows.sensor.fill(channel.sensor.id, at, at + batch.length);
    rows.source.set(batch.source.subarray(0, batch.length * 4), at * 4);
    for (const name of ['tag', 'key', 'matched', 'candidates', 'firstSeconds', 'lastSeconds'] as const)
      rows[name].set(batch[name].subarray(0, batch.length), at);
    readProofs(batch, (row, some) => {
      for (const { seconds, bytes } of some) packets.push({ row: at + row, seconds, bytes: Uint8Array.from(bytes) });
    });
    at += batch.length;
  }
  return { evidence: rows };
}

function createRows(length: number): Omit<EvidenceRows, 'packets'> {
  return {
    length,
    session: new Uint32Array(length),
    sensor: new Uint16Array(length),
    source: new Uint32Array(length * 4),
    tag: new Uint8Array(length),
    key: new Uint32Array(length),
    matched: new Float64Array(length),
    candidates: new Float64Array(length),
    firstSeconds: new Float64Array(length),
    lastSeconds: new Float64Array(length),
  };
}

/** Packets that rules matched. */
export function sumMatched({ matched, length }: EvidenceBatch): number {
  let sum = 0;
  for (let row = 0; row < length; row++) sum += matched[row]!;
  return sum;
}
