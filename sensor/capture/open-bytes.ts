/** Opens a capture's bytes: of a file, or of standard input. */
import { type FileHandle, open } from 'node:fs/promises';
import { type ByteSource, recogniseBytes } from './bytes/byte-source.ts';
import type { RawBytes } from './bytes/raw-bytes.ts';
import { CaptureError } from './capture-source.ts';
import { compressionNotRead, findDecompression } from './decompress/index.ts';
import { FileBytes, StreamBytes } from './file-bytes.ts';

/** Opens a path, or `-` for standard input. Throws CaptureError. */
export async function openRaw(path: string): Promise<RawBytes> {
  return path === '-' ? new StreamBytes(process.stdin) : openFile(path);
}

/** Finds out how bytes are compressed, which waits for the first few. Throws CaptureError. */
export async function openBytes(raw: RawBytes, path: string): Promise<ByteSource> {
  try {
    return await recogniseBytes(raw, (magic) => {
      const refused = compressionNotRead(magic, path);
      if (refused !== null) throw new CaptureError('CAPTURE_COMPRESSION', refused);
      return findDecompression(magic);
    });
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
