/** Zstandard frames (RFC 8878) made by hand, of raw and of repeated bytes: nothing is compressed, so nothing is needed to do it. */
import { concatenate, hex, word32 } from './hex.ts';

const BLOCK_BYTES = 1 << 17;
const BlockType = { raw: 0, repeated: 1 } as const;

/** A frame whose window is 2^`windowLog` bytes. */
export function zstdFrame(content: Uint8Array, windowLog = 17): Uint8Array<ArrayBuffer> {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < content.length || at === 0; at += BLOCK_BYTES) {
    const part = content.subarray(at, at + BLOCK_BYTES);
    blocks.push(blockHeader(at + BLOCK_BYTES >= content.length, BlockType.raw, part.length), part);
  }
  return concatenate([frameHeader(windowLog), ...blocks]);
}

/** A frame of `count` blocks of 128 KiB zeros, four bytes each. */
export function zstdBomb(count: number): Uint8Array<ArrayBuffer> {
  const blocks = Array.from({ length: count }, (_, i) =>
    concatenate([blockHeader(i === count - 1, BlockType.repeated, BLOCK_BYTES), hex('00')]),
  );
  return concatenate([frameHeader(17), ...blocks]);
}

/** A frame that decoders pass over. */
export function zstdSkippable(content: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatenate([word32(0x184d2a50, true), word32(content.length, true), content]);
}

function frameHeader(windowLog: number): Uint8Array {
  // Magic, a descriptor without flags, the window: its logarithm less ten in the upper five bits.
  return concatenate([word32(0xfd2fb528, true), Uint8Array.of(0, (windowLog - 10) << 3)]);
}

function blockHeader(last: boolean, type: number, bytes: number): Uint8Array {
  return word32((last ? 1 : 0) | (type << 1) | (bytes << 3), true).subarray(0, 3);
}
