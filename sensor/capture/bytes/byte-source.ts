/** Bytes of a capture, uncompressed, into a reader's window. */
import type { ByteWindow } from '../readers/byte-window.ts';
import type { CompressionName, Decompression } from './compressions.ts';
import { PrefixedBytes, type RawBytes } from './raw-bytes.ts';

const CHUNK_BYTES = 1 << 20;
const COMPRESSED_CHUNK_BYTES = 1 << 16;
/** Every compression is told by its first four bytes. */
const MAGIC_BYTES = 4;

export interface ByteSource {
  readonly compression: CompressionName | null;
  /** Adds bytes to the window, as soon as there are any; false at the end. Throws an Error whose message is a sentence when the bytes cannot be had. */
  fill(window: ByteWindow): Promise<boolean>;
  /** A `fill` that still waits ends. */
  close(): Promise<void>;
}

/**
 * Finds out how bytes are compressed, which waits for the first few. `findDecompression` is asked by them, as a
 * little-endian word, and may throw for what it knows and cannot undo.
 */
export async function recogniseBytes(
  raw: RawBytes,
  findDecompression: (magic: number) => Decompression | null,
): Promise<ByteSource> {
  const head = new Uint8Array(MAGIC_BYTES);
  let length = 0;
  for (let count = 1; count > 0 && length < MAGIC_BYTES; length += count)
    count = await raw.read(head.subarray(length, MAGIC_BYTES));
  const decompression = findDecompression(new DataView(head.buffer).getUint32(0, true));
  const whole = new PrefixedBytes(head.subarray(0, length), raw);
  return decompression === null ? new PlainBytes(whole) : new DecompressedBytes(whole, decompression);
}

/** Reads straight into the window. */
class PlainBytes implements ByteSource {
  readonly compression = null;
  readonly #raw: RawBytes;

  constructor(raw: RawBytes) {
    this.#raw = raw;
  }

  async fill(window: ByteWindow): Promise<boolean> {
    const count = await this.#raw.read(window.reserve(CHUNK_BYTES)).catch((cause: Error) => {
      throw new Error(`it cannot be read any further (${cause.message})`, { cause });
    });
    window.arrived(count);
    return count > 0;
  }

  close(): Promise<void> {
    return this.#raw.close();
  }
}

class DecompressedBytes implements ByteSource {
  readonly compression: CompressionName;
  readonly #raw: RawBytes;
  readonly #chunks: AsyncIterator<Uint8Array>;

  constructor(raw: RawBytes, { name, decompress }: Decompression) {
    this.compression = name;
    this.#raw = raw;
    this.#chunks = decompress(chunksOf(raw))[Symbol.asyncIterator]();
  }

  async fill(window: ByteWindow): Promise<boolean> {
    const next = await this.#chunks.next().catch((cause: Error) => {
      throw new Error(`its ${this.compression} breaks off or is damaged (${cause.message})`, { cause });
    });
    if (next.done) return false;
    window.reserve(next.value.length).set(next.value);
    window.arrived(next.value.length);
    return true;
  }

  async close(): Promise<void> {
    await this.#raw.close();
    // What the decompression holds is given back; what it says about bytes that did not come is of no interest.
    await this.#chunks.return?.().catch(() => undefined);
  }
}

async function* chunksOf(raw: RawBytes): AsyncIterable<Uint8Array> {
  for (;;) {
    const chunk = new Uint8Array(COMPRESSED_CHUNK_BYTES);
    const count = await raw.read(chunk);
    if (count === 0) return;
    yield chunk.subarray(0, count);
  }
}
