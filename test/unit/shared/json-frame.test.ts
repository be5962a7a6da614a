import { expect, test } from 'vitest';
import { decodeFrame, encodeFrame, type FrameColumn, FrameKind, WireType } from '../../../shared/wire/frame.ts';
import { decodeJsonFrame, encodeAcknowledge, encodeJsonFrame } from '../../../shared/wire/json-frame.ts';
import { codeOf } from '../../support/errors.ts';
import { hex } from '../../support/hex.ts';

test('a message comes back as it was', () => {
  const message = { name: '暗闇 \u0000', count: 2 ** 53 - 1, none: null, list: [{ deep: [true] }] };
  const frame = decodeFrame(encodeJsonFrame(FrameKind.hello, message, 5, 9));
  expect(frame).toMatchObject({ kind: FrameKind.hello, epoch: 5, sequence: 9 });
  expect(decodeJsonFrame(frame)).toEqual(message);
});

test('an acknowledgement is epoch and sequence', () => {
  expect(decodeFrame(encodeAcknowledge(0xffffffff, 12))).toEqual({
    kind: FrameKind.acknowledge,
    flags: 0,
    epoch: 0xffffffff,
    sequence: 12,
    rows: 0,
    columns: [],
  });
});

const text = (data: Uint8Array, field = 65535): FrameColumn => ({ field, type: WireType.utf8, data });
test.for([
  { name: 'without a column', columns: [] },
  { name: 'in a column of another number', columns: [text(hex('7b7d'), 1)] },
  { name: 'in a column of another type', columns: [{ ...text(hex('7b')), type: WireType.u8 }] },
  { name: 'of no text', columns: [text(hex())] },
  { name: 'that breaks off', columns: [text(hex('7b22'))] },
  { name: 'with bytes that are no UTF-8', columns: [text(hex('22 ff fe 22'))] },
])('a message $name is none', ({ columns }) => {
  const bytes = encodeFrame({ kind: FrameKind.hello, flags: 0, epoch: 0, sequence: 0, rows: 1, columns });
  expect(codeOf(() => decodeJsonFrame(decodeFrame(bytes)))).toBe('WIRE_BAD_MESSAGE');
});
