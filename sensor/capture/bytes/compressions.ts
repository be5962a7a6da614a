/** How capture files may be compressed, told by their first four bytes. What undoes a compression is each platform's own. */

export interface Compression {
  readonly name: 'gzip' | 'zstd' | 'xz' | 'bzip2' | 'lz4';
  /** Writes what is in a file to standard output. */
  readonly command: string;
  /** Whether a file that begins with these four bytes (as a little-endian word) is compressed so. */
  recognises(magic: number): boolean;
}

const SKIPPABLE_FRAME_OF_ZSTD = 0x184d2a50;

const compressions: readonly Compression[] = [
  { name: 'gzip', command: 'gzip -dc', recognises: (magic) => (magic & 0xffff) === 0x8b1f },
  {
    name: 'zstd',
    command: 'zstd -dc',
    recognises: (magic) => magic === 0xfd2fb528 || (magic & 0xfffffff0) >>> 0 === SKIPPABLE_FRAME_OF_ZSTD,
  },
  { name: 'xz', command: 'xz -dc', recognises: (magic) => magic === 0x587a37fd },
  { name: 'bzip2', command: 'bzip2 -dc', recognises: (magic) => (magic & 0xffffff) === 0x685a42 },
  { name: 'lz4', command: 'lz4 -dc', recognises: (magic) => magic === 0x184d2204 },
];

/** How a file that begins with this little-endian word is compressed, or null. */
export function findCompression(magic: number): Compression | null {
  return compressions.find((candidate) => candidate.recognises(magic)) ?? null;
}

/** What undoes a compression: one file a kind, and a list for each platform. */
export interface Decompression {
  readonly name: 'gzip' | 'zstd';
  /** Hands on what has come out so far before it throws. Throws an Error for damage; what is held is bounded whatever comes. */
  decompress(compressed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

export type CompressionName = Decompression['name'];
