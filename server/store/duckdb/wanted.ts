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

/** `work` is for the store itself, and goes on whether anybody waits or not. */
export const whoeverWaits = <T>(work: () => Promise<T>): Promise<T> => gone.exit(work);

/** To be asked between statements, of which none is ended before it begins. Throws StoreError: STORE_GONE. */
export function throwIfUnwanted(cause?: unknown): void {
  if (gone.getStore()?.aborted) throw unwanted(cause);
}

const unwanted = (cause?: unknown) => new StoreError('STORE_GONE', 'nobody waits for the answer any more', { cause });

/**
 * What `enter` is given resolves it. When nobody waits any more, `leave` is called with the same; what was given by then is
 * resolved all the same, since it has to be given back. Throws StoreError: STORE_GONE.
 */
export async function turnWhileWanted<T>(
  enter: (take: (given: T) => void) => void,
  leave: (take: (given: T) => void) => void,
): Promise<T> {
  throwIfUnwanted();
  const signal = gone.getStore();
  return await new Promise<T>((resolve, reject) => {
    const end = () => {
      leave(take);
      // Without effect on what was given before.
      reject(unwanted());
    };
    const take = (given: T) => {
      signal?.removeEventListener('abort', end);
      resolve(given);
    };
    signal?.addEventListener('abort', end);
    enter(take);
  });
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
    throwIfUnwanted(cause);
    throw cause;
  } finally {
    signal.removeEventListener('abort', endAll);
    clearInterval(timer);
  }
}
