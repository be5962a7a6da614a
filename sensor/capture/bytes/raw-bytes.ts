/** Bytes as they lie in a file or come through a pipe. */
export interface RawBytes {
  /** Reads up to `into.length` bytes: what is there, without waiting for more; 0 at the end. */
  read(into: Uint8Array): Promise<number>;
  /** A read that still waits ends, as at the end of the bytes. */
  close(): Promise<void>;
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
