/**
 * The owner of the database, opened again after an error that DuckDB does not survive: a disk that ran full while the file
 * was written. What was committed is in the file or in the log; who asked meanwhile is told, and asks again.
 */
import { StoreError } from '../stores.ts';
import type { OperationName, StoreOperations } from './operations.ts';
import { isFatal } from './store-errors.ts';

const AGAIN_AFTER_MILLISECONDS = 2_000;

interface Core {
  readonly operations: StoreOperations;
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

export class LastingCore {
  readonly operations: StoreOperations;
  readonly warnings: readonly string[];
  readonly #open: () => Promise<Core>;
  #core: Promise<Core>;
  #failedMilliseconds = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  private constructor(open: () => Promise<Core>, core: Core) {
    this.#open = open;
    this.#core = Promise.resolve(core);
    this.warnings = core.warnings;
    this.operations = Object.fromEntries(
      (Object.keys(core.operations) as OperationName[]).map((name) => [
        name,
        (...values: unknown[]) => this.#ask(name, values),
      ]),
    ) as unknown as StoreOperations;
  }

  static async open(open: () => Promise<Core>): Promise<LastingCore> {
    return new LastingCore(open, await open());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#core.then(
      (core) => core.close(),
      () => undefined,
    );
  }

  async #ask(name: OperationName, values: unknown[]): Promise<unknown> {
    if (this.#isClosed) throw new StoreError('STORE_FAILED', 'the store is closed');
    const asked = this.#core;
    try {
      const core = await asked;
      return await (core.operations[name] as (...values: unknown[]) => Promise<unknown>)(...values);
    } catch (error) {
      if (!this.#isClosed) this.#mend(asked, error);
      throw error;
    }
  }

  /** Of all who meet the error, the first begins. An opening that failed is tried again after a while. */
  #mend(met: Promise<Core>, error: unknown): void {
    if (this.#core !== met) return;
    if (error instanceof OpeningError) {
      if (performance.now() - this.#failedMilliseconds < AGAIN_AFTER_MILLISECONDS) return;
    } else if (!isFatal(error)) return;
    this.#core = met
      .then(
        (core) => core.close().catch(() => undefined),
        () => undefined,
      )
      .then(() => this.#open())
      .catch((cause: Error) => {
        this.#failedMilliseconds = performance.now();
        throw new OpeningError(cause);
      });
    // Whoever asks next meets it.
    this.#core.catch(() => undefined);
  }
}

class OpeningError extends StoreError {
  constructor(cause: Error) {
    const code = cause instanceof StoreError ? cause.code : 'STORE_FAILED';
    super(code, `the store cannot be opened again: ${cause.message}`, { cause });
  }
}
