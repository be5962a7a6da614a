/** A page that hands files to workers, for portable-engine.test.ts. */
import type { CaptureReport } from '../../../sensor/inspect/inspect-report.ts';
import type { CaptureInput, CaptureProgress } from '../../../viz/worker/capture-messages.ts';
import { type InspectInWorkerOptions, inspectInWorker } from '../../../viz/worker/inspect-in-worker.ts';
import type { PathResult } from './whole-path.ts';

export interface Inspected {
  readonly report: CaptureReport;
  readonly milliseconds: number;
  readonly progress: readonly CaptureProgress[];
}

const input = document.querySelector('input')!;
const fileAt = (index: number) => input.files![index]!;

async function inspect(capture: CaptureInput, options: InspectInWorkerOptions = {}): Promise<Inspected> {
  const progress: CaptureProgress[] = [];
  const begun = performance.now();
  const report = await inspectInWorker(capture, { ...options, onProgress: (now) => progress.push(now) });
  return { report, milliseconds: performance.now() - begun, progress };
}

const engine = {
  inspectFile: (index: number, options?: InspectInWorkerOptions) => inspect(fileAt(index), options),
  inspectStream: (index: number) => inspect(fileAt(index).stream()),
  inspectBuffer: async (index: number) => inspect(await fileAt(index).arrayBuffer()),

  /** What the worker says when it is stopped at the first word of progress. */
  async stopInspection(index: number): Promise<string> {
    const stop = new AbortController();
    const onProgress = () => stop.abort(new Error('stopped by the test'));
    return inspectInWorker(fileAt(index), { stop: stop.signal, onProgress }).then(
      () => 'read to its end',
      (reason: Error) => reason.message,
    );
  },

  wholePath(index: number): Promise<PathResult> {
    const worker = new Worker(new URL('./path-worker.ts', import.meta.url), { type: 'module' });
    return new Promise((resolve, reject) => {
      worker.addEventListener('error', ({ message }) => reject(new Error(message)));
      worker.addEventListener('message', ({ data }) => resolve(data));
      worker.postMessage(fileAt(index));
    });
  },
};

export type Engine = typeof engine;
Object.assign(window, { engine });
