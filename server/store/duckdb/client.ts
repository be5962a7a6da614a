/** The stores as the rest of the server sees them: calls that are answered by the thread that owns the database. */
import { Worker } from 'node:worker_threads';
import { type Column, columnLength, type FlowBatch } from '../../../shared/flow-batch.ts';
import { flowFieldNames, flowFields } from '../../../shared/flow-fields.ts';
import type { IngestCommit, SeriesRows } from '../ingest-commit.ts';
import { StoreError } from '../stores.ts';
import { openDuckDbStoresInThread } from './core.ts';
import { errorOf, type WorkerGone, type WorkerReply, type WorkerRequest, type WorkerStart } from './messages.ts';
import {
  type DuckDbOptions,
  type DuckDbStores,
  type OperationName,
  type StoreOperations,
  storesOver,
} from './operations.ts';

/**
 * Opens or makes the database in `folder` in a thread of its own. From TypeScript sources (tests, development), where Node
 * cannot start such a thread, it runs in this one. Throws StoreError: STORE_LOCKED, STORE_VERSION, STORE_UNREADABLE, STORE_FAILED.
 */
export async function openDuckDbStores(folder: string, options: DuckDbOptions = {}): Promise<DuckDbStores> {
  if (import.meta.url.endsWith('.ts')) return await openDuckDbStoresInThread(folder, options);
  const owner = new Owner(folder, options);
  const warnings = await owner.opened;
  return storesOver(operationsOf(owner), warnings, () => owner.close());
}

/** How long a process that exits waits for the store to close. */
const EXIT_MILLIS = 2000;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The thread, and the calls it has yet to answer. */
class Owner {
  /** What had to be repaired; rejects when the database does not open. */
  readonly opened: Promise<readonly string[]>;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #closed = new Int32Array(new SharedArrayBuffer(4));
  #nextId = 1;
  #ended: Error | undefined;

  constructor(folder: string, options: DuckDbOptions) {
    const start: WorkerStart = { folder, options, closed: this.#closed };
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: start,
      // Not the process's own flags: some of them (such as --input-type) no thread starts with.
      execArgv: [],
    });
    this.opened = new Promise((resolve, reject) => {
      this.#waiting.set(0, { resolve: (warnings) => resolve(warnings as readonly string[]), reject });
    });
    this.#worker.on('message', (reply: WorkerReply) => this.#receive(reply));
    this.#worker.on('error', (error) =>
      this.#end(new StoreError('STORE_FAILED', `the store stopped: ${error.message}`)),
    );
    process.on('exit', this.#closeAtExit);
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        process.off('exit', this.#closeAtExit);
        this.#end(new StoreError('STORE_FAILED', 'the store is closed'));
        resolve();
      });
    });
  }

  call(
    operation: WorkerRequest['operation'],
    values: readonly unknown[],
    transfer: ArrayBuffer[] = [],
  ): Promise<unknown> {
    return this.#post({ operation, values }, transfer).answer;
  }

  /** As `call`, and ended when `gone` says that nobody waits for it. */
  async callUntil(gone: AbortSignal, operation: OperationName, values: readonly unknown[]): Promise<unknown> {
    const { id, answer } = this.#post({ operation, values, canEnd: true });
    const tell = () => this.#worker.postMessage({ gone: id } satisfies WorkerGone);
    if (gone.aborted) tell();
    else gone.addEventListener('abort', tell);
    return await answer.finally(() => gone.removeEventListener('abort', tell));
  }

  #post(request: Omit<WorkerRequest, 'id'>, transfer: ArrayBuffer[] = []): { id: number; answer: Promise<unknown> } {
    const id = this.#nextId++;
    if (this.#ended) return { id, answer: Promise.reject(this.#ended) };
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#worker.postMessage({ id, ...request } satisfies WorkerRequest, transfer);
    return { id, answer };
  }

  /**
   * A process that exits with the store open: work underway in a thread that is torn down would abort the process, and
   * its exit code would be lost. No event loop turns here any more, so the answer is waited for in shared memory.
   */
  readonly #closeAtExit = (): void => {
    this.#worker.postMessage({ id: this.#nextId++, operation: 'close', values: [] } satisfies WorkerRequest);
    Atomics.wait(this.#closed, 0, 0, EXIT_MILLIS);
  };

  async close(): Promise<void> {
    if (!this.#ended) await this.call('close', []);
    await this.#exited;
  }

  #receive(reply: WorkerReply): void {
    if ('opened' in reply) this.#settle(0, (waiting) => waiting.resolve(reply.opened));
    else if ('refused' in reply) this.#settle(0, (waiting) => waiting.reject(errorOf(reply.refused)));
    else if ('error' in reply) this.#settle(reply.id, (waiting) => waiting.reject(errorOf(reply.error)));
    else this.#settle(reply.id, (waiting) => waiting.resolve(reply.value));
  }

  #settle(id: number, settle: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (waiting) settle(waiting);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const id of [...this.#waiting.keys()]) this.#settle(id, (waiting) => waiting.reject(this.#ended ?? error));
  }
}

