/** Takes a dropped file the whole path. */
import { recogniseBytes } from '../../../sensor/capture/bytes/byte-source.ts';
import { Capture } from '../../../sensor/capture/bytes/capture.ts';
import { findDecompression } from '../../../viz/worker/decompressions.ts';
import { WebStreamBytes } from '../../../viz/worker/stream-bytes.ts';
import { takeWholePath } from './whole-path.ts';

addEventListener('message', async ({ data }: MessageEvent<File>) => {
  const raw = new WebStreamBytes(data.stream());
  const opener = { openRaw: async () => raw, openBytes: () => recogniseBytes(raw, findDecompression) };
  postMessage(await takeWholePath(new Capture(opener)));
});
