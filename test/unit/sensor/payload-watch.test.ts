import { expect, test } from 'vitest';
import { Decoder } from '../../../sensor/decode/decoder.ts';
import { sha256Begin } from '../../../sensor/output/digest.ts';
import { PayloadWatch } from '../../../sensor/payload/payload-watch.ts';
import { createPacketBatch } from '../../../shared/packet-batch.ts';
import { decodeFrame, encodeFrame } from '../../../shared/wire/frame.ts';
import {
  countSources,
  frameToPayloads,
  MAX_PAYLOAD_ROWS,
  MAX_SOURCES,
  type PayloadBatch,
  payloadsToFrame,
  SOURCE_REGISTERS,
} from '../../../shared/wire/payloads.ts';
import { datagrams } from '../../support/datagrams.ts';

const sum = (values: Iterable<number>) => [...values].reduce((all, value) => all + value, 0);

/** All rows as a server reads them. */
function watchOf(options: { capacity: number; canWait: boolean; keepBytes?: number }) {
  const frames: PayloadBatch[] = [];
  const watch = new PayloadWatch({
    keepBytes: 128,
    seed: [1, 2],
    digest: sha256Begin,
    ...options,
    onRows: (rows) => frames.push(frameToPayloads(decodeFrame(encodeFrame(payloadsToFrame(rows, 1, 1))))),
  });
  const decoder = new Decoder({ checksums: false });
  const add = (packets: Parameters<typeof datagrams>[0]) => {
    const records = datagrams(packets);
    const [ipv4, ipv6] = [createPacketBatch(4, packets.length), createPacketBatch(6, packets.length)];
    decoder.decode(records, ipv4, ipv6);
    watch.add(records, ipv4, ipv6);
  };
  return { watch, frames, add };
}

const numbered = (count: number, text = '', from = 0) =>
  Array.from({ length: count }, (_, at) => ({ source: at + 1, payload: `${text}${from + at}` }));

test('a source that waits empties a full table: every packet is in a row', () => {
  const { watch, frames, add } = watchOf({ capacity: 64, canWait: true });
  add(numbered(500));
  watch.flush();
  expect(sum(frames.flatMap(({ packets }) => [...packets]))).toBe(500);
  expect(watch.report()).toEqual({
    packets: 500,
    packetsSent: 500,
    packetsHeld: 0,
    packetsNotKept: 0,
    rowsSent: 500,
  });
});

test('one that cannot wait leaves out what is new to a full table, and counts it', () => {
  const { watch, frames, add } = watchOf({ capacity: 64, canWait: false });
  add(numbered(500));
  add(numbered(10));
  expect(watch.report()).toEqual({ packets: 510, packetsSent: 0, packetsHeld: 58, packetsNotKept: 452, rowsSent: 0 });
  watch.flush();
  expect(watch.report()).toMatchObject({ packetsSent: 58, packetsHeld: 0, packetsNotKept: 452, rowsSent: 48 });
  expect(sum(frames.flatMap(({ packets }) => [...packets]))).toBe(58);
});

test('frames have a limit of rows, and one of bytes', () => {
  const { watch, frames, add } = watchOf({ capacity: 4_096, canWait: false });
  add(numbered(2_500));
  watch.flush();
  expect(frames.map(({ length }) => length)).toEqual([
    MAX_PAYLOAD_ROWS,
    MAX_PAYLOAD_ROWS,
    2_500 - 2 * MAX_PAYLOAD_ROWS,
  ]);
  const large = watchOf({ capacity: 4_096, canWait: false, keepBytes: 1_024 });
  large.add(numbered(2_000, `wget ${'x'.repeat(1_200)}`));
  large.watch.flush();
  const bytes = large.frames.map((frame) => frame.bytes.length);
  expect(sum(bytes)).toBeGreaterThan(2_000 * 1_200);
  expect(Math.max(...bytes)).toBeLessThan(1.1 * 2 ** 20);
});

test('who sent it first, and about how many there were', () => {
  const { watch, frames, add } = watchOf({ capacity: 64, canWait: false });
  add([
    { source: 7, payload: 'a' },
    { source: 7, payload: 'a' },
    { source: 9, payload: 'a' },
  ]);
  add(Array.from({ length: 900 }, (_, at) => ({ source: at, payload: 'b' })));
  watch.flush();
  const [{ sources, sourceCount, sketches }] = frames as [PayloadBatch];
  expect([...sourceCount]).toEqual([2, MAX_SOURCES + 1]);
  expect([...sources.subarray(0, 16)]).toEqual([
    0,
    0,
    0xffff,
    0x0a000007,
    0,
    0,
    0xffff,
    0x0a000009,
    ...Array(8).fill(0),
  ]);
  expect([3, 7, 11, 15].map((word) => sources[MAX_SOURCES * 4 + word])).toEqual([
    0x0a000000, 0x0a000001, 0x0a000002, 0x0a000003,
  ]);
  expect(countSources(sketches.subarray(0, SOURCE_REGISTERS))).toBe(2);
  // Three standard errors.
  const estimate = countSources(sketches.subarray(SOURCE_REGISTERS, 2 * SOURCE_REGISTERS));
  expect(Math.abs(estimate - 900)).toBeLessThan((900 * 3 * 1.04) / 16);
  // The next rows begin anew.
  add([{ source: 3, payload: 'b' }]);
  watch.flush();
  const next = frames.at(-1)!;
  expect([...next.sourceCount]).toEqual([1]);
  expect([...next.sources]).toEqual([0, 0, 0xffff, 0x0a000003, ...Array(12).fill(0)]);
});

test('0 bytes: nothing is looked at', () => {
  const { watch, frames, add } = watchOf({ capacity: 64, canWait: true, keepBytes: 0 });
  add(numbered(10));
  watch.flush();
  expect(frames).toEqual([]);
  expect(watch.report().packets).toBe(0);
});
