/** Bytes as they lie in a file or come through standard input. */
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';

export interface RawBytes {
  /** Reads up to `into.length` bytes: what is there, without waiting for more; 0 at the end. */
  read(into: Uint8Array): Promise<number>;
  /** A read that still waits ends, as at the end of the bytes. */
  close(): Promise<void>;
}

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

/** `head`, which was read to look at it, and then the rest. */
export class PrefixedBytes implements RawBytes {
  readonly #rest: RawBytes;
  #head: Uint8Array;

  constructor(head: Uint8Array, rest: RawBytes) {
    this.#head = head;
    this.#rest = rest;
  }

  async read(into: Uint8Array): Promise<number> {
    if (this.#head.length === 0) return this.#rest.read(into);
    const count = Math.min(into.length, this.#head.length);
    into.set(this.#head.subarray(0, count));
    this.#head = this.#head.subarray(count);
    return count;
  }

  close(): Promise<void> {
    return this.#rest.close();
  }
}