/** Every operation as a call to the owner. `commit` alone has arrays worth handing over without a second copy. */
function operationsOf(owner: Owner): StoreOperations {
  const calls: Partial<Record<OperationName, (...values: unknown[]) => Promise<unknown>>> = {};
  return new Proxy(calls, {
    get(_, name: OperationName) {
      if (name === 'commit') return (commit: IngestCommit) => sendCommit(owner, commit);
      calls[name] ??= (...values) => {
        const gone = values.at(-1);
        return gone instanceof AbortSignal
          ? owner.callUntil(gone, name, values.slice(0, -1))
          : owner.call(name, values);
      };
      return calls[name];
    },
  }) as StoreOperations;
}

/** Hands the flows over, and copies of the series: those the caller may want back. */
function sendCommit(owner: Owner, commit: IngestCommit): Promise<unknown> {
  const sent: IngestCommit = {
    ...commit,
    flows: commit.flows.map(exactFlows),
    series: copySeries(commit.series),
  };
  const buffers = [...sent.flows, sent.series].flatMap((columns) =>
    Object.values(columns).flatMap((column) => (ArrayBuffer.isView(column) ? [column.buffer as ArrayBuffer] : [])),
  );
  for (const { state } of commit.sketches ?? []) if (state !== null) buffers.push(state.buffer as ArrayBuffer);
  return owner.call('commit', [sent], buffers);
}

/** Columns in memory that holds their rows and nothing else: their own, where it is such. */
function exactFlows(batch: FlowBatch): FlowBatch {
  const columns: Record<string, unknown> = { family: batch.family, capacity: batch.length, length: batch.length };
  for (const name of flowFieldNames) {
    const column = batch[name];
    const length = columnLength(flowFields[name].type, batch.family, batch.length);
    const isExact = column.length === length && column.byteLength === column.buffer.byteLength;
    columns[name] = isExact ? column : copyOf(column, length);
  }
  return columns as unknown as FlowBatch;
}

function copySeries(series: SeriesRows): SeriesRows {
  const { length } = series;
  return {
    length,
    resolution: copyOf(series.resolution, length),
    dimension: copyOf(series.dimension, length),
    session: copyOf(series.session, length),
    bin: copyOf(series.bin, length),
    key: copyOf(series.key, length),
    packets: copyOf(series.packets, length),
    bytes: copyOf(series.bytes, length),
    flows: copyOf(series.flows, length),
    sources: copyOf(series.sources, length),
    targets: copyOf(series.targets, length),
  };
}

/** The first values in memory of their own. Node's Buffer is a Uint8Array whose `slice` shares memory. */
function copyOf<T extends Column>(column: T, length: number): T {
  const copy =
    column instanceof Uint8Array ? Uint8Array.prototype.slice.call(column, 0, length) : column.slice(0, length);
  return copy as T;
}
