/** The compressions that a browser undoes. */
import { type Decompression, findCompression } from '../../sensor/capture/bytes/compressions.ts';
import { gzip } from './gzip.ts';
import { zstd } from './zstd.ts';

const decompressions: readonly Decompression[] = [gzip, zstd];

/** What undoes the compression of a file that begins with this little-endian word, or null. Throws for what is not read. */
export function findDecompression(magic: number): Decompression | null {
  const found = findCompression(magic);
  if (found === null) return null;
  const decompression = decompressions.find(({ name }) => name === found.name);
  if (decompression !== undefined) return decompression;
  throw new Error(
    `it is compressed with ${found.name}, which is not read in a browser: decompress it first, with "${found.command}"`,
  );
}
