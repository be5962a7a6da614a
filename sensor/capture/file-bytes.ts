/** Bytes of a file, and of standard input, as they are. */
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { RawBytes } from './bytes/raw-bytes.ts';

export class FileBytes implements RawBytes {
  readonly #file: FileHandle;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async read(into: Uint8Array): Promise<number> {
    return (await this.#file.read(into, 0, into.length, null)).bytesRead;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

export class StreamBytes implements RawBytes {
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #closed = false;

  constructor(stream: Readable) {
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#chunk.length === 0) {
      const next = await this.#chunks.next().catch((error: unknown) => {
        if (this.#closed) return { done: true } as const;
        throw error;
      });
      if (next.done) return 0;
      this.#chunk = next.value;
    }
    const count = Math.min(into.length, this.#chunk.length);
    into.set(this.#chunk.subarray(0, count));
    this.#chunk = this.#chunk.subarray(count);
    return count;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stream.destroy();
  }
}
