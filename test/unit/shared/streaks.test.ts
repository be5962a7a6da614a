import { expect, test } from 'vitest';
import type { Family } from '../../../shared/flow-batch.ts';
import { decodeFrame, encodeFrame, FrameKind } from '../../../shared/wire/frame.ts';
import {
  createStreakBatch,
  DEGREE_STEPS,
  frameToStreaks,
  type StreakBatch,
  streaksToFrame,
} from '../../../shared/wire/streaks.ts';
import { codeOf } from '../../support/errors.ts';

const columns = [
  'time',
  'source',
  'packets',
  'tagsLow',
  'asn',
  'latitude',
  'longitude',
  'sourcePort',
  'targetPort',
  'targetSlot',
  'country',
  'sensor',
  'protocol',
  'tcpFlags',
  'class',
  'place',
  'radiation',
] as const;

function fullBatch(family: Family, rows: number, room: number): StreakBatch {
  const batch = createStreakBatch(family, rows + room);
  columns.forEach((name, index) => {
    batch[name].forEach((_, at) => {
      batch[name][at] = index * 3 + at + 1;
    });
  });
  batch.latitude[0] = Math.round(-90 * DEGREE_STEPS);
  batch.longitude[0] = Math.round(180 * DEGREE_STEPS);
  batch.length = rows;
  return batch;
}

test.for([4, 6] as const)('IPv%i streaks come back as they were sent', (family) => {
  const batch = fullBatch(family, 3, 5);
  const frame = decodeFrame(encodeFrame(streaksToFrame(batch, 8)));
  expect(frame).toMatchObject({ kind: FrameKind.streaks, sequence: 8, rows: 3 });
  const received = frameToStreaks(frame);
  expect(received).toMatchObject({ family, length: 3 });
  for (const name of columns) {
    const words = name === 'source' && family === 6 ? 4 : 1;
    expect([...received[name]], name).toEqual([...batch[name].subarray(0, 3 * words)]);
  }
  expect(received.longitude[0]).toBe(32_767);
});

test('a streak has no target, and nothing that tells one', () => {
  const batch = createStreakBatch(4, 0);
  expect(Object.keys(batch).sort()).toEqual(['family', 'length', 'target', ...columns].sort());
  expect(batch.target).toBeNull();
  expect(streaksToFrame(fullBatch(4, 3, 0), 0).columns.map(({ field }) => field)).not.toContain(17);
});

test.for([4, 6] as const)('IPv%i targets come back where they were given', (family) => {
  const words = family === 4 ? 1 : 4;
  const target = Uint32Array.from({ length: 5 * words }, (_, word) => 0xc633_6400 + word);
  const frame = decodeFrame(encodeFrame(streaksToFrame({ ...fullBatch(family, 3, 2), target }, 0)));
  expect(frame.columns.filter(({ field }) => field === 17).map(({ type }) => type)).toEqual([family === 4 ? 3 : 5]);
  expect([...frameToStreaks(frame).target!]).toEqual([...target.subarray(0, 3 * words)]);
  const another = frame.columns.map((column) => (column.field === 17 ? { ...column, type: 4 as const } : column));
  expect(frameToStreaks({ ...frame, columns: another }).target).toBeNull();
});

test('columns that are missing or of another type are zero', () => {
  const frame = streaksToFrame(fullBatch(4, 2, 0), 0);
  const port = frame.columns.find(({ field }) => field === 8)!;
  const received = frameToStreaks({
    ...frame,
    columns: [...frame.columns.filter(({ field }) => field !== 8 && field !== 2), { ...port, type: 3 }],
  });
  expect([...received.targetPort]).toEqual([0, 0]);
  expect([...received.source]).toEqual([0, 0]);
  expect([...received.packets]).toEqual([7, 8]);
});

test('other frames carry no streaks', () => {
  const frame = streaksToFrame(createStreakBatch(4, 0), 0);
  expect(codeOf(() => frameToStreaks({ ...frame, kind: FrameKind.totals }))).toBe('WIRE_BAD_MESSAGE');
});
