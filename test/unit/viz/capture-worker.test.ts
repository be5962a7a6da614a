import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { findDecompression } from '../../../viz/worker/decompressions.ts';
import { gzip } from '../../../viz/worker/gzip.ts';
import { WebStreamBytes } from '../../../viz/worker/stream-bytes.ts';
import { zstd } from '../../../viz/worker/zstd.ts';
import { hex, toHex } from '../../support/hex.ts';

describe('WebStreamBytes', () => {
  const streamOf = (...chunks: string[]) => new Blob(chunks.map((chunk) => hex(chunk))).stream();

  test('gives chunks in the pieces that are asked for, and counts them', async () => {
    const bytes = new WebStreamBytes(streamOf('0102030405'));
    const into = new Uint8Array(3);
    const pieces: string[] = [];
    for (let count = await bytes.read(into); count > 0; count = await bytes.read(into))
      pieces.push(toHex(into.subarray(0, count)));
    expect(pieces).toEqual(['010203', '0405']);
    expect(bytes.bytesRead).toBe(5);
  });

  test('an empty chunk is no end', async () => {
    const chunks = [hex(), hex('07')];
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        const chunk = chunks.shift();
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
    });
    expect(await new WebStreamBytes(stream).read(new Uint8Array(9))).toBe(1);
  });

  test('closed, it gives the stream back, and a read that still waits ends', async () => {
    let cancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      cancel() {
        cancelled = true;
      },
    });
    const bytes = new WebStreamBytes(stream);
    const waiting = bytes.read(new Uint8Array(1));
    await bytes.close();
    expect(await waiting).toBe(0);
    expect(cancelled).toBe(true);
  });
});

describe('what a browser decompresses', () => {
  async function* piecesOf(content: Uint8Array) {
    for (let at = 0; at < content.length; at += 10_000) yield content.subarray(at, at + 10_000);
  }

  async function decompressed(content: Uint8Array): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of gzip.decompress(piecesOf(content))) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  test('gzip, larger than a piece', async () => {
    const content = Buffer.from(Array.from({ length: 100_000 }, (_, at) => Math.imul(at, 0x9e3779b1) >>> 24));
    expect(content.equals(await decompressed(gzipSync(content)))).toBe(true);
  });

  test.for([
    { name: 'cut off', content: gzipSync(Buffer.alloc(100)).subarray(0, -9) },
    { name: 'with a wrong checksum', content: new Uint8Array(gzipSync(Buffer.alloc(100))).fill(0xff, -8, -4) },
  ])('gzip $name is an error', async ({ content }) => {
    await expect(decompressed(content)).rejects.toThrow();
  });

  test('an error of the bytes beneath is told as it is', async () => {
    // biome-ignore lint/correctness/useYield: it fails before it gives anything.
    async function* broken(): AsyncIterable<Uint8Array> {
      throw new Error('the file is gone');
    }
    await expect(gzip.decompress(broken())[Symbol.asyncIterator]().next()).rejects.toThrow('the file is gone');
  });

  test('what is not compressed, gzip, and what is refused by name', () => {
    expect(findDecompression(0xa1b2c3d4)).toBeNull();
    expect(findDecompression(0x00088b1f)).toBe(gzip);
    expect(findDecompression(0xfd2fb528)).toBe(zstd);
    expect(() => findDecompression(0x587a37fd)).toThrow('xz -dc');
  });
});
