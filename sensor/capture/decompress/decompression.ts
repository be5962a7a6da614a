/** What undoes a compression: one file a kind, and the list in `index.ts`. */

export interface Decompression {
  readonly name: 'gzip' | 'zstd';
  /** Whether a file that begins with these four bytes (as a little-endian word) is compressed so. */
  recognises(magic: number): boolean;
  /** Hands on what has come out so far before it throws. Throws an Error for damage; what is held is bounded whatever comes. */
  decompress(compressed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}
