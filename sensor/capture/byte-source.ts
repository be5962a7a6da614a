/** Bytes of a file or of standard input, uncompressed, into a reader's window. */
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CaptureError } from './capture-source.ts';
import type { ByteWindow } from './readers/byte-window.ts';

const CHUNK_BYTES = 1 << 20;
const GZIP_MAGIC = 0x8b1f;

export interface ByteSource {
  readonly compression: 'gzip' | null;
  /** Adds bytes to the window; false at the end. Throws an Error whose message is a sentence when the compression is damaged. */
  fill(window: ByteWindow): Promise<boolean>;
  close(): Promise<void>;
}

/** Opens a path, or `-` for standard input. Throws CaptureError. */
export async function openBytes(path: string): Promise<ByteSource> {
  if (path === '-') return new StreamBytes(process.stdin, null);
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    if ((await file.stat()).isDirectory()) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' });
    const head = new Uint8Array(2);
    const { bytesRead } = await file.read(head, 0, 2, 0);
    if (bytesRead < 2 || (head[0]! | (head[1]! << 8)) !== GZIP_MAGIC) return new FileBytes(file);
    await file.close();
    return new StreamBytes(
      createReadStream(path, { highWaterMark: CHUNK_BYTES }).pipe(createGunzip({ chunkSize: CHUNK_BYTES })),
      'gzip',
    );
  } catch (cause) {
    await file?.close().catch(() => undefined);
    throw fileError(path, cause as NodeJS.ErrnoException);
  }
}

function fileError(path: string, cause: NodeJS.ErrnoException): CaptureError {
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
class FileBytes implements ByteSource {
  readonly compression = null;
  readonly #file: FileHandle;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async fill(window: ByteWindow): Promise<boolean> {
    const room = window.reserve(CHUNK_BYTES);
    const { bytesRead } = await this.#file.read(room, 0, room.length, null);
    window.arrived(bytesRead);
    return bytesRead > 0;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

class StreamBytes implements ByteSource {
  readonly compression: 'gzip' | null;
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Buffer>;

  constructor(stream: Readable, compression: 'gzip' | null) {
    this.compression = compression;
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  async fill(window: ByteWindow): Promise<boolean> {
    const next = await this.#chunks.next().catch((cause: Error) => {
      throw new Error(`its ${this.compression ?? 'stream'} breaks off or is damaged (${cause.message})`, { cause });
    });
    if (next.done) return false;
    window.reserve(next.value.length).set(next.value);
    window.arrived(next.value.length);
    return true;
  }

  async close(): Promise<void> {
    this.#stream.destroy();
  }
}
