import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTicks, tickScale } from '../../../sensor/capture/readers/pcapng-time.ts';
import { PcapngBlocks, readCapture } from '../../support/capture-bytes.ts';
import { concatenate, hex, word32 } from '../../support/hex.ts';

const little = new PcapngBlocks(true);
const big = new PcapngBlocks(false);
const MICROS = 1_700_000_000_123_456n;

const read = (...blocks: Uint8Array[]) => readCapture(concatenate(blocks));

describe.for([
  { name: 'little-endian', blocks: little },
  { name: 'big-endian', blocks: big },
])('$name', ({ blocks }) => {
  test('an enhanced packet has time, interface and both lengths', () => {
    const found = read(
      blocks.section(),
      blocks.interface({ linkType: 1 }),
      blocks.interface({ linkType: 101 }),
      blocks.enhanced({ packet: '0102030405', ticks: MICROS, interface: 1, wireLength: 1514 }),
    );
    expect(found).toEqual({
      format: 'pcapng',
      damage: null,
      records: [
        { seconds: 1_700_000_000, nanoseconds: 123_456_000, packet: '0102030405', wireLength: 1514, linkType: 101 },
      ],
    });
  });

  test('an obsolete packet has a 16-bit interface', () => {
    const found = read(
      blocks.section(),
      blocks.interface({ linkType: 113 }),
      blocks.obsolete({ packet: 'aabbcc', ticks: MICROS }),
    );
    expect(found.damage).toBeNull();
    expect(found.records).toEqual([
      { seconds: 1_700_000_000, nanoseconds: 123_456_000, packet: 'aabbcc', wireLength: 3, linkType: 113 },
    ]);
  });

  test('a simple packet has neither time nor captured length', () => {
    const found = read(
      blocks.section(),
      blocks.interface({ snapLength: 4 }),
      blocks.simple('0102030405060708', 1514),
      blocks.simple('0102', 2),
    );
    expect(found.damage).toBeNull();
    expect(found.records).toEqual([
      { seconds: Number.NaN, nanoseconds: 0, packet: '01020304', wireLength: 1514, linkType: 1 },
      { seconds: Number.NaN, nanoseconds: 0, packet: '0102', wireLength: 2, linkType: 1 },
    ]);
  });

  test('a simple packet without a snap length ends where its block does', () => {
    const found = read(blocks.section(), blocks.interface(), blocks.simple('01020304', 1514));
    expect(found.records).toMatchObject([{ packet: '01020304', wireLength: 1514 }]);
  });

  test('blocks of no interest are passed over, whatever their size', () => {
    const found = read(
      blocks.section(),
      blocks.block(0x0bad, new Uint8Array(3_000_000)),
      blocks.interface(),
      blocks.block(5, hex('0000000001020304')),
      blocks.enhanced({ packet: '01', ticks: MICROS }),
      blocks.block(0x4444, hex()),
      blocks.enhanced({ packet: '02', ticks: MICROS }),
      blocks.block(0x0bad, hex('01')),
    );
    expect(found.damage).toBeNull();
    expect(found.records.map(({ packet }) => packet)).toEqual(['01', '02']);
  });
});

