/** One thread of the engine as the others see it. */
import { Worker } from 'node:worker_threads';
import { type Block, createBlock, type Replies, type Request, type ThreadStart } from './messages.ts';

/** One block is decoded while the next one waits and the one before is taken over. */
const BLOCKS = 3;

export class EngineThread {
  readonly blocks: readonly Block[];
  readonly #worker: Worker;
  /** Those who wait for an answer: answers come in the order of questions. */
  readonly #waiting: { resolve: (reply: never) => void; reject: (error: Error) => void }[] = [];
  #failed: Error | null = null;

  constructor(start: Omit<ThreadStart, 'blocks'>) {
    this.blocks = Array.from({ length: BLOCKS }, createBlock);
    // Node starts only what is compiled: `flows` refuses threads where this is TypeScript.
    this.#worker = new Worker(new URL('./engine-worker.js', import.meta.url), {
      workerData: { ...start, blocks: this.blocks } satisfies ThreadStart,
      execArgv: [],
    });
    this.#worker.on('message', (reply) => this.#waiting.shift()!.resolve(reply as never));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('a thread of the engine ended')));
  }

  ask<K extends Request['kind']>(
    request: Request & { kind: K },
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Replies[K]> {
    if (this.#failed !== null) return Promise.reject(this.#failed);
    const reply = new Promise<Replies[K]>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    // Whoever waits for an earlier answer learns of a failure first; this one's must not count as unheard.
    reply.catch(() => undefined);
    this.#worker.postMessage(request, transfer);
    return reply;
  }

  #fail(error: Error): void {
    this.#failed ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failed);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
