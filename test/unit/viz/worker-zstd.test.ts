/** Zstandard in the page's worker: the same bytes and the same words as the program has, and no more held than a block. */
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { zstd as programs } from '../../../sensor/capture/decompress/zstd.ts';
import { zstd } from '../../../viz/worker/zstd.ts';
import { concatenate, hex } from '../../support/hex.ts';
import { zstdBomb, zstdFrame, zstdSkippable } from '../../support/zstd-bytes.ts';

const content = Buffer.from(
  Array.from({ length: 400_000 }, (_, at) => (at % 1_000 < 600 ? at % 97 : Math.imul(at, 0x9e3779b1) >>> 24)),
);

async function* chunksOf(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** What came out, and why it ended. */
async function outcome(bytes: Uint8Array, decompression = zstd, size = 10_007) {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of decompression.decompress(chunksOf(bytes, size))) pieces.push(piece);
    return { bytes: Buffer.concat(pieces), error: null };
  } catch (error) {
    return { bytes: Buffer.concat(pieces), error: (error as Error).message };
  }
}

const withWindow = (windowByte: number) => {
  const frame = zstdFrame(content.subarray(0, 1_000));
  frame[5] = windowByte;
  return frame;
};

describe('what the program says is said', () => {
  const frame = zstdFrame(content);
  test.for([
    { name: 'a frame', bytes: frame, error: null },
    {
      name: 'several, and one to be passed over',
      bytes: concatenate([frame, zstdSkippable(content), frame]),
      error: null,
    },
    {
      name: 'a frame of three bytes, twice',
      bytes: concatenate([zstdFrame(hex('010203')), zstdFrame(hex('04'))]),
      error: null,
    },
    { name: 'an empty frame', bytes: zstdFrame(new Uint8Array(0)), error: null },
    { name: 'cut off in a block', bytes: frame.subarray(0, -9), error: 'it ends within a frame' },
    { name: 'cut off in its header', bytes: frame.subarray(0, 5), error: 'it ends within a frame' },
    {
      name: 'followed by something',
      bytes: concatenate([frame, hex('0102030405060708')]),
      error: 'something that is no frame follows',
    },
    { name: 'a window of 256 MiB', bytes: withWindow(18 << 3), error: 'its window is larger than 128 MiB' },
    { name: 'the largest window there is', bytes: withWindow(0xff), error: 'its window is larger than 128 MiB' },
    {
      name: 'content of 2^63 bytes at once',
      bytes: hex('28b52ffd e0 0000000000000080 010000'),
      error: 'its window is larger than 128 MiB',
    },
    { name: 'a dictionary', bytes: hex('28b52ffd 01 38 07 010000'), error: 'it needs a dictionary' },
  ])('$name', async ({ bytes, error }) => {
    const expected = await outcome(bytes, programs);
    expect(expected.error).toBe(error);
    for (const size of [1 << 16, 4_001]) {
      const found = await outcome(bytes, zstd, size);
      expect(found.error).toBe(error);
      // Of a block that is cut off, the program may hand on a part.
      expect(found.bytes.length).toBeGreaterThan(expected.bytes.length - (1 << 17));
      expect(found.bytes.equals(expected.bytes.subarray(0, found.bytes.length))).toBe(true);
      if (error === null) expect(found.bytes.length).toBe(expected.bytes.length);
    }
  });
});

test.for([
  { name: 'of a type that is none', block: '070000' },
  { name: 'that is larger than any', block: 'fbffff 00' },
  { name: 'that says it is compressed, and is noise', block: '55 00 00 ff ff ff ff ff ff ff ff ff ff' },
])('a block $name is damage', async ({ block }) => {
  const found = await outcome(hex('28b52ffd 00 38', block));
  expect(found).toMatchObject({ error: 'a block is damaged', bytes: { length: 0 } });
});

test('a bomb is handed on block by block, and can be left', async () => {
  let pieces = 0;
  for await (const piece of zstd.decompress(chunksOf(zstdBomb(10_000), 1 << 16))) {
    expect(piece.length).toBe(1 << 17);
    if (++pieces === 20) break;
  }
  expect(pieces).toBe(20);
});

const hasProgram = spawnSync('zstd', ['--version']).status === 0;
describe.skipIf(!hasProgram)('what zstd compresses', () => {
  test.for(['-1', '-3', '-19', '--long=27', '--no-check'])('%s', async (level) => {
    const compressed = execFileSync('zstd', ['-q', '-c', level], { input: content });
    const { bytes, error } = await outcome(compressed);
    expect(error).toBe(null);
    expect(bytes.equals(content)).toBe(true);
    const short = await outcome(
      concatenate([execFileSync('zstd', ['-q', '-c', level], { input: 'abc' }), compressed]),
      zstd,
      5_003,
    );
    expect(short).toMatchObject({ error: null, bytes: { length: content.length + 3 } });
    expect((await outcome(compressed.subarray(0, -5))).error).toBe('it ends within a frame');
  });
});
