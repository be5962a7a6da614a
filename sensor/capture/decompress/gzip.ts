/** gzip (RFC 1952), of one member or several, by Node's zlib. */
import { pipeline, Readable } from 'node:stream';
import { createGunzip, type Gunzip } from 'node:zlib';
import type { Decompression } from '../bytes/compressions.ts';

/** What comes out of zlib in one piece. The piece in which it finds damage is lost. */
const OUTPUT_BYTES = 1 << 16;

export const gzip: Decompression = {
  name: 'gzip',
  async *decompress(compressed) {
    const gunzip = createGunzip({ chunkSize: OUTPUT_BYTES });
    pipeline(Readable.from(compressed), gunzip, () => undefined);
    try {
      yield* whatComesOut(gunzip);
    } finally {
      gunzip.destroy();
    }
    if (gunzip.errored !== null) throw gunzip.errored;
  },
};

/** A stream's own iterator drops what it holds when the input turns out to be damaged; this hands it on first. */
async function* whatComesOut(gunzip: Gunzip): AsyncIterable<Uint8Array> {
  let wake = () => {};
  for (const event of ['readable', 'close', 'error']) gunzip.on(event, () => wake());
  for (;;) {
    const chunk = gunzip.read() as Uint8Array | null;
    if (chunk !== null) yield chunk;
    else if (gunzip.closed || gunzip.readableEnded) return;
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
}
