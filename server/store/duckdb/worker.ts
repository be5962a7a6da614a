/** The thread that owns the database: a flush holds it for milliseconds, and nobody else. */
import { parentPort, workerData } from 'node:worker_threads';
import { DuckDbCore } from './core.ts';
import { LastingCore } from './lasting-core.ts';
import { partsOf, type WorkerGone, type WorkerReply, type WorkerRequest, type WorkerStart } from './messages.ts';

const port = parentPort;
if (!port) throw new Error('this file is started as a worker thread, by client.ts');
const reply = (message: WorkerReply) => port.postMessage(message);
const { folder, options, closed } = workerData as WorkerStart;

function noteClosed(): void {
  Atomics.store(closed, 0, 1);
  Atomics.notify(closed, 0);
}

/** Questions that can be ended, while they are worked on. */
const underway = new Map<number, AbortController>();

async function answer(core: LastingCore, { id, operation, values, canEnd }: WorkerRequest): Promise<void> {
  try {
    if (operation === 'close') {
      await core.close();
      noteClosed();
      reply({ id, value: undefined });
      port?.close();
      return;
    }
    const does = core.operations[operation] as (...values: unknown[]) => Promise<unknown>;
    reply({ id, value: await does(...values, ...(canEnd ? [signalOf(id)] : [])) });
  } catch (error) {
    reply({ id, error: partsOf(error) });
  } finally {
    underway.delete(id);
  }
}

function signalOf(id: number): AbortSignal {
  const gone = new AbortController();
  underway.set(id, gone);
  return gone.signal;
}

try {
  const core = await LastingCore.open(() => DuckDbCore.open(folder, options));
  port.on('message', (message: WorkerRequest | WorkerGone) => {
    if ('gone' in message) underway.get(message.gone)?.abort();
    else void answer(core, message);
  });
  reply({ opened: core.warnings });
} catch (error) {
  noteClosed();
  reply({ refused: partsOf(error) });
}
