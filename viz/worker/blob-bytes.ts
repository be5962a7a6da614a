/** Bytes of a file that was dropped, in pieces of one size: so that the same file is always read in the same way. */
import type { RawBytes } from '../../sensor/capture/bytes/raw-bytes.ts';

const PIECE_BYTES = 1 << 20;

export class BlobBytes implements RawBytes {
  bytesRead = 0;
  readonly #blob: Blob;
  #piece: Uint8Array = new Uint8Array(0);
  /** On its way while the one before is read. */
  #next: Promise<ArrayBuffer>;
  #nextAt = 0;
  #closed = false;

  constructor(blob: Blob) {
    this.#blob = blob;
    this.#next = this.#fetch();
  }

  #fetch(): Promise<ArrayBuffer> {
    const from = this.#nextAt;
    this.#nextAt = Math.min(this.#blob.size, from + PIECE_BYTES);
    const piece = this.#blob.slice(from, this.#nextAt).arrayBuffer();
    // Whoever reads is told; where nobody does any more, nobody needs to know.
    piece.catch(() => undefined);
    return piece;
  }

  async read(into: Uint8Array): Promise<number> {
    if (this.#closed) return 0;
    if (this.#piece.length === 0) {
      this.#piece = new Uint8Array(await this.#next);
      if (this.#piece.length === 0) return 0;
      this.#next = this.#fetch();
    }
    const count = Math.min(into.length, this.#piece.length);
    into.set(this.#piece.subarray(0, count));
    this.#piece = this.#piece.subarray(count);
    this.bytesRead += count;
    return count;
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}