describe('time', () => {
  const timeOf = (options: { resolution?: number; offsetSeconds?: bigint }, ticks: bigint) => {
    const { records } = read(little.section(), little.interface(options), little.enhanced({ packet: '00', ticks }));
    return [records[0]!.seconds, records[0]!.nanoseconds];
  };
  test.for([
    { name: 'microseconds where nothing is said', options: {}, ticks: MICROS, time: [1_700_000_000, 123_456_000] },
    { name: 'seconds', options: { resolution: 0 }, ticks: 1_700_000_000n, time: [1_700_000_000, 0] },
    { name: 'milliseconds', options: { resolution: 3 }, ticks: 1_700_000_000_999n, time: [1_700_000_000, 999_000_000] },
    {
      name: 'nanoseconds',
      options: { resolution: 9 },
      ticks: 1_700_000_000_123_456_789n,
      time: [1_700_000_000, 123_456_789],
    },
    {
      name: 'nanoseconds just before a second',
      options: { resolution: 9 },
      ticks: 1_699_999_999_999_999_999n,
      time: [1_699_999_999, 999_999_999],
    },
    {
      name: 'tenths of nanoseconds',
      options: { resolution: 10 },
      ticks: 17_000_000_001_234_567_899n,
      time: [1_700_000_000, 123_456_789],
    },
    { name: 'picoseconds', options: { resolution: 12 }, ticks: 3_000_000_000_999n, time: [3, 0] },
    { name: '10^-28, which still can show', options: { resolution: 28 }, ticks: 2n ** 64n - 1n, time: [0, 1] },
    { name: 'as fine as decimals go', options: { resolution: 127 }, ticks: 2n ** 64n - 1n, time: [0, 0] },
    { name: 'halves', options: { resolution: 0x81 }, ticks: 7n, time: [3, 500_000_000] },
    {
      name: 'NTP-like 2^-10',
      options: { resolution: 0x8a },
      ticks: 1_700_000_000n * 1024n + 256n,
      time: [1_700_000_000, 250_000_000],
    },
    {
      name: '2^-23, the finest in doubles',
      options: { resolution: 0x97 },
      ticks: (1_700_000_000n << 23n) + 1n,
      time: [1_700_000_000, 119],
    },
    {
      name: '2^-24, the first beyond',
      options: { resolution: 0x98 },
      ticks: (1_700_000_000n << 24n) + 1n,
      time: [1_700_000_000, 59],
    },
    {
      name: '2^-32',
      options: { resolution: 0xa0 },
      ticks: (1_700_000_000n << 32n) + 0x8000_0000n,
      time: [1_700_000_000, 500_000_000],
    },
    { name: '2^-63', options: { resolution: 0xbf }, ticks: 3n << 62n, time: [1, 500_000_000] },
    { name: '2^-127', options: { resolution: 0xff }, ticks: 2n ** 64n - 1n, time: [0, 0] },
    {
      name: 'the largest count of microseconds',
      options: {},
      ticks: 2n ** 64n - 1n,
      time: [18_446_744_073_709, 551_615_000],
    },
    {
      name: 'an offset',
      options: { offsetSeconds: 1_000_000_000n },
      ticks: 700_000_000_500_000n,
      time: [1_700_000_000, 500_000_000],
    },
    {
      name: 'a negative offset',
      options: { offsetSeconds: -3_600n },
      ticks: MICROS,
      time: [1_699_996_400, 123_456_000],
    },
    { name: 'offset and resolution', options: { resolution: 9, offsetSeconds: 5n }, ticks: 1n, time: [5, 1] },
  ])('$name', ({ options, ticks, time }) => expect(timeOf(options, ticks)).toEqual(time));
});

test('time is exact to the nanosecond at any resolution', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (resolution, ticks) => {
      const unitsPerSecond = resolution < 128 ? 10n ** BigInt(resolution) : 2n ** BigInt(resolution - 128);
      const time = { seconds: 0, nanoseconds: 0 };
      readTicks(Number(ticks >> 32n), Number(ticks & 0xffffffffn), tickScale(resolution), time);
      expect(time).toEqual({
        seconds: Number(ticks / unitsPerSecond),
        nanoseconds: Number(((ticks % unitsPerSecond) * 1_000_000_000n) / unitsPerSecond),
      });
    }),
    { numRuns: 5_000 },
  );
});

