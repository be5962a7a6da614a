/** The page's side: hands a capture to a worker of its own, and waits for the report. */
import type { CaptureReport } from '../../sensor/inspect/inspect-report.ts';
import type { CaptureAnswer, CaptureInput, CaptureProgress, CaptureRequest } from './capture-messages.ts';

export interface InspectInWorkerOptions {
  readonly checksums?: boolean;
  readonly filter?: string;
  /** Ends the worker; the promise rejects with the signal's reason. */
  readonly stop?: AbortSignal;
  readonly onProgress?: (progress: CaptureProgress) => void;
}

/** A stream or an ArrayBuffer is the worker's afterwards. Rejects for a filter that is wrong, not for a damaged capture. */
export async function inspectInWorker(
  capture: CaptureInput,
  { checksums = false, filter, stop, onProgress }: InspectInWorkerOptions = {},
): Promise<CaptureReport> {
  stop?.throwIfAborted();
  const worker = new Worker(new URL('./capture-worker.ts', import.meta.url), { type: 'module' });
  try {
    return await new Promise((resolve, reject) => {
      stop?.addEventListener('abort', () => reject(stop.reason), { once: true });
      worker.addEventListener('error', ({ message }) => reject(new Error(message || 'the worker cannot be loaded')));
      worker.addEventListener('message', ({ data }: MessageEvent<CaptureAnswer>) => {
        if (data.kind === 'progress') onProgress?.(data.progress);
        else if (data.kind === 'report') resolve(data.report);
        else reject(new Error(data.message));
      });
      const request: CaptureRequest = { capture, checksums, filter: filter ?? null };
      worker.postMessage(request, capture instanceof Blob ? [] : [capture]);
    });
  } finally {
    worker.terminate();
  }
}
