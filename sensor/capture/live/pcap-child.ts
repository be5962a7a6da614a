/** A child process that captures and writes pcap to its standard output, read as it comes. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { RecordBatch } from '../../../shared/packet-batch.ts';
import { AnyCaptureReader } from '../readers/index.ts';

const MAX_STDERR_CHARACTERS = 8_192;

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class PcapChild {
  /** What it said on standard error, the end of it. */
  stderr = '';
  /** It ran and is gone, and what it wrote was read to its end; null before. */
  exit: ChildExit | null = null;
  /** The record that it was writing when it was killed is cut. */
  cut = false;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #reader = new AnyCaptureReader();
  readonly #onReadable: () => void;
  #closed: ChildExit | null = null;
  #startError: Error | null = null;

  constructor(
    command: string,
    words: readonly string[],
    options: { readonly onReadable: () => void; readonly onStderr?: (text: string) => void },
  ) {
    this.#onReadable = options.onReadable;
    // A process group of its own, so that Ctrl-C reaches the sensor first.
    const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-MAX_STDERR_CHARACTERS);
      options.onStderr?.(text);
    });
    child.stdout.on('readable', this.#onReadable);
    child.on('error', (error) => (this.#startError = error));
    child.once('close', (code, signal) => {
      this.#closed = { code, signal };
      this.#onReadable();
    });
  }

  get startError(): Error | null {
    return this.#startError;
  }

  get lastWords(): string {
    return this.stderr.trim().split('\n').at(-1) ?? '';
  }

  /** Resolves with true once it has written something that can be read, or `isReady` says so; with false when it ended first. */
  async started(isReady: () => boolean = () => false): Promise<boolean> {
    const { stdout, stderr } = this.#child;
    return new Promise((resolve) => {
      const look = () => {
        if (stdout.readableLength > 0 || isReady()) done(true);
      };
      const ended = () => done(false);
      const done = (started: boolean) => {
        stdout.off('readable', look);
        stderr.off('data', look);
        this.#child.off('close', ended).off('error', ended);
        resolve(started);
      };
      stdout.on('readable', look);
      stderr.on('data', look);
      this.#child.once('close', ended).once('error', ended);
    });
  }

  read(batch: RecordBatch): number {
    for (;;) {
      const records = this.#reader.read(batch);
      if (records > 0) return records;
      const chunk = this.#child.stdout.read() as Buffer | null;
      if (chunk === null) break;
      this.#reader.push(chunk);
    }
    if (this.#closed !== null && this.exit === null) {
      this.cut = this.#reader.damage === null && this.#reader.window.length > 0;
      this.exit = this.#closed;
    }
    return 0;
  }

  /** What it writes makes no sense: a sentence, or null. */
  get damage(): string | null {
    return this.#reader.damage;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }
}
