/** Frames of packets: what goes in comes out, and what no sensor sends is refused. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFrame, encodeFrame, type Frame, FrameKind, WireType } from '../../../shared/wire/frame.ts';
import { frameToPackets, MAX_PACKET_ROWS, packetsToFrame } from '../../../shared/wire/packets.ts';
import { hex } from '../../support/hex.ts';
import { rawPackets } from '../../support/raw-packets.ts';

const packet = { seconds: 1_700_000_000, nanoseconds: 7, linkType: 1, originalLength: 60, bytes: hex('0102 0304') };
const batch = rawPackets([packet, { ...packet, bytes: hex('05'), linkType: 101 }]);
const frame = packetsToFrame(batch, 9, 4);

test('whatever the packets, they come out as they went in', () => {
  const any = fc.record({
    seconds: fc.nat({ max: 9_000_000_000 }),
    nanoseconds: fc.nat({ max: 999_999_999 }),
    linkType: fc.nat({ max: 65_535 }),
    originalLength: fc.nat({ max: 0xffffffff }),
    bytes: fc.uint8Array({ maxLength: 60 }),
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 20 }), (packets) => {
      const sent = rawPackets(packets);
      const { epoch, sequence, ...read } = decodeFrame(encodeFrame(packetsToFrame(sent, 9, 4)));
      expect([epoch, sequence, read.kind]).toEqual([9, 4, FrameKind.packets]);
      expect(frameToPackets({ epoch, sequence, ...read })).toEqual(sent);
    }),
  );
});

const without = (field: number): Frame => ({ ...frame, columns: frame.columns.filter((each) => each.field !== field) });
const changed = (field: number, data: Float64Array | Uint32Array | Uint8Array): Frame => ({
  ...frame,
  columns: frame.columns.map((each) => (each.field === field ? { ...each, data } : each)),
});

test.for([
  { name: 'another kind', bad: { ...frame, kind: FrameKind.payloads }, code: 'WIRE_BAD_MESSAGE' },
  { name: 'too many rows', bad: { ...frame, rows: MAX_PACKET_ROWS + 1 }, code: 'WIRE_TOO_LARGE' },
  ...[1, 2, 3, 4, 5, 6].map((field) => ({ name: `no column ${field}`, bad: without(field), code: 'WIRE_BAD_COLUMN' })),
  { name: 'no time', bad: changed(1, Float64Array.of(Number.NaN, 1)), code: 'WIRE_BAD_COLUMN' },
  { name: 'half a second', bad: changed(1, Float64Array.of(0.5, 1)), code: 'WIRE_BAD_COLUMN' },
  { name: 'a time to come', bad: changed(1, Float64Array.of(1e12, 1)), code: 'WIRE_BAD_COLUMN' },
  { name: 'more than a second', bad: changed(2, Uint32Array.of(1e9, 0)), code: 'WIRE_BAD_COLUMN' },
  { name: 'lengths that are lies', bad: changed(4, Uint32Array.of(4, 2)), code: 'WIRE_BAD_COLUMN' },
  { name: 'bytes that are missing', bad: changed(6, hex('0102')), code: 'WIRE_BAD_COLUMN' },
])('$name', ({ bad, code }) => {
  expect(() => frameToPackets(bad)).toThrow(expect.objectContaining({ code }));
});

test('the types of columns are those of the page of the wire format', () => {
  expect(frame.columns.map(({ field, type }) => [field, type])).toEqual([
    [1, WireType.f64],
    [2, WireType.u32],
    [3, WireType.u32],
    [4, WireType.u32],
    [5, WireType.u16],
    [6, WireType.utf8],
  ]);
});
