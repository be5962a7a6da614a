import { describe, expect, test } from 'vitest';
import { columnLength, type Family, type FlowBatch } from '../../../shared/flow-batch.ts';
import { flowFieldNames, flowFields } from '../../../shared/flow-fields.ts';
import { flowsToFrame, frameToFlows, MAX_FRAME_ROWS, sumPackets } from '../../../shared/wire/flow-frames.ts';
import { decodeFrame, encodeFrame, type Frame, FrameKind, WireType } from '../../../shared/wire/frame.ts';
import { flowBatch, NOON_SECONDS } from '../../support/commits.ts';
import { codeOf } from '../../support/errors.ts';

/** Every field of every row has a value of its own. */
function fullBatch(family: Family): FlowBatch {
  const batch = flowBatch(family, [{}, {}, {}]);
  flowFieldNames.forEach((name, index) => {
    batch[name].forEach((_, at) => {
      batch[name][at] = (index + 1) * 7 + at + 1;
    });
  });
  return batch;
}

const sent = flowFieldNames.filter((name) => !('addedAtIngest' in flowFields[name]));
const overWire = (frame: Frame) => decodeFrame(encodeFrame(frame));

describe.for([4, 6] as const)('IPv%i flows', (family) => {
  const lengthOf = (name: (typeof flowFieldNames)[number]) => columnLength(flowFields[name].type, family, 1);

  test('come back as they were sent', () => {
    const batch = fullBatch(family);
    const frame = overWire(flowsToFrame(batch, 0, batch.length, 9, 4));
    expect(frame).toMatchObject({ kind: family === 4 ? FrameKind.flows4 : FrameKind.flows6, epoch: 9, sequence: 4 });
    const { batch: received, unknownColumns } = frameToFlows(frame);
    expect(received).toMatchObject({ family, length: 3 });
    expect(unknownColumns).toBe(0);
    for (const name of sent)
      expect([...received[name]], name).toEqual([...batch[name].subarray(0, 3 * lengthOf(name))]);
  });

  test('of the middle of a batch are those rows alone', () => {
    const batch = fullBatch(family);
    const { batch: received } = frameToFlows(overWire(flowsToFrame(batch, 1, 2, 9, 4)));
    expect(received.length).toBe(1);
    for (const name of sent)
      expect([...received[name]], name).toEqual([...batch[name].subarray(lengthOf(name), 2 * lengthOf(name))]);
  });

  test('have nothing that the server adds', () => {
    const fields = new Set(flowsToFrame(fullBatch(family), 0, 3, 9, 4).columns.map(({ field }) => field));
    for (const name of ['sensor', 'session', 'country'] as const) {
      expect(fields.has(flowFields[name].id), name).toBe(false);
      const column = {
        field: flowFields[name].id,
        type: WireType[flowFields[name].type],
        data: fullBatch(family)[name],
      };
      const frame = flowsToFrame(flowBatch(family, [{}]), 0, 1, 9, 4);
      const { batch, unknownColumns } = frameToFlows({ ...frame, columns: [...frame.columns, column] });
      expect(unknownColumns, name).toBe(1);
      expect([...batch[name]], name).toEqual([0]);
    }
  });

  test('are in memory of their own', () => {
    const frame = overWire(flowsToFrame(fullBatch(family), 0, 3, 9, 4));
    const { batch } = frameToFlows(frame);
    for (const { data } of frame.columns) data.fill(0);
    expect(sumPackets(batch, 0, 3)).toBeGreaterThan(0);
  });
});

test('a column of nothing but zeros stays at home, one with a single value does not', () => {
  const batch = flowBatch(4, [{}, {}]);
  const fieldsOf = (frame: Frame) => frame.columns.map(({ field }) => field);
  expect(fieldsOf(flowsToFrame(batch, 0, 2, 1, 1))).not.toContain(flowFields.vlan.id);
  batch.vlan[1] = 100;
  expect(fieldsOf(flowsToFrame(batch, 0, 2, 1, 1))).toContain(flowFields.vlan.id);
  expect(fieldsOf(flowsToFrame(batch, 0, 1, 1, 1))).not.toContain(flowFields.vlan.id);
});

