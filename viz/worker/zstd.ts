/**
 * Zstandard (RFC 8878), of one frame or several, by the package fzstd. It is handed whole headers and one block at a time,
 * so that what comes of a piece is never more than a block, and what it does not check itself is checked here.
 */
import { Decompress } from 'fzstd';
import type { Decompression } from '../../sensor/capture/bytes/compressions.ts';
import { CHECKSUM_FLAG, type FrameHeader, frameHeaderBytes, readFrameHeader } from './zstd-header.ts';

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const MAX_BLOCK_BYTES = 1 << 17;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
const BlockType = { raw: 0, repeated: 1, compressed: 2 } as const;

export const zstd: Decompression = {
  name: 'zstd',
  async *decompress(compressed) {
    const input = new Input(compressed);
    for (let magic = await input.first(); magic !== null; magic = await input.first()) {
      if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) await input.skip(wordAt(await input.take(8), 4));
      else if (magic === MAGIC) yield* readFrame(input);
      else throw new Error('something that is no frame follows');
    }
  },
};

async function* readFrame(input: Input): AsyncIterable<Uint8Array> {
  const [start] = (await input.peek(5)).subarray(4);
  const bytes = await input.take(frameHeaderBytes(start!));
  const header = readFrameHeader(bytes);
  let out: Uint8Array[] = [];
  const frame = new Decompress((block) => out.push(block));
  const push = (piece: Uint8Array, isLast = false) => {
    try {
      frame.push(piece, isLast);
    } catch {
      // Its own sentences differ from those of the program, and some of its errors are of arrays that were left.
      throw new Error('a block is damaged');
    }
  };
  let written = 0;
  push(withoutChecksum(bytes));
  for (let isLast = false; !isLast; ) {
    const block = await takeBlock(input, header);
    isLast = (block[0]! & 1) === 1;
    push(block, isLast);
    const pieces = out;
    out = [];
    for (const piece of pieces) {
      written += piece.length;
      if (piece.length > MAX_BLOCK_BYTES || (header.contentBytes !== null && written > header.contentBytes))
        throw new Error('a block is damaged');
      yield piece;
    }
  }
  if (header.hasChecksum) await input.take(CHECKSUM_BYTES);
  if (header.contentBytes !== null && written !== header.contentBytes) throw new Error('a block is damaged');
}

/** The package does not verify it, and would wait for its bytes. */
function withoutChecksum(header: Uint8Array): Uint8Array {
  const changed = header.slice();
  changed[4]! &= ~CHECKSUM_FLAG;
  return changed;
}

async function takeBlock(input: Input, { windowBytes }: FrameHeader): Promise<Uint8Array> {
  const head = await input.peek(BLOCK_HEADER_BYTES);
  const type = (head[0]! >> 1) & 3;
  const size = (head[0]! >> 3) | (head[1]! << 5) | (head[2]! << 13);
  if (type > BlockType.compressed || size > Math.min(MAX_BLOCK_BYTES, Math.max(windowBytes, 1)))
    throw new Error('a block is damaged');
  return input.take(BLOCK_HEADER_BYTES + (type === BlockType.repeated ? 1 : size));
}

const wordAt = (bytes: Uint8Array, at: number) =>
  (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;

/** Compressed bytes by the piece: no more of them is held than a block and a chunk. */
class Input {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held = new Uint8Array(0);
  #at = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The word that a frame begins with, left where it is; null at the end. */
  async first(): Promise<number | null> {
    return (await this.#fill(1)) ? wordAt(await this.peek(4), 0) : null;
  }

  async peek(bytes: number): Promise<Uint8Array> {
    if (!(await this.#fill(bytes))) throw new Error('it ends within a frame');
    return this.#held.subarray(this.#at, this.#at + bytes);
  }

  async take(bytes: number): Promise<Uint8Array> {
    const taken = await this.peek(bytes);
    this.#at += bytes;
    return taken;
  }

  async skip(bytes: number): Promise<void> {
    for (let left = bytes; left > 0; ) {
      await this.peek(1);
      const step = Math.min(left, this.#held.length - this.#at);
      this.#at += step;
      left -= step;
    }
  }

  async #fill(bytes: number): Promise<boolean> {
    while (this.#held.length - this.#at < bytes) {
      const next = await this.#chunks.next();
      if (next.done) return false;
      const rest = this.#held.subarray(this.#at);
      const held = new Uint8Array(rest.length + next.value.length);
      held.set(rest);
      held.set(next.value, rest.length);
      this.#held = held;
      this.#at = 0;
    }
    return true;
  }
}
