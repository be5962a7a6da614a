/** A file, or parts of it, as a capture. */
import { recogniseBytes } from '../../sensor/capture/bytes/byte-source.ts';
import { Capture } from '../../sensor/capture/bytes/capture.ts';
import { BlobBytes } from './blob-bytes.ts';
import { findDecompression } from './decompressions.ts';

export function captureOf(blob: Blob): { capture: Capture; raw: BlobBytes } {
  const raw = new BlobBytes(blob);
  return {
    raw,
    capture: new Capture({ openRaw: async () => raw, openBytes: () => recogniseBytes(raw, findDecompression) }),
  };
}
