/** The way from sensor to server: a relay that can be made slow or stand still, since not every kernel can do that (netem). */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** What both threads read and write, in this order. */
export const Field = { bytesPerSecond: 0, delayMilliseconds: 1, isStalled: 2, bytesUp: 3, bytesDown: 4 };

export class Way {
  #fields = new Float64Array(new SharedArrayBuffer(Object.keys(Field).length * Float64Array.BYTES_PER_ELEMENT));
  #relay;
  #listening;

  /** A thread of its own, since this one waits for commands. */
  constructor(fromPort, toPort) {
    this.#fields[Field.bytesPerSecond] = Number.POSITIVE_INFINITY;
    this.#relay = new Worker(new URL('./relay.mjs', import.meta.url), {
      workerData: { fromPort, toPort, fields: this.#fields },
    });
    this.#listening = once(this.#relay, 'message');
  }

  /** Resolves with the port, which may have been chosen by the system. */
  async port() {
    return (await this.#listening)[0];
  }

  /** Both directions, each for all connections together. */
  narrow({ bytesPerSecond = Number.POSITIVE_INFINITY, delayMilliseconds = 0 }) {
    this.#fields[Field.bytesPerSecond] = bytesPerSecond;
    this.#fields[Field.delayMilliseconds] = delayMilliseconds;
  }

  /** Connections stay, and nothing comes through them. */
  stall(isStalled) {
    this.#fields[Field.isStalled] = Number(isStalled);
  }

  /** Since the begin. */
  get bytes() {
    return { up: this.#fields[Field.bytesUp], down: this.#fields[Field.bytesDown] };
  }

  async close() {
    await this.#relay.terminate();
  }
}
