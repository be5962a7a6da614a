/** What zlib does faster than portable code; inflation stops at the limit, so that a small frame cannot become a large one. */
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { WirePlatform } from '../../shared/wire/frame.ts';

export const nodePlatform: WirePlatform = {
  crc32: (bytes) => crc32(bytes),
  inflateRaw: (bytes, limit) => inflateRawSync(bytes, { maxOutputLength: Math.max(1, limit) }),
  deflateRaw: (bytes) => deflateRawSync(bytes, { level: 1 }),
};
