/** A way to write flows down: one file a format, one line in `index.ts`. */
import type { FlowBatch } from '../../shared/flow-batch.ts';
import type { FlowColumn } from './flow-columns.ts';
import type { TextBuffer } from './text-buffer.ts';

export interface FlowFormat {
  /** As in `--format`. */
  readonly name: string;
  writer(columns: readonly FlowColumn[]): FlowWriter;
}

/** Writes flows of both families, one after another. */
export interface FlowWriter {
  /** What stands before the first flow, if anything. */
  begin(out: TextBuffer): void;
  write(out: TextBuffer, flows: FlowBatch): void;
}
