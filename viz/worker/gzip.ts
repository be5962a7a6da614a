/** gzip (RFC 1952) of one member, by the browser itself: the Compression Standard takes what follows for damage. */
import type { Decompression } from '../../sensor/capture/bytes/compressions.ts';

/** The browser hands on what comes out of one piece all at once, or nothing of it where it finds damage. */
const PIECE_BYTES = 4096;

export const gzip: Decompression = {
  name: 'gzip',
  async *decompress(compressed) {
    const { readable, writable } = new DecompressionStream('gzip');
    const writer = writable.getWriter();
    const reader = readable.getReader();
    // Whatever goes wrong here is told to the reader, too.
    void feed(compressed, writer).catch((cause) => writer.abort(cause).catch(() => undefined));
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
    } catch (cause) {
      throw new Error(sentenceOf(cause as Error), { cause });
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  },
};

/** Each write waits until what came of the one before was read: so no more is held than one piece becomes. */
async function feed(compressed: AsyncIterable<Uint8Array>, writer: WritableStreamDefaultWriter): Promise<void> {
  for await (const chunk of compressed) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) await writer.write(chunk.subarray(at, at + PIECE_BYTES));
  }
  // A stream that breaks off drops what was not read yet, and it shows at its close.
  await writer.write(new Uint8Array(0));
  await writer.close();
}

/** Without the name of the function that failed; browsers tell what stands behind the first member in words like these. */
function sentenceOf({ message }: Error): string {
  if (/after (the )?end/i.test(message)) return 'more follows its first member, and a browser reads no other';
  return message.replace(/^Failed to execute [^:]*: /, '');
}
