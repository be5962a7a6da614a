/** Bytes of a file or of standard input, uncompressed, into a reader's window. */
import { type FileHandle, open } from 'node:fs/promises';
import { CaptureError } from './capture-source.ts';
import type { Decompression } from './decompress/decompression.ts';
import { type CompressionName, compressionNotRead, findDecompression } from './decompress/index.ts';
import { FileBytes, PrefixedBytes, type RawBytes, StreamBytes } from './raw-bytes.ts';
import type { ByteWindow } from './readers/byte-window.ts';

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

/** Opens a path, or `-` for standard input. Throws CaptureError. */
export async function openRaw(path: string): Promise<RawBytes> {
  return path === '-' ? new StreamBytes(process.stdin) : openFile(path);
}

/** Finds out how bytes are compressed, which waits for the first few. Throws CaptureError. */
export async function openBytes(raw: RawBytes, path: string): Promise<ByteSource> {
  try {
    return await recognise(raw, path);
  } catch (cause) {
    await raw.close().catch(() => undefined);
    throw cause instanceof CaptureError ? cause : fileError(path, cause as NodeJS.ErrnoException);
  }
}

async function openFile(path: string): Promise<RawBytes> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    if ((await file.stat()).isDirectory()) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' });
    return new FileBytes(file);
  } catch (cause) {
    await file?.close().catch(() => undefined);
    throw fileError(path, cause as NodeJS.ErrnoException);
  }
}

async function recognise(raw: RawBytes, path: string): Promise<ByteSource> {
  const head = new Uint8Array(MAGIC_BYTES);
  let length = 0;
  for (let count = 1; count > 0 && length < MAGIC_BYTES; length += count)
    count = await raw.read(head.subarray(length, MAGIC_BYTES));
  const magic = new DataView(head.buffer).getUint32(0, true);
  const refused = compressionNotRead(magic, path);
  if (refused !== null) throw new CaptureError('CAPTURE_COMPRESSION', refused);
  const whole = new PrefixedBytes(head.subarray(0, length), raw);
  const decompression = findDecompression(magic);
  return decompression === null ? new PlainBytes(whole) : new DecompressedBytes(whole, decompression);
}

/** Why a file cannot be had, in a sentence. */
export function fileError(path: string, cause: NodeJS.ErrnoException): CaptureError {
  if (cause.code === 'ENOENT')
    return new CaptureError('CAPTURE_NO_FILE', `There is no file ${path}: check the path.`, { cause });
  if (cause.code === 'EISDIR')
    return new CaptureError('CAPTURE_UNREADABLE', `${path} is a folder: name the capture files in it.`, { cause });
  if (cause.code === 'EACCES')
    return new CaptureError(
      'CAPTURE_UNREADABLE',
      `${path} may not be read by this user: change its rights or the user.`,
      { cause },
    );
  return new CaptureError('CAPTURE_UNREADABLE', `${path} cannot be read: ${cause.message}.`, { cause });
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
