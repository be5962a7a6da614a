import { randomBytes } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { crc32 } from '../../../shared/wire/crc32.ts';

test('the check value of the standard', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
});

test('is that of zlib at every length and alignment', () => {
  const bytes = randomBytes(4096 + 16);
  for (let length = 0; length < 80; length++) {
    for (let start = 0; start < 9; start++) {
      const part = bytes.subarray(start, start + length);
      expect(crc32(part), `${length} bytes from ${start}`).toBe(zlibCrc32(part));
    }
  }
  for (let round = 0; round < 200; round++) {
    const start = Math.floor(Math.random() * 16);
    const part = bytes.subarray(start, start + Math.floor(Math.random() * 4096));
    expect(crc32(part), `${part.length} bytes from ${start}`).toBe(zlibCrc32(part));
  }
});
