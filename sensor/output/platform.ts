/** What zlib does faster than portable code. */
import { crc32, deflateRawSync } from 'node:zlib';
import type { WirePlatform } from '../../shared/wire/frame.ts';

/** Level 1: more costs processor time and saves little on such columns. */
const DEFLATE_LEVEL = 1;

export const nodePlatform: WirePlatform = {
  crc32: (bytes) => crc32(bytes),
  deflateRaw: (bytes) => deflateRawSync(bytes, { level: DEFLATE_LEVEL }),
};
