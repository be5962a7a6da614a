import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { CaptureFile } from '../../../sensor/capture/capture-file.ts';
import { CaptureError } from '../../../sensor/capture/capture-source.ts';
import { AnyCaptureReader } from '../../../sensor/capture/readers/index.ts';
import { createRecordBatch } from '../../../shared/packet-batch.ts';
import { erfRecord, PcapngBlocks, pcapFile, readCapture } from '../../support/capture-bytes.ts';
import { testFolder } from '../../support/folders.ts';
import { concatenate, hex, word32 } from '../../support/hex.ts';
import { zstdFrame } from '../../support/zstd-bytes.ts';

const records = Array.from({ length: 5 }, (_, i) => ({
  seconds: 1_700_000_000 + i,
  nanoseconds: 123_456_000,
  packet: '4500002800010000400600000a0000010a000002'.slice(0, 30 + i * 2),
}));

function pcapng(littleEndian: boolean): Uint8Array {
  const blocks = new PcapngBlocks(littleEndian);
  const other = new PcapngBlocks(!littleEndian);
  return concatenate([
    blocks.section(),
    blocks.interface({ resolution: 9, offsetSeconds: 1n, snapLength: 9 }),
    blocks.enhanced({ packet: '4500001400', ticks: 1_700_000_000_000_000_000n }),
    blocks.simple('450000', 20),
    blocks.block(5, hex('0000000001020304')),
    other.section(),
    other.interface({ linkType: 101 }),
    other.interface({ linkType: 113, resolution: 0xa0 }),
    other.obsolete({ packet: '45000014', ticks: 5n, interface: 1 }),
    other.block(0xbad, hex('010203')),
    other.enhanced({ packet: '45', ticks: 7n }),
  ]);
}

const samples = [
  { name: 'pcap', bytes: pcapFile(records) },
  { name: 'pcap, big-endian nanoseconds', bytes: pcapFile(records, { littleEndian: false, nanoseconds: true }) },
  { name: 'pcap, modified', bytes: pcapFile(records, { modified: true }) },
  { name: 'pcap 2.2', bytes: pcapFile(records, { version: [2, 2] }) },
  { name: 'pcapng', bytes: pcapng(true) },
  { name: 'pcapng, big-endian first', bytes: pcapng(false) },
  {
    name: 'ERF',
    bytes: concatenate([
      erfRecord({ type: 0x82, seconds: 1_700_000_000, headers: '0102030405060708 0000', packet: '45000014' }),
      erfRecord({ type: 22, seconds: 1_700_000_001, packet: '4500001400' }),
      erfRecord({ type: 1, seconds: 1_700_000_002, packet: 'ff030021' }),
    ]),
  },
];

/** The same numbers every time (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Reads chunk by chunk; every record must lie in what has arrived. Gives the number of records. */
function readAndCheck(bytes: Uint8Array, chunkBytes: number): number {
  const reader = new AnyCaptureReader();
  const batch = createRecordBatch(3);
  let count = 0;
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    reader.push(bytes.subarray(at, at + chunkBytes));
    for (batch.length = 0; reader.read(batch) > 0; batch.length = 0) {
      if (batch.bytes !== reader.window.bytes || batch.view.buffer !== batch.bytes.buffer) throw new Error('old bytes');
      for (let row = 0; row < batch.length; row++) {
        const end = batch.offset[row]! + batch.capturedLength[row]!;
        if (end > reader.window.end) throw new Error(`record ${count + row} ends behind what has come`);
        if (batch.nanoseconds[row]! >= 1e9) throw new Error(`record ${count + row} has more than a second`);
      }
      count += batch.length;
    }
  }
  const damage = reader.end();
  if (damage !== null && damage.length < 10) throw new Error('no sentence');
  return count;
}

