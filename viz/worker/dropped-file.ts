/** A dropped capture file as a session of the page's own: the page's side. No server is asked. */
import { COUNTRY_FILE, NETWORK_FILE } from '../../server/enrich/ranges/page-tables.ts';
import type { StretchRequest } from '../../shared/wire/stretch.ts';
import { type Problem, QuestionError } from '../feed/answers.ts';
import type {
  DroppedLimits,
  DroppedProgress,
  DroppedQuestion,
  DroppedSummary,
  FlowPackets,
  FlowPacketsQuery,
  FromDroppedWorker,
  ToDroppedWorker,
} from './dropped-messages.ts';

export type { DroppedProgress, DroppedSummary, FlowPacket, FlowPackets, FlowPacketsQuery } from './dropped-messages.ts';
export { DROPPED_SENSOR, DROPPED_SESSION, MAX_FLOW_PACKETS } from './dropped-messages.ts';

/** What a tab of a browser has room for. */
const LIMITS: DroppedLimits = { maxFlows: 6_000_000, maxBytes: 768 * 1024 * 1024 };

export interface DroppedFile {
  readonly name: string;
  /** When all is read; progress comes before. Rejects with QuestionError for a filter that is wrong, never for a bad capture. */
  readonly done: Promise<DroppedSummary>;
  /** The body as shared/wire/stretch.ts has it, of session DROPPED_SESSION. Waits until that much of the file is read. */
  stretch(request: StretchRequest, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /** The body that a server answers this path with, such as `api/v1/top?by=port`: of what is read so far. Throws QuestionError. */
  answer(path: string, signal: AbortSignal, onProgress: (done: number) => void): Promise<unknown>;
  /** Packets of a flow: the file is read once more, where they are. */
  packets(query: FlowPacketsQuery, signal: AbortSignal): Promise<FlowPackets>;
  /** Lets go of file and memory; what was asked rejects. */
  close(): void;
}

export interface OpenOptions {
  /** For packets, in the language of docs/filter.md: the others are counted, and are in no flow. */
  readonly filter?: string;
  /** Below which countries and networks lie; the page's own folder when it is left out. */
  readonly tablesAt?: string;
  readonly limits?: Partial<DroppedLimits>;
  onProgress(progress: DroppedProgress): void;
}

export function openDroppedFile(file: Blob & { readonly name: string }, options: OpenOptions): DroppedFile {
  return new FileInWorker(file, options);
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  onProgress(done: number): void;
}

class FileInWorker implements DroppedFile {
  readonly name: string;
  readonly done: Promise<DroppedSummary>;
  readonly #worker = new Worker(new URL('./dropped-worker.ts', import.meta.url), { type: 'module' });
  readonly #onProgress: OpenOptions['onProgress'];
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  /** Why nothing is answered any more. */
  #ended: QuestionError | null = null;
  #finish!: { resolve(summary: DroppedSummary): void; reject(error: unknown): void };

  constructor(file: Blob & { readonly name: string }, options: OpenOptions) {
    this.name = file.name;
    this.#onProgress = options.onProgress;
    this.done = new Promise((resolve, reject) => {
      this.#finish = { resolve, reject };
    });
    // Who does not wait for it is told by every answer.
    this.done.catch(() => undefined);
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromDroppedWorker>) => this.#take(data));
    this.#worker.addEventListener('error', ({ message }) => this.#fail(message || 'the worker cannot be loaded'));
    this.#worker.addEventListener('messageerror', () => this.#fail('a message of the worker cannot be read'));
    const at = options.tablesAt ?? document.baseURI;
    this.#tell({
      kind: 'open',
      file,
      name: file.name,
      filter: options.filter ?? '',
      tables: { countries: new URL(COUNTRY_FILE, at).href, networks: new URL(NETWORK_FILE, at).href },
      limits: { ...LIMITS, ...options.limits },
    });
  }

  #tell(message: ToDroppedWorker): void {
    this.#worker.postMessage(message);
  }

  #take(message: FromDroppedWorker): void {
    if (message.kind === 'progress') this.#onProgress(message.progress);
    else if (message.kind === 'done') {
      this.#onProgress(message.summary);
      this.#finish.resolve(message.summary);
    } else if (message.kind === 'failed') this.#end(message.status, message.problem);
    else if (message.kind === 'answering') this.#waiting.get(message.id)?.onProgress(message.done);
    else if (message.kind === 'answered') this.#settle(message.id, ({ resolve }) => resolve(message.value));
    else this.#settle(message.id, ({ reject }) => reject(new QuestionError(message.status, message.problem)));
  }

  #settle(id: number, how: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (waiting !== undefined) how(waiting);
  }

  #fail(detail: string): void {
    this.#end(500, { code: 'PAGE_FILE_FAILED', detail });
  }

  #end(status: number, problem: Problem): void {
    if (this.#ended !== null) return;
    this.#ended = new QuestionError(status, problem);
    this.#worker.terminate();
    this.#finish.reject(this.#ended);
    for (const waiting of this.#waiting.values()) waiting.reject(this.#ended);
    this.#waiting.clear();
  }

  async stretch(request: StretchRequest, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    return (await this.#ask({ kind: 'stretch', request }, signal)) as Uint8Array<ArrayBuffer>;
  }

  async answer(path: string, signal: AbortSignal, onProgress: (done: number) => void): Promise<unknown> {
    return await this.#ask({ kind: 'answer', path }, signal, onProgress);
  }

  async packets(query: FlowPacketsQuery, signal: AbortSignal): Promise<FlowPackets> {
    return (await this.#ask({ kind: 'packets', query }, signal)) as FlowPackets;
  }

  #ask(question: DroppedQuestion, signal: AbortSignal, onProgress: Waiting['onProgress'] = () => undefined) {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    if (signal.aborted) return Promise.reject(signal.reason);
    const id = this.#asked++;
    return new Promise<unknown>((resolve, reject) => {
      const cancel = () => {
        this.#waiting.delete(id);
        this.#tell({ kind: 'cancel', id });
        reject(signal.reason);
      };
      const settled =
        <Value>(how: (value: Value) => void) =>
        (value: Value) => {
          signal.removeEventListener('abort', cancel);
          how(value);
        };
      signal.addEventListener('abort', cancel, { once: true });
      this.#waiting.set(id, { resolve: settled(resolve), reject: settled(reject), onProgress });
      this.#tell({ kind: 'ask', id, question });
    });
  }

  close(): void {
    this.#end(0, { code: 'PAGE_FILE_CLOSED', detail: '' });
  }
}
