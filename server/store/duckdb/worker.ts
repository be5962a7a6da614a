/** The thread that owns the database: a flush holds it for milliseconds, and nobody else. */
import { parentPort, workerData } from 'node:worker_threads';
import { DuckDbCore } from './core.ts';
import { LastingCore } from './lasting-core.ts';
import { partsOf, type WorkerReply, type WorkerRequest, type WorkerStart } from './messages.ts';

const port = parentPort;
if (!port) throw new Error('this file is started as a worker thread, by client.ts');
const reply = (message: WorkerReply) => port.postMessage(message);
const { folder, options, closed } = workerData as WorkerStart;

function noteClosed(): void {
  Atomics.store(closed, 0, 1);
  Atomics.notify(closed, 0);
}

async function answer(core: LastingCore, { id, operation, values }: WorkerRequest): Promise<void> {
  try {
    if (operation === 'close') {
      await core.close();
      noteClosed();
      reply({ id, value: undefined });
      port?.close();
      return;
    }
    const does = core.operations[operation] as (...values: unknown[]) => Promise<unknown>;
    reply({ id, value: await does(...values) });
  } catch (error) {
    reply({ id, error: partsOf(error) });
  }
}

try {
  const core = await LastingCore.open(() => DuckDbCore.open(folder, options));
  port.on('message', (request: WorkerRequest) => void answer(core, request));
  reply({ opened: core.warnings });
} catch (error) {
  noteClosed();
  reply({ refused: partsOf(error) });
}
