/** A Web Worker that reads one capture, with the code of the command line, and tells what is in it. */
import { recogniseBytes } from '../../sensor/capture/bytes/byte-source.ts';
import { Capture } from '../../sensor/capture/bytes/capture.ts';
import { compilePacketFilter, type PacketFilter } from '../../sensor/filter/index.ts';
import { inspectCapture } from '../../sensor/inspect/inspect-capture.ts';
import type { CaptureReport } from '../../sensor/inspect/inspect-report.ts';
import { FilterError, parseFilter } from '../../shared/filter/index.ts';
import type { CaptureAnswer, CaptureInput, CaptureRequest } from './capture-messages.ts';
import { findDecompression } from './decompressions.ts';
import { WebStreamBytes } from './stream-bytes.ts';

const PROGRESS_EVERY_MILLISECONDS = 100;

addEventListener('message', async ({ data }: MessageEvent<CaptureRequest>) => {
  try {
    answer({ kind: 'report', report: await inspect(data) });
  } catch (error) {
    answer({ kind: 'failed', message: (error as Error).message });
  }
});

function inspect({ capture, checksums, filter }: CaptureRequest): Promise<CaptureReport> {
  const packetFilter = filter === null ? null : filterOf(filter);
  const raw = new WebStreamBytes(streamOf(capture));
  const opener = { openRaw: async () => raw, openBytes: () => recogniseBytes(raw, findDecompression) };
  let toldAt = performance.now();
  return inspectCapture(new Capture(opener), {
    checksums,
    filter: packetFilter,
    onProgress(packets) {
      if (performance.now() - toldAt < PROGRESS_EVERY_MILLISECONDS) return;
      toldAt = performance.now();
      answer({ kind: 'progress', progress: { bytesRead: raw.bytesRead, packets } });
    },
  });
}

function filterOf(text: string): PacketFilter {
  try {
    return compilePacketFilter(parseFilter(text));
  } catch (cause) {
    if (!(cause instanceof FilterError)) throw cause;
    throw new Error(cause.display(text), { cause });
  }
}

function streamOf(capture: CaptureInput): ReadableStream<Uint8Array> {
  if (capture instanceof ReadableStream) return capture;
  return (capture instanceof Blob ? capture : new Blob([capture])).stream();
}

function answer(message: CaptureAnswer): void {
  postMessage(message);
}
