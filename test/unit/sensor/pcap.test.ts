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

/** A file of one record whose header has these words. */
const oneRecord = (shape: PcapShape, ...words: readonly number[]) =>
  concatenate([pcapHeader(shape), ...words.map((word) => word32(word, shape.littleEndian ?? true)), hex('00')]);

test.for([
  { name: 'the last microsecond', nanoseconds: false, units: 999_999, found: 999_999_000 },
  { name: 'one second in microseconds', nanoseconds: false, units: 1_000_000, found: 100_000_000 },
  { name: 'two and a bit', nanoseconds: false, units: 2_105_376, found: 210_537_600 },
  { name: 'past 31 bits of nanoseconds', nanoseconds: false, units: 3_000_000, found: 129_496_729 },
  { name: 'past 32 bits of nanoseconds', nanoseconds: false, units: 5_000_000, found: 705_032_704 },
  { name: 'any 32 bits', nanoseconds: false, units: 0x2020_2020, found: 210_537_600 },
  { name: 'the largest', nanoseconds: false, units: 0xffff_ffff, found: 1_000 },
  { name: 'the last nanosecond', nanoseconds: true, units: 999_999_999, found: 999_999_999 },
  { name: 'one second in nanoseconds', nanoseconds: true, units: 1_000_000_000, found: 100_000_000 },
  { name: 'the largest in nanoseconds', nanoseconds: true, units: 0xffff_ffff, found: 1 },
])('a fraction of more than a second shows the digits that Wireshark shows: $name', ({ nanoseconds, units, found }) => {
  const { records } = readCapture(oneRecord({ nanoseconds }, 10, units, 1, 1));
  expect(records).toMatchObject([{ seconds: 10, nanoseconds: found }]);
});

describe('lengths', () => {
  test.for([
    { name: 'as most write them', version: [2, 4] as const, words: [1, 60], wire: 60 },
    { name: 'more captured than there was', version: [2, 4] as const, words: [1, 0], wire: 0 },
    { name: 'before 2.3 the other way round', version: [2, 2] as const, words: [60, 1], wire: 60 },
    { name: 'in 2.3 either way', version: [2, 3] as const, words: [60, 1], wire: 60 },
    { name: 'in 2.3 either way, again', version: [2, 3] as const, words: [1, 60], wire: 60 },
    { name: 'in 543.0 (DG/UX) the other way round', version: [543, 0] as const, words: [60, 1], wire: 60 },
    { name: 'of 2^31 on the wire', version: [2, 4] as const, words: [1, 0x8000_0000], wire: 0x7fff_ffff },
    { name: 'of 2^32 - 1 on the wire', version: [2, 4] as const, words: [1, 0xffff_ffff], wire: 0x7fff_ffff },
  ])('$name', ({ version, words, wire }) => {
    const found = readCapture(oneRecord({ version }, 10, 5, ...words));
    expect(found.damage).toBeNull();
    expect(found.records).toEqual([{ seconds: 10, nanoseconds: 5_000, packet: '00', wireLength: wire, linkType: 1 }]);
  });
});

test.for([
  { network: 6, linkType: 1, nanoseconds: 5 },
  { network: 9, linkType: 6, nanoseconds: 5 },
  { network: 24, linkType: 0, nanoseconds: 5 },
  { network: 1, linkType: 1, nanoseconds: 5_000 },
])('version 2.2 with interface type $network', ({ network, linkType, nanoseconds }) => {
  const found = readCapture(oneRecord({ version: [2, 2], linkType: network }, 10, 5, 1, 1));
  expect(found.records).toMatchObject([{ seconds: 10, nanoseconds, linkType }]);
});

test.for([0, 1, 262_145, 0xffff_ffff])('a snap length of %i limits nothing', (snapLength) => {
  const bytes = pcapFile(records);
  new DataView(bytes.buffer).setUint32(16, snapLength, true);
  expect(readCapture(bytes)).toEqual({ format: 'pcap', records: expected(1), damage: null });
});

test.for([0x0400_0001, 0x2000_0001, 0x5400_0001, 0xf000_0001, 0x0800_0001])(
  'a link type field of %i tells of frame check sequences too',
  (linkType) => expect(readCapture(pcapFile(records, { linkType })).records[0]!.linkType).toBe(1),
);

test.for([0x0001_0001, 0x0100_0001, 0x0200_0001, 0x03ff_0001])('reserved bits are refused: %i', (linkType) => {
  const found = readCapture(pcapFile(records, { linkType }));
  expect(found.records).toEqual([]);
  expect(found.damage).toContain('bits set that mean nothing yet');
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
      name: 'version 2.5',
      bytes: pcapFile(records, { version: [2, 5] }),
      records: 0,
      damage: 'pcap version 2.5',
    },
    {
      name: 'version 543.1 in big-endian',
      bytes: pcapFile(records, { version: [543, 1], littleEndian: false }),
      records: 0,
      damage: 'pcap version 543.1',
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
