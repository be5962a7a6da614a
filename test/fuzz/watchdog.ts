/** Watches from another thread whether cases end. */
import { Worker } from 'node:worker_threads';

/** A hundred times what the longest case takes on a slow machine. */
const HANG_SECONDS = 120;
const HEADER_WORDS = 2;
const MAX_CASE_BYTES = 1 << 20;

export class Watchdog {
  readonly #shared = new SharedArrayBuffer(HEADER_WORDS * 4 + MAX_CASE_BYTES);
  /** The number of the case, odd while it runs; its length. */
  readonly #header = new Int32Array(this.#shared, 0, HEADER_WORDS);
  readonly #bytes = new Uint8Array(this.#shared, HEADER_WORDS * 4);
  readonly #worker: Worker;

  /** `file` takes the bytes of a case that hangs. */
  constructor(file: string, hangSeconds = HANG_SECONDS) {
    const workerData = { shared: this.#shared, headerWords: HEADER_WORDS, hangSeconds, file };
    this.#worker = new Worker(new URL('./watchdog.mjs', import.meta.url), { workerData });
    this.#worker.unref();
  }

  begin(bytes: Uint8Array): void {
    const length = Math.min(bytes.length, MAX_CASE_BYTES);
    this.#bytes.set(bytes.subarray(0, length));
    Atomics.store(this.#header, 1, length);
    Atomics.add(this.#header, 0, 1);
  }

  end(): void {
    Atomics.add(this.#header, 0, 1);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
