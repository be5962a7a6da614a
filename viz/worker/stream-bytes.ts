/** Bytes of a browser's stream, as they come. */
import type { RawBytes } from '../../sensor/capture/bytes/raw-bytes.ts';

export class WebStreamBytes implements RawBytes {
  bytesRead = 0;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#chunk.length === 0) {
      const next = await this.#reader.read();
      if (next.done) return 0;
      this.#chunk = next.value;
    }
    const count = Math.min(into.length, this.#chunk.length);
    into.set(this.#chunk.subarray(0, count));
    this.#chunk = this.#chunk.subarray(count);
    this.bytesRead += count;
    return count;
  }

  /** Of a stream that broke off, its reader has told already. */
  close(): Promise<void> {
    return this.#reader.cancel().catch(() => undefined);
  }
}
