/**
 * Whether anybody still waits for the answer to a question. It stands beside the question for as long as that is worked on, so
 * that whatever reads for it, however deep, is ended with it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { StoreError } from '../stores.ts';

const gone = new AsyncLocalStorage<AbortSignal>();

/** `work` is ended with STORE_GONE once `signal` says that nobody waits for it. */
export function whileWanted<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  return signal === undefined ? work() : gone.run(signal, work);
}

/** Throws StoreError: STORE_GONE. */
export function throwIfUnwanted(): void {
  if (gone.getStore()?.aborted) throw new StoreError('STORE_GONE', 'nobody waits for the answer any more');
}

const AGAIN_MILLISECONDS = 5;

/**
 * Calls `end` when nobody waits for `work` any more, and again until it is over: what is ended is one statement, of which
 * work may have several. Throws StoreError: STORE_GONE.
 */
export async function endedWhenUnwanted<T>(end: () => void, work: () => Promise<T>): Promise<T> {
  const signal = gone.getStore();
  if (signal === undefined) return await work();
  throwIfUnwanted();
  let timer: NodeJS.Timeout | undefined;
  const endAll = () => {
    end();
    timer = setInterval(end, AGAIN_MILLISECONDS);
  };
  signal.addEventListener('abort', endAll);
  try {
    return await work();
  } catch (cause) {
    throwIfUnwanted();
    throw cause;
  } finally {
    signal.removeEventListener('abort', endAll);
    clearInterval(timer);
  }
}
