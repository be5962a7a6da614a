/** Where written bytes go: a file, standard output, or nowhere. */
import { type FileHandle, open, rename, stat } from 'node:fs/promises';

/** What a file is called until it is complete. */
const PARTIAL = '.partial';

export interface ByteSink {
  /** Takes bytes; they may be overwritten once it resolves. False when nobody reads any more (a closed pipe). */
  write(bytes: Uint8Array): Promise<boolean>;
  /** `complete`: everything is there. A file named when complete keeps the name it had on the way, `FILE.partial`, if it is not. */
  close(complete: boolean): Promise<void>;
}

export const nowhere: ByteSink = { write: async () => true, close: async () => {} };

/**
 * A path, or `-` for standard output. With `namedWhenComplete`, whoever finds the file under its name finds all of it.
 * Throws what the file system throws.
 */
export async function openSink(path: string, { namedWhenComplete = false } = {}): Promise<ByteSink> {
  return path === '-' ? standardOutput() : openFile(path, namedWhenComplete);
}

async function openFile(path: string, namedWhenComplete: boolean): Promise<ByteSink> {
  // Pipes and devices cannot be renamed into place.
  const there = await stat(path).catch(() => null);
  const direct = !namedWhenComplete || (there !== null && !there.isFile());
  const written = direct ? path : `${path}${PARTIAL}`;
  const file = await open(written, 'w');
  return {
    async write(bytes) {
      await writeWhole(file, bytes);
      return true;
    },
    async close(complete) {
      await file.close();
      if (complete && !direct) await rename(written, path);
    },
  };
}

async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let at = 0;
  while (at < bytes.length) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
}

/** A pipe whose reader leaves, such as `head`, is an end and no error. */
function standardOutput(): ByteSink {
  // The error also comes to the callback below; without a listener it would end the process.
  const ignore = () => {};
  process.stdout.on('error', ignore);
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        process.stdout.write(bytes, (error) => {
          if (!error) resolve(true);
          else if ('code' in error && error.code === 'EPIPE') resolve(false);
          else reject(error);
        });
      }),
    close: async () => {
      process.stdout.off('error', ignore);
    },
  };
}
