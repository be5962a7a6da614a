/** Flows go to the threads by turns as they leave the tables, and their text is handed on in the same order. */
import { buffersOf, copyFlowBatch, createFlowBatch, type FlowBatch } from '../../shared/flow-batch.ts';
import type { FlowWriter } from '../flow-formats/flow-format.ts';
import { TextBuffer } from '../flow-formats/text-buffer.ts';
import type { ByteSink } from '../output/byte-sink.ts';
import type { EngineThread } from './engine-thread.ts';
import type { Replies } from './messages.ts';
import type { Writing } from './writing.ts';

/** Batches that wait at most before more packets are read; a table that is emptied gives up to fourteen at once. */
const WAITING = 16;

export class WritingInThreads implements Writing {
  readonly #threads: readonly EngineThread[];
  readonly #sink: ByteSink;
  readonly #begin = new TextBuffer();
  readonly #texts: Promise<Replies['write']>[] = [];
  readonly #spare: { readonly [family in 4 | 6]: FlowBatch[] } = { 4: [], 6: [] };
  #given = 0;

  constructor(threads: readonly EngineThread[], writer: FlowWriter, sink: ByteSink) {
    this.#threads = threads;
    this.#sink = sink;
    writer.begin(this.#begin);
  }

  write(flows: FlowBatch): void {
    const copy = this.#spare[flows.family].pop() ?? createFlowBatch(flows.family, flows.capacity);
    copyFlowBatch(flows, copy);
    const thread = this.#threads[this.#given++ % this.#threads.length]!;
    this.#texts.push(thread.ask({ kind: 'write', flows: copy }, buffersOf(copy)));
  }

  room(): Promise<boolean> {
    return this.#handOn(WAITING);
  }

  end(): Promise<boolean> {
    return this.#handOn(0);
  }

  /** Hands texts on until no more than `left` wait. */
  async #handOn(left: number): Promise<boolean> {
    if (this.#begin.length > 0) {
      const begin = this.#begin.bytes.slice(0, this.#begin.length);
      this.#begin.length = 0;
      if (!(await this.#sink.write(begin))) return false;
    }
    while (this.#texts.length > left) {
      const { text, flows } = await this.#texts.shift()!;
      this.#spare[flows.family].push(flows);
      if (text.length > 0 && !(await this.#sink.write(text))) return false;
    }
    return true;
  }
}
