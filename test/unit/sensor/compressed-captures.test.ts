import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { CaptureFile } from '../../../sensor/capture/capture-file.ts';
import { pcapFile } from '../../support/capture-bytes.ts';
import { codeOfPromise } from '../../support/errors.ts';
import { testFolder } from '../../support/folders.ts';
import { concatenate, hex } from '../../support/hex.ts';
import { zstdBomb, zstdFrame, zstdSkippable } from '../../support/zstd-bytes.ts';

const PACKETS = 10_000;
const RECORD_BYTES = 56;

/** Bytes that do not compress, so that a cut falls amid packets. */
function noise(seed: number): string {
  let state = (seed + 1) * 0x9e37_79b1;
  let text = '';
  while (text.length < 2 * (RECORD_BYTES - 16)) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    text += (state >>> 0).toString(16).padStart(8, '0');
  }
  return text;
}

const bytes = pcapFile(
  Array.from({ length: PACKETS }, (_, seconds) => ({ seconds, nanoseconds: 0, packet: noise(seconds) })),
);

async function fileOf(content: Uint8Array): Promise<CaptureFile> {
  const path = join(await testFolder(), 'capture');
  await writeFile(path, content);
  return new CaptureFile(path);
}

async function read(content: Uint8Array) {
  const file = await fileOf(content);
  await file.open();
  let packets = 0;
  for (let batch = await file.next(); batch !== null; batch = await file.next()) packets += batch.length;
  const { format, compression, damage } = file;
  await file.close();
  return { format, compression, damage, packets };
}

const compressions = [
  { name: 'gzip', compress: (part: Uint8Array) => new Uint8Array(gzipSync(part)), tailBytes: 8 },
  { name: 'zstd', compress: (part: Uint8Array) => zstdFrame(part), tailBytes: 0 },
] as const;

describe.for(compressions)('$name', ({ name, compress, tailBytes }) => {
  const whole = { format: 'pcap', compression: name, damage: null, packets: PACKETS };
  const compressed = compress(bytes);

  test('is told by its first bytes', async () => expect(await read(compressed)).toEqual(whole));

  test('of several parts', async () => {
    const parts = [0, 1_000, 1_001, 200_000, bytes.length].map((at, i, cuts) => bytes.subarray(at, cuts[i + 1] ?? at));
    expect(await read(concatenate(parts.map((part) => compress(part))))).toEqual(whole);
  });

  test('of nothing', async () => {
    const expected = { format: null, compression: name, packets: 0, damage: 'the file is empty' };
    expect(await read(compress(hex()))).toEqual(expected);
  });

  test.for([1, 5, 2_000, 300_000])('cut %i bytes short: what came before is kept', async (cut) => {
    const found = await read(compressed.subarray(0, compressed.length - cut));
    expect(found).toMatchObject({ format: 'pcap', compression: name });
    expect(found.damage).toMatch(new RegExp(`^its ${name} breaks off or is damaged \\(.+\\)$`));
    // Blocks of zstd (128 KiB) are whole or not there, as are those of gzip that were not compressed.
    const lost = (Math.max(0, cut - tailBytes) * bytes.length) / compressed.length + (1 << 17);
    expect(found.packets).toBeGreaterThanOrEqual(Math.floor((bytes.length - lost) / RECORD_BYTES));
    expect(found.packets).toBeLessThanOrEqual(PACKETS);
  });

  test('cut in its first bytes', async () => {
    for (let length = 4; length < 12; length++) {
      const found = await read(compressed.subarray(0, length));
      expect(found, `${length} bytes`).toMatchObject({ compression: name, packets: 0, format: null });
      expect(found.damage).toContain(`its ${name} breaks off`);
    }
  });
});

test('gzip whose checksum is wrong is damaged', async () => {
  const compressed = new Uint8Array(gzipSync(bytes));
  compressed[compressed.length - 8]! ^= 1;
  const found = await read(compressed);
  expect(found.damage).toBe('its gzip breaks off or is damaged (incorrect data check)');
  // The piece in which it is found does not come out.
  expect(found.packets).toBeGreaterThan(PACKETS - (1 << 16) / RECORD_BYTES - 1);
});

describe('zstd', () => {
  test('with frames to be skipped, and a window of 128 MiB', async () => {
    const parts = [zstdSkippable(hex('0102')), zstdFrame(bytes, 27), zstdSkippable(bytes)];
    expect(await read(concatenate(parts))).toMatchObject({ compression: 'zstd', packets: PACKETS, damage: null });
  });

  test.for([28, 31, 41])('with a window of 2^%i bytes is refused', async (windowLog) => {
    const found = await read(concatenate([zstdFrame(bytes), zstdFrame(bytes, windowLog)]));
    expect(found).toMatchObject({
      packets: PACKETS,
      damage: 'its zstd breaks off or is damaged (its window is larger than 128 MiB)',
    });
  });

  test('followed by what is no frame', async () => {
    const found = await read(concatenate([zstdFrame(bytes), hex('00000000')]));
    expect(found).toMatchObject({ packets: PACKETS, damage: expect.stringContaining('something that is no frame') });
  });

  test('one after another, left early, and several at once', async () => {
    const files = await Promise.all(Array.from({ length: 20 }, () => fileOf(zstdFrame(bytes, 22))));
    for (const file of files) await file.open();
    const batches = await Promise.all(files.map((file) => file.next()));
    expect(batches.map((batch) => batch?.length)).toEqual(files.map(() => batches[0]!.length));
    for (const file of files) await file.close();
    expect(await read(zstdFrame(bytes))).toMatchObject({ packets: PACKETS, damage: null });
  });
});

test.for([
  { name: 'gzip', bomb: () => new Uint8Array(gzipSync(new Uint8Array(1 << 28))), megabytes: 256 },
  { name: 'zstd', bomb: () => zstdBomb(1 << 12), megabytes: 512 },
])('a bomb of $name costs no memory: it is read as it comes', async ({ bomb, megabytes }) => {
  const header = pcapFile([]);
  // A capture of records without bytes: 16 zeros each.
  const content = bomb();
  const compress = content[0] === 0x1f ? (part: Uint8Array) => new Uint8Array(gzipSync(part)) : zstdFrame;
  const before = process.memoryUsage().rss;
  const found = await read(concatenate([compress(header), content]));
  expect(found).toMatchObject({ packets: megabytes * 65_536, damage: null });
  expect(process.memoryUsage().rss - before).toBeLessThan(120_000_000);
});

test.for([
  { name: 'xz', head: 'fd377a585a00', command: 'xz -dc' },
  { name: 'bzip2', head: '425a6839314159265359', command: 'bzip2 -dc' },
  { name: 'lz4', head: '04224d18644070', command: 'lz4 -dc' },
])('$name is not read: the sentence says how to', async ({ name, head, command }) => {
  const file = await fileOf(hex(head));
  expect(await codeOfPromise(file.open())).toBe('CAPTURE_COMPRESSION');
  await expect(file.open()).rejects.toThrow(`compressed with ${name}`);
  await expect(file.open()).rejects.toThrow(`"${command} ${file.path}"`);
});