describe('sections and interfaces', () => {
  test('each section has its own byte order and its own interfaces', () => {
    const found = read(
      little.section(),
      little.interface({ linkType: 1 }),
      little.interface({ linkType: 113, resolution: 9 }),
      little.enhanced({ packet: '01', ticks: 5_000_000_000n, interface: 1 }),
      big.section(),
      big.interface({ linkType: 101 }),
      big.enhanced({ packet: '02', ticks: 6_000_000n }),
      little.section(),
      little.interface({ linkType: 276 }),
      little.enhanced({ packet: '03', ticks: 7_000_000n }),
    );
    expect(found.damage).toBeNull();
    expect(found.records.map(({ packet, linkType, seconds }) => [packet, linkType, seconds])).toEqual([
      ['01', 113, 5],
      ['02', 101, 6],
      ['03', 276, 7],
    ]);
  });

  test.for([0n, 4n, 1n << 40n, -2n])('a section that says it is %i bytes long is read on', (sectionBytes) => {
    const section = little.section();
    new DataView(section.buffer).setBigInt64(16, sectionBytes, true);
    const found = read(
      section,
      little.interface(),
      little.enhanced({ packet: '01' }),
      little.enhanced({ packet: '02' }),
    );
    expect(found.damage).toBeNull();
    expect(found.records).toHaveLength(2);
  });

  test.for([
    { version: [1, 2], known: true },
    { version: [1, 1], known: false },
    { version: [0, 0], known: false },
    { version: [2, 0], known: false },
  ] as const)('version $version', ({ version: [major, minor], known }) => {
    const section = big.section();
    const view = new DataView(section.buffer);
    view.setUint16(12, major);
    view.setUint16(14, minor);
    const found = read(
      little.section(),
      little.interface(),
      little.enhanced({ packet: '01' }),
      section,
      big.interface(),
    );
    expect(found.records).toHaveLength(1);
    if (known) expect(found.damage).toBeNull();
    else expect(found.damage).toContain(`pcapng version ${major}.${minor}, which is unknown`);
  });

  test('an interface of the section before is none of this one', () => {
    const found = read(
      little.section(),
      little.interface(),
      little.interface(),
      little.section(),
      little.interface(),
      little.enhanced({ packet: '01', interface: 1 }),
    );
    expect(found.records).toEqual([]);
    expect(found.damage).toContain('a packet names interface 1, which the section does not have');
  });
});

