import { describe, expect, test } from 'vitest';
import {
  createEvidenceBatch,
  type EvidenceBatch,
  evidenceToFrame,
  frameToEvidence,
  MAX_EVIDENCE_ROWS,
  MAX_PROOF_PACKET_BYTES,
  readProofs,
} from '../../../shared/wire/evidence.ts';
import { decodeFrame, encodeFrame, type Frame, FrameKind } from '../../../shared/wire/frame.ts';

/** Two rows: the first with two packets of 40 and 44 bytes, the second with none. */
function batch(): EvidenceBatch {
  const rows = createEvidenceBatch(4);
  rows.length = 2;
  rows.source.set([0, 0, 0xffff, 0xc0000201, 0, 0, 0xffff, 0xc0000202]);
  rows.tag.set([2, 3]);
  rows.key.set([0, 0xdeadbeef]);
  rows.matched.set([2, 0]);
  rows.candidates.set([3, 7]);
  rows.firstSeconds.set([100.5, 0]);
  rows.lastSeconds.set([101.25, 0]);
  rows.packets.set([2, 0]);
  const view = new DataView(rows.proof.buffer);
  for (const [seconds, bytes] of [
    [100.5, 40],
    [101.25, 44],
  ] as const) {
    view.setFloat64(rows.proofBytes, seconds, true);
    rows.proof[rows.proofBytes + 8] = bytes;
    rows.proof.fill(bytes, rows.proofBytes + 9, rows.proofBytes + 9 + bytes);
    rows.proofBytes += 9 + bytes;
  }
  return rows;
}

const sent = (rows: EvidenceBatch) => decodeFrame(encodeFrame(evidenceToFrame(rows, 9, 5)));

test('rows and their packets come as they were sent', () => {
  const frame = sent(batch());
  expect(frame).toMatchObject({ kind: FrameKind.evidence, epoch: 9, sequence: 5, rows: 2 });
  const rows = frameToEvidence(frame);
  expect([...rows.source]).toEqual([0, 0, 0xffff, 0xc0000201, 0, 0, 0xffff, 0xc0000202]);
  expect([...rows.tag, ...rows.key, ...rows.matched, ...rows.candidates]).toEqual([2, 3, 0, 0xdeadbeef, 2, 0, 3, 7]);
  expect([...rows.firstSeconds, ...rows.lastSeconds]).toEqual([100.5, 0, 101.25, 0]);
  const packets: unknown[] = [];
  readProofs(rows, (row, proofs) =>
    packets.push([row, proofs.map(({ seconds, bytes }) => [seconds, bytes.length, bytes[0]])]),
  );
  expect(packets).toEqual([
    [
      0,
      [
        [100.5, 40, 40],
        [101.25, 44, 44],
      ],
    ],
    [1, []],
  ]);
});

test('no rows are a frame, too', () => expect(frameToEvidence(sent(createEvidenceBatch(1))).length).toBe(0));

describe('what no sensor sends', () => {
  test.for<{ name: string; change: (rows: EvidenceBatch) => void }>([
    { name: 'more matches than candidates', change: (rows) => rows.matched.set([4, 0]) },
    { name: 'an end before the begin', change: (rows) => rows.lastSeconds.set([100, 0]) },
    { name: 'a time before 1970', change: (rows) => rows.firstSeconds.set([-1, 0]) },
    { name: 'a time that is none', change: (rows) => rows.firstSeconds.set([Number.NaN, 0]) },
    { name: 'a time too late to store', change: (rows) => rows.lastSeconds.set([1e11, 0]) },
    { name: 'four packets', change: (rows) => rows.packets.set([4, 0]) },
    { name: 'a packet that is not there', change: (rows) => rows.packets.set([2, 1]) },
    { name: 'a packet of no row', change: (rows) => rows.packets.set([1, 0]) },
    { name: 'a packet cut off', change: (rows) => void rows.proofBytes-- },
    { name: 'a packet too long', change: (rows) => rows.proof.fill(MAX_PROOF_PACKET_BYTES + 1, 8, 9) },
    {
      name: 'a packet without a time',
      change: (rows) => new DataView(rows.proof.buffer).setFloat64(0, Number.NaN, true),
    },
  ])('$name', ({ change }) => {
    const rows = batch();
    change(rows);
    expect(() => frameToEvidence(sent(rows))).toThrow(/./);
    expect(() => frameToEvidence(sent(batch()))).not.toThrow();
  });

  test('a column is missing, or too many rows, or another kind', () => {
    const frame = sent(batch());
    const without = (field: number): Frame => ({
      ...frame,
      columns: frame.columns.filter((one) => one.field !== field),
    });
    for (let field = 1; field <= 9; field++) expect(() => frameToEvidence(without(field)), `${field}`).toThrow();
    expect(() => frameToEvidence({ ...frame, rows: MAX_EVIDENCE_ROWS + 1 })).toThrow(/limit/);
    expect(() => frameToEvidence({ ...frame, kind: FrameKind.flows4 })).toThrow(/no evidence/);
  });
});
