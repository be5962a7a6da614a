/** From flows to text and out: in this thread, or spread over several. The text is in the order of the flows either way. */
import type { FlowBatch } from '../../shared/flow-batch.ts';
import type { FlowWriter } from '../flow-formats/flow-format.ts';
import { TextBuffer } from '../flow-formats/text-buffer.ts';
import type { ByteSink } from '../output/byte-sink.ts';

/** Text is handed on in pieces of at least this size. */
const PIECE_BYTES = 1 << 18;

export interface Writing {
  /** Takes flows, which are void afterwards. */
  write(flows: FlowBatch): void;
  /** Waits until there is room for more: no more is made than is fetched. False when nobody reads any more. */
  room(): Promise<boolean>;
  /** Waits until all is handed on. False when nobody reads any more. */
  end(): Promise<boolean>;
}

export class WritingHere implements Writing {
  readonly #text = new TextBuffer();
  readonly #writer: FlowWriter;
  readonly #sink: ByteSink;

  constructor(writer: FlowWriter, sink: ByteSink) {
    this.#writer = writer;
    this.#sink = sink;
    writer.begin(this.#text);
  }

  write(flows: FlowBatch): void {
    this.#writer.write(this.#text, flows);
  }

  async room(): Promise<boolean> {
    return this.#text.length < PIECE_BYTES || this.end();
  }

  async end(): Promise<boolean> {
    const text = this.#text;
    const taken = text.length === 0 || (await this.#sink.write(text.bytes.subarray(0, text.length)));
    text.length = 0;
    return taken;
  }
}
