import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { constants, createGzip } from 'node:zlib';
import { expect, test } from 'vitest';
import { PrefixedBytes } from '../../../sensor/capture/bytes/raw-bytes.ts';
import { gzip } from '../../../sensor/capture/decompress/gzip.ts';
import { zstd } from '../../../sensor/capture/decompress/zstd.ts';
import { StreamBytes } from '../../../sensor/capture/file-bytes.ts';
import { hex, toHex } from '../../support/hex.ts';
import { zstdFrame } from '../../support/zstd-bytes.ts';

async function read(bytes: { read(into: Uint8Array): Promise<number> }, count: number): Promise<string> {
  const into = new Uint8Array(count);
  return toHex(into.subarray(0, await bytes.read(into)));
}

test('a stream gives what has come, and waits for nothing more', async () => {
  const stream = new PassThrough();
  const bytes = new StreamBytes(stream);
  stream.write(hex('01020304'));
  expect(await read(bytes, 3)).toBe('010203');
  expect(await read(bytes, 3)).toBe('04');
  const waiting = read(bytes, 100);
  await sleep(20);
  stream.write(hex('05'));
  expect(await waiting).toBe('05');
  stream.end();
  expect(await read(bytes, 1)).toBe('');
});

test('closed, a read that waits ends', async () => {
  const stream = new PassThrough();
  const bytes = new StreamBytes(stream);
  const waiting = read(bytes, 1);
  await bytes.close();
  expect(await waiting).toBe('');
});

test('a stream that breaks is told', async () => {
  const stream = new PassThrough();
  const bytes = new StreamBytes(stream);
  const waiting = read(bytes, 1);
  stream.destroy(new Error('the pipe broke'));
  await expect(waiting).rejects.toThrow('the pipe broke');
});

test('what was looked at comes first', async () => {
  const stream = new PassThrough();
  stream.end(hex('03'));
  const bytes = new PrefixedBytes(hex('0102'), new StreamBytes(stream));
  expect([await read(bytes, 1), await read(bytes, 9), await read(bytes, 9), await read(bytes, 9)]).toEqual([
    '01',
    '02',
    '03',
    '',
  ]);
});

test('gzip that is flushed comes out at once', async () => {
  const compressor = createGzip();
  const chunks = gzip.decompress(compressor)[Symbol.asyncIterator]();
  for (const part of ['0102', '03']) {
    compressor.write(hex(part));
    compressor.flush(constants.Z_SYNC_FLUSH);
    const next = await chunks.next();
    expect(toHex(next.value)).toBe(part);
  }
  await chunks.return?.();
});

test('a frame of zstd comes out at once', async () => {
  const stream = new PassThrough();
  const chunks = zstd.decompress(stream)[Symbol.asyncIterator]();
  for (const part of ['0102', '03']) {
    stream.write(zstdFrame(hex(part)));
    const next = await chunks.next();
    expect(toHex(next.value)).toBe(part);
  }
  stream.end();
  expect(await chunks.next()).toMatchObject({ done: true });
});