test('fields that are unknown or of another type are counted and passed over', () => {
  const frame = flowsToFrame(flowBatch(4, [{ targetPort: 2323 }]), 0, 1, 1, 1);
  const { batch, unknownColumns } = frameToFlows({
    ...frame,
    columns: [
      ...frame.columns,
      { field: 999, type: WireType.u8, data: Uint8Array.of(1) },
      { field: flowFields.targetPort.id, type: WireType.u32, data: Uint32Array.of(99) },
      { field: flowFields.source.id, type: WireType.words4, data: Uint32Array.of(1, 2, 3, 4) },
    ],
  });
  expect(unknownColumns).toBe(3);
  expect(batch.targetPort[0]).toBe(2323);
});

describe('what no sensor sends', () => {
  const withInterval = (interval: number): Frame => {
    const batch = flowBatch(4, [{}]);
    batch.interval[0] = interval;
    return flowsToFrame(batch, 0, 1, 1, 1);
  };
  const manyRows = (rows: number): Frame => {
    const batch = flowBatch(
      4,
      Array.from({ length: rows }, () => ({})),
    );
    return flowsToFrame(batch, 0, rows, 1, 1);
  };
  const withoutPackets = (): Frame => {
    const frame = flowsToFrame(flowBatch(4, [{}]), 0, 1, 1, 1);
    return { ...frame, columns: frame.columns.filter(({ field }) => field !== flowFields.packets.id) };
  };
  test.for([
    { name: 'a negative interval', frame: withInterval(-1), code: 'WIRE_BAD_COLUMN' },
    { name: 'half a second', frame: withInterval(NOON_SECONDS + 0.5), code: 'WIRE_BAD_COLUMN' },
    { name: 'a time that is no number', frame: withInterval(Number.NaN), code: 'WIRE_BAD_COLUMN' },
    { name: 'a time without end', frame: withInterval(Number.POSITIVE_INFINITY), code: 'WIRE_BAD_COLUMN' },
    { name: 'the year 2255', frame: withInterval(9_000_000_000), code: 'WIRE_BAD_COLUMN' },
    {
      name: 'one record of several without packets',
      frame: flowsToFrame(flowBatch(4, [{}, { packets: 0 }]), 0, 2, 1, 1),
      code: 'WIRE_BAD_COLUMN',
    },
    { name: 'no packets column', frame: withoutPackets(), code: 'WIRE_BAD_COLUMN' },
    { name: 'a row over the limit', frame: manyRows(MAX_FRAME_ROWS + 1), code: 'WIRE_TOO_LARGE' },
    { name: 'four billion rows', frame: { ...manyRows(0), rows: 0xffffffff }, code: 'WIRE_TOO_LARGE' },
  ])('$name', ({ frame, code }) => expect(codeOf(() => frameToFlows(frame))).toBe(code));

  test('the borders are still good', () => {
    expect(frameToFlows(withInterval(0)).batch.length).toBe(1);
    expect(frameToFlows(withInterval(8_999_999_999)).batch.length).toBe(1);
    expect(frameToFlows(manyRows(MAX_FRAME_ROWS)).batch.length).toBe(MAX_FRAME_ROWS);
    expect(frameToFlows(manyRows(0)).batch.length).toBe(0);
  });
});

test('field ids are distinct, and columns lie widest first', () => {
  const ids = flowFieldNames.map((name) => flowFields[name].id);
  expect(new Set(ids).size).toBe(ids.length);
  const width = { f64: 8, address: 4, address16: 4, u32: 4, u16: 2, u8: 1 };
  const widths = flowFieldNames.map((name) => width[flowFields[name].type]);
  expect(widths).toEqual([...widths].sort((a, b) => b - a));
});