describe.for(samples)('$name', ({ bytes }) => {
  test('cut at every byte gives what came before, and says so', () => {
    const whole = readCapture(bytes);
    expect(whole.damage).toBeNull();
    const ends = new Set<number>();
    for (let length = 0; length < bytes.length; length++) {
      const found = readCapture(bytes.subarray(0, length), 7);
      expect(found.records).toEqual(whole.records.slice(0, found.records.length));
      if (found.damage === null) ends.add(length);
    }
    // Whole without the rest are a file header and each record, or each block; in ERF, records alone.
    expect(ends.size).toBeGreaterThanOrEqual(whole.records.length - 1);
    expect(ends.size).toBeLessThanOrEqual(12);
  });

  test('with one byte changed', () => {
    const next = random(1);
    for (let round = 0; round < 1_500; round++) {
      const changed = bytes.slice();
      changed[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
      readAndCheck(changed, 1 + Math.floor(next() * bytes.length));
    }
  });

  test('with a word changed to one that hurts', () => {
    for (const value of [0, 1, 3, 4, 12, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffc, 262_144, 262_145]) {
      for (let at = 0; at + 4 <= bytes.length; at += 2) {
        for (const little of [true, false]) {
          const changed = bytes.slice();
          changed.set(word32(value, little), at);
          readAndCheck(changed, bytes.length);
        }
      }
    }
  });
});

test('compressed captures with bytes changed, or cut: an error of ours, or a sentence', async () => {
  const folder = await testFolder();
  const path = join(folder, 'capture');
  const next = random(2);
  const compressed = [gzipSync(samples[0]!.bytes), zstdFrame(samples[4]!.bytes)].map((bytes) => new Uint8Array(bytes));
  for (let round = 0; round < 600; round++) {
    const original = compressed[round % 2]!;
    const changed = original.slice(0, round % 5 === 0 ? Math.floor(next() * original.length) : original.length);
    if (changed.length > 0) changed[Math.floor(next() * changed.length)] = Math.floor(next() * 256);
    await writeFile(path, changed);
    const file = new CaptureFile(path);
    try {
      await file.open();
      for (let batch = await file.next(); batch !== null; batch = await file.next());
      if (file.format === null) expect(file.damage).not.toBeNull();
    } catch (error) {
      expect(error).toBeInstanceOf(CaptureError);
    } finally {
      await file.close();
    }
  }
});

describe('costs what its size is', () => {
  const little = new PcapngBlocks(true);
  /** `part` over and over, in chunks, after `head`: the seconds it took, and the bytes that the reader held at most. */
  function measure(head: Uint8Array, part: Uint8Array, megabytes: number) {
    const chunk = concatenate(Array.from({ length: Math.ceil((1 << 20) / part.length) }, () => part));
    const reader = new AnyCaptureReader();
    const batch = createRecordBatch();
    const start = performance.now();
    reader.push(head);
    for (let read = 0; read < megabytes << 20; read += chunk.length) {
      reader.push(chunk);
      for (batch.length = 0; reader.read(batch) > 0; batch.length = 0);
    }
    return { seconds: (performance.now() - start) / 1000, held: reader.window.bytes.length, damage: reader.damage };
  }

  test.for([
    { name: 'records without bytes', head: pcapFile([]), part: new Uint8Array(16), megabytes: 32 },
    { name: 'the smallest blocks', head: little.section(), part: little.block(9, hex()), megabytes: 32 },
    { name: 'sections', head: hex(), part: little.section(), megabytes: 32 },
    {
      name: 'one block of 4 GiB',
      head: concatenate([little.section(), word32(9, true), word32(0xfffffffc, true)]),
      part: new Uint8Array(1024),
      megabytes: 128,
    },
    {
      name: 'a packet block that never ends',
      head: concatenate([little.section(), little.interface(), word32(6, true), word32(1_300_000, true)]),
      part: new Uint8Array(1024),
      megabytes: 128,
    },
    { name: 'interfaces', head: little.section(), part: little.interface({ resolution: 127 }), megabytes: 8 },
    {
      name: 'times in BigInt',
      head: concatenate([little.section(), little.interface({ resolution: 28 })]),
      part: little.enhanced({ packet: '45', ticks: 2n ** 64n - 1n }),
      megabytes: 8,
    },
  ])('$name', ({ head, part, megabytes }) => {
    const { seconds, held } = measure(head, part, megabytes);
    expect(held).toBeLessThanOrEqual(4 << 20);
    // Two hundred times what it takes here, and far from what anything quadratic takes.
    expect(seconds).toBeLessThan(20);
  });

  test('interfaces end at a bound', () => {
    const { damage } = measure(little.section(), little.interface(), 4);
    expect(damage).toContain('more than 65,536 interfaces');
  });
});
