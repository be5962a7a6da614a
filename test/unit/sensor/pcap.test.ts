import { describe, expect, test } from 'vitest';
import { type PcapShape, pcapFile, pcapHeader, pcapRecord, readCapture } from '../../support/capture-bytes.ts';
import { concatenate, hex, word32 } from '../../support/hex.ts';

const records = [
  { seconds: 1_700_000_000, nanoseconds: 123_456_000, packet: '0102030405', wireLength: 1514 },
  { seconds: 0xffff_ffff, nanoseconds: 999_999_000, packet: '', wireLength: 60 },
  { seconds: 0, nanoseconds: 0, packet: 'ff'.repeat(600) },
];
const expected = (linkType: number) =>
  records.map((record) => ({ ...record, wireLength: record.wireLength ?? 600, linkType }));

const shapes = [false, true].flatMap((littleEndian): (PcapShape & { name: string })[] => {
  const order = littleEndian ? 'little-endian' : 'big-endian';
  return [
    { name: `microseconds, ${order}`, littleEndian },
    { name: `nanoseconds, ${order}`, littleEndian, nanoseconds: true },
    { name: `modified, ${order}`, littleEndian, modified: true },
  ];
});

describe.for(shapes)('$name', (shape) => {
  test('gives every record', () => {
    const found = readCapture(pcapFile(records, { ...shape, linkType: 101 }));
    expect(found).toEqual({ format: 'pcap', records: expected(101), damage: null });
  });

  test.for([1, 7, 40])('in chunks of %i bytes too', (chunkBytes) => {
    const found = readCapture(pcapFile(records, shape), chunkBytes);
    expect(found).toEqual({ format: 'pcap', records: expected(1), damage: null });
  });
});

test('nanoseconds are kept', () => {
  const record = { seconds: 1, nanoseconds: 987_654_321, packet: '00' };
  expect(readCapture(pcapFile([record], { nanoseconds: true })).records[0]).toMatchObject(record);
});

test('a file of a header alone is empty, and whole', () => {
  expect(readCapture(pcapHeader())).toEqual({ format: 'pcap', records: [], damage: null });
});

test('more records than a batch holds', () => {
  const many = Array.from({ length: 25 }, (_, i) => ({ seconds: i, nanoseconds: 0, packet: '0a0b' }));
  const found = readCapture(pcapFile(many), undefined, 10);
  expect(found.records.map(({ seconds }) => seconds)).toEqual(many.map(({ seconds }) => seconds));
});

test('packets that are larger than a chunk move the bytes that wait, and stay whole', () => {
  const many = Array.from({ length: 40 }, (_, i) => ({
    seconds: i,
    nanoseconds: 0,
    packet: i.toString(16).padStart(2, '0').repeat(60_000),
  }));
  const found = readCapture(pcapFile(many), 50_000);
  expect(found.damage).toBeNull();
  expect(found.records.every(({ packet }, i) => packet === many[i]!.packet)).toBe(true);
});

test.for([
  { name: 'microseconds', nanoseconds: false, units: 2_500_000, second: 12, left: 500_000_000 },
  { name: 'one second in microseconds', nanoseconds: false, units: 1_000_000, second: 11, left: 0 },
  { name: 'nanoseconds', nanoseconds: true, units: 4_294_967_295, second: 14, left: 294_967_295 },
])('a fraction of more than a second is carried: $name', ({ nanoseconds, units, second, left }) => {
  const packet = hex('00');
  const bytes = concatenate([
    pcapHeader({ nanoseconds }),
    word32(10, true),
    word32(units, true),
    word32(packet.length, true),
    word32(packet.length, true),
    packet,
  ]);
  expect(readCapture(bytes).records).toMatchObject([{ seconds: second, nanoseconds: left }]);
});

test('what the upper half of the link type says is not the link type', () => {
  expect(readCapture(pcapFile(records, { linkType: 0x5400_0001 })).records[0]!.linkType).toBe(1);
});

describe('damage', () => {
  const good = pcapRecord(records[0]!);
  const tooLong = concatenate([word32(1, true), word32(0, true), word32(262_145, true), word32(60, true)]);
  test.for([
    { name: 'nothing', bytes: hex(), records: 0, damage: 'the file is empty' },
    { name: 'three bytes', bytes: pcapHeader().subarray(0, 3), records: 0, damage: 'shorter than any header' },
    { name: 'text', bytes: new TextEncoder().encode('hello, world'), records: 0, damage: 'this is no capture file' },
    { name: 'half a header', bytes: pcapHeader().subarray(0, 23), records: 0, damage: '23 of 24 bytes' },
    { name: 'version 1', bytes: pcapFile(records, { version: [1, 4] }), records: 0, damage: 'pcap version 1.4' },
    {
      name: 'version 543 in big-endian',
      bytes: pcapFile(records, { version: [543, 0], littleEndian: false }),
      records: 0,
      damage: 'pcap version 543.0',
    },
    {
      name: 'a record header cut off',
      bytes: concatenate([pcapHeader(), good, good.subarray(0, 15)]),
      records: 1,
      damage: 'breaks off within packet 2; the 1 before it were read',
    },
    {
      name: 'a packet cut off',
      bytes: concatenate([pcapHeader(), good, good, good.subarray(0, -1)]),
      records: 2,
      damage: 'breaks off within packet 3; the 2 before it were read',
    },
    {
      name: 'a captured length of more than any packet',
      bytes: concatenate([pcapHeader(), good, tooLong, good]),
      records: 1,
      damage: 'packet 2 claims 262145 captured bytes',
    },
    {
      name: 'a captured length of 4 GiB',
      bytes: concatenate([pcapHeader(), good, new Uint8Array(16).fill(255), good]),
      records: 1,
      damage: 'packet 2 claims 4294967295 captured bytes',
    },
  ])('$name', ({ bytes, records: count, damage }) => {
    const whole = readCapture(bytes);
    expect(whole.records).toHaveLength(count);
    expect(whole.damage).toContain(damage);
    expect(readCapture(bytes, 1)).toEqual(whole);
  });

  test('the longest packet is none', () => {
    const found = readCapture(pcapFile([{ seconds: 1, nanoseconds: 0, packet: '00'.repeat(262_144) }]));
    expect(found.damage).toBeNull();
    expect(found.records).toHaveLength(1);
  });

  test('nothing is read after it', () => {
    const bytes = concatenate([pcapHeader(), tooLong, pcapRecord(records[0]!)]);
    expect(readCapture(bytes, 5).records).toEqual([]);
  });
});
