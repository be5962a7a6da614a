/** The compressions that Node undoes, and the sentence for those that are known and not read. */
import { type Decompression, findCompression } from '../bytes/compressions.ts';
import { gzip } from './gzip.ts';
import { zstd } from './zstd.ts';

export const decompressions: readonly Decompression[] = [gzip, zstd];

/** What undoes the compression of a file that begins with this little-endian word, or null. */
export function findDecompression(magic: number): Decompression | null {
  const found = findCompression(magic);
  return decompressions.find(({ name }) => name === found?.name) ?? null;
}

/** The sentence for a compression that is known and not read, or null: see docs/decisions/0016-compressions.md. */
export function compressionNotRead(magic: number, path: string): string | null {
  const found = findCompression(magic);
  if (found === null || findDecompression(magic) !== null) return null;
  const file = path === '-' ? 'FILE' : path;
  return `${path === '-' ? 'standard input' : path} is compressed with ${found.name}, which is not read here: decompress it into standard input, with "${found.command} ${file}", a pipe, and - in place of the file.`;
}
