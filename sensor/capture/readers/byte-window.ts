/** Bytes that arrived and are not yet read. Records are read in place: nothing is copied but the tail of a chunk. */

const INITIAL_BYTES = 1 << 20;

export class ByteWindow {
  bytes = new Uint8Array(INITIAL_BYTES);
  view = new DataView(this.bytes.buffer);
  /** First unread byte. */
  start = 0;
  /** End of what has arrived. */
  end = 0;
  /** Bytes that have arrived, in all. */
  arrivedBytes = 0;

  get length(): number {
    return this.end - this.start;
  }

  /** Room for `count` more bytes, to be filled and then told by `arrived`. Moves what is unread: offsets from before are void. */
  reserve(count: number): Uint8Array {
    if (this.start === this.end) {
      this.start = 0;
      this.end = 0;
    }
    if (this.end + count > this.bytes.length) this.#makeRoom(count);
    return this.bytes.subarray(this.end, this.end + count);
  }

  arrived(count: number): void {
    this.end += count;
    this.arrivedBytes += count;
  }

  /** Reads on in memory that belongs to somebody else, without a copy. What lay here must have been read. */
  lend(bytes: Uint8Array<ArrayBuffer>, view: DataView<ArrayBuffer>, end: number): void {
    this.bytes = bytes;
    this.view = view;
    this.start = 0;
    this.end = end;
  }

  #makeRoom(count: number): void {
    const unread = this.length;
    if (unread + count > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.bytes.length * 2, unread + count));
      larger.set(this.bytes.subarray(this.start, this.end));
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    } else {
      this.bytes.copyWithin(0, this.start, this.end);
    }
    this.start = 0;
    this.end = unread;
  }
}