describe('damage', () => {
  const start = [little.section(), little.interface()];
  const one = little.enhanced({ packet: '01020304', ticks: MICROS });
  /** A block whose length fields say `length`. */
  const claims = (type: number, length: number) =>
    concatenate([word32(type, true), word32(length, true), new Uint8Array(24), word32(length, true)]);
  const body = (bytes: number) => new Uint8Array(bytes);
  const noMagic = little.section();
  noMagic.fill(0, 8, 12);

  test.for([
    { name: 'no byte-order magic', blocks: [noMagic], records: 0, damage: 'no byte-order magic' },
    { name: 'a packet before any interface', blocks: [little.section(), one], records: 0, damage: 'names interface 0' },
    {
      name: 'a simple packet before any interface',
      blocks: [little.section(), little.simple('01')],
      records: 0,
      damage: 'names interface 0',
    },
    {
      name: 'an interface that is not there',
      blocks: [...start, one, little.enhanced({ packet: '01', interface: 1 })],
      records: 1,
      damage: 'names interface 1',
    },
    {
      name: 'a trailer that differs',
      blocks: [...start, one, little.block(6, body(24), 40), one],
      records: 1,
      damage: 'two lengths differ (36 and 40)',
    },
    {
      name: 'a trailer that differs, of a block of no interest',
      blocks: [...start, one, little.block(99, body(24), 40), one],
      records: 1,
      damage: 'two lengths differ (36 and 40)',
    },
    {
      name: 'a section header that is too short',
      blocks: [...start, one, little.block(0x0a0d0d0a, hex('4d3c2b1a')), one],
      records: 1,
      damage: 'a section header of 16 bytes cannot be',
    },
    {
      name: 'a block shorter than any',
      blocks: [...start, one, claims(6, 8)],
      records: 1,
      damage: 'a block of 8 bytes cannot be',
    },
    {
      name: 'a block of no length',
      blocks: [...start, one, claims(99, 0)],
      records: 1,
      damage: 'a block of 0 bytes cannot be',
    },
    {
      name: 'a length that is no multiple of four',
      blocks: [...start, one, claims(6, 34)],
      records: 1,
      damage: 'a block of 34 bytes cannot be',
    },
    {
      name: 'a packet block of 2 GiB',
      blocks: [...start, one, claims(6, 0x8000_0000)],
      records: 1,
      damage: 'longer than the longest packet',
    },
    {
      name: 'an interface block that is too short',
      blocks: [little.section(), little.block(1, body(4))],
      records: 0,
      damage: 'an interface block is too short',
    },
    {
      name: 'a packet block that is too short',
      blocks: [...start, little.block(6, body(16))],
      records: 0,
      damage: 'a packet block is too short',
    },
    {
      name: 'a simple packet block that is too short',
      blocks: [...start, little.block(3, body(0))],
      records: 0,
      damage: 'a packet block is too short',
    },
    {
      name: 'a captured length larger than the block',
      blocks: [...start, one, little.enhanced({ packet: '01020304', capturedLength: 5 })],
      records: 1,
      damage: 'claims 5 bytes in a block with room for 4',
    },
    {
      name: 'a captured length of 4 GiB',
      blocks: [...start, little.enhanced({ packet: '01', capturedLength: 0xffff_ffff })],
      records: 0,
      damage: 'claims 4294967295 bytes in a block with room for 4',
    },
    {
      name: 'a packet longer than any',
      blocks: [...start, little.enhanced({ packet: '00'.repeat(262_145) })],
      records: 0,
      damage: 'claims 262145 captured bytes',
    },
    {
      name: 'a packet cut off',
      blocks: [...start, one, one.subarray(0, -1)],
      records: 1,
      damage: 'breaks off after packet 1',
    },
    {
      name: 'a block header cut off',
      blocks: [...start, one, one.subarray(0, 11)],
      records: 1,
      damage: 'breaks off after packet 1',
    },
    {
      name: 'a block of no interest cut off',
      blocks: [...start, one, claims(99, 4_000_000_000)],
      records: 1,
      damage: 'breaks off after packet 1',
    },
    {
      name: 'a section header cut off',
      blocks: [little.section().subarray(0, 11)],
      records: 0,
      damage: 'breaks off after packet 0',
    },
  ])('$name', ({ blocks, records, damage }) => {
    const whole = read(...blocks);
    expect(whole.records).toHaveLength(records);
    expect(whole.damage).toContain(damage);
    expect(whole.damage).toContain(`after packet ${records}`);
    expect(readCapture(concatenate(blocks), 1)).toEqual(whole);
  });

  test('options that run past their block are not read', () => {
    // if_tsresol of 250 bytes in a block that ends after four.
    const interfaceBlock = little.block(1, concatenate([hex('0100 0000 00000000'), hex('0900 fa00 09000000')]));
    const found = read(little.section(), interfaceBlock, little.enhanced({ packet: '01', ticks: MICROS }));
    expect(found.damage).toBeNull();
    expect(found.records[0]!.nanoseconds).toBe(123_456_000);
  });

  test('options after the end of options are not read', () => {
    const interfaceBlock = little.block(
      1,
      concatenate([hex('0100 0000 00000000'), hex('0000 0000 0900 0100 09000000')]),
    );
    const found = read(little.section(), interfaceBlock, little.enhanced({ packet: '01', ticks: MICROS }));
    expect(found.records[0]!.seconds).toBe(1_700_000_000);
  });
});

test('chunks of any size give what the whole gives', () => {
  const bytes = concatenate([
    little.section(),
    little.interface({ resolution: 9 }),
    little.block(0x0bad, new Uint8Array(500)),
    ...[1, 2, 3].map((i) => little.enhanced({ packet: '0102030405'.repeat(i), ticks: BigInt(i) * 1_500_000_000n })),
    big.section(),
    big.interface({ linkType: 101 }),
    big.simple('0102'),
    big.obsolete({ packet: '45', ticks: MICROS }),
    big.block(5, hex('0102')),
  ]);
  const whole = readCapture(bytes);
  expect(whole.records).toHaveLength(5);
  expect(whole.damage).toBeNull();
  for (const chunkBytes of [1, 2, 3, 5, 11, 12, 13, 64, 200]) {
    expect(readCapture(bytes, chunkBytes), `${chunkBytes} bytes`).toEqual(whole);
    expect(readCapture(bytes, chunkBytes, 2), `${chunkBytes} bytes, two rows`).toEqual(whole);
  }
});
