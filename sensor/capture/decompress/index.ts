/** The compressions there are, and those that are known and not read. */
import type { Decompression } from './decompression.ts';
import { gzip } from './gzip.ts';
import { zstd } from './zstd.ts';

export type CompressionName = Decompression['name'];

export const decompressions: readonly Decompression[] = [gzip, zstd];

/** Known by their first bytes, and not read: see docs/decisions/0016-compressions.md. The command writes to standard output. */
const notRead: readonly { readonly name: string; readonly command: string; recognises(magic: number): boolean }[] = [
  { name: 'xz', command: 'xz -dc', recognises: (magic) => magic === 0x587a37fd },
  { name: 'bzip2', command: 'bzip2 -dc', recognises: (magic) => (magic & 0xffffff) === 0x685a42 },
  { name: 'lz4', command: 'lz4 -dc', recognises: (magic) => magic === 0x184d2204 },
];

/** How a file that begins with this little-endian word is compressed, or null. */
export function findDecompression(magic: number): Decompression | null {
  return decompressions.find((candidate) => candidate.recognises(magic)) ?? null;
}

/** The sentence for a compression that is known and not read, or null. */
export function compressionNotRead(magic: number, path: string): string | null {
  const found = notRead.find((candidate) => candidate.recognises(magic));
  if (found === undefined) return null;
  const file = path === '-' ? 'FILE' : path;
  return `${path === '-' ? 'standard input' : path} is compressed with ${found.name}, which is not read here: decompress it into standard input, with "${found.command} ${file}", a pipe, and - in place of the file.`;
}
