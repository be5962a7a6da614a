/** Lets others have their turn: messages that wait, and whoever else works in this thread. */

const LONGEST_MILLISECONDS = 12;

export class Turns {
  readonly #channel = new MessageChannel();
  readonly #waiting: (() => void)[] = [];
  #begunMilliseconds = performance.now();

  constructor() {
    // A message of one's own comes behind those that wait already. A timer would not be asked before some milliseconds are over.
    this.#channel.port1.onmessage = () => this.#waiting.shift()?.();
  }

  /** At once, unless this thread has worked for a while. */
  readonly pause = async (): Promise<void> => {
    if (performance.now() - this.#begunMilliseconds < LONGEST_MILLISECONDS) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.#channel.port2.postMessage(null);
    });
    this.#begunMilliseconds = performance.now();
  };

  close(): void {
    this.#channel.port1.close();
  }
}
