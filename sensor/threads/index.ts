/** Where the engine's work is done: here, or in threads beside this one. */

import type { PacketFilter } from '../filter/index.ts';
import { flowColumns } from '../flow-formats/flow-columns.ts';
import { findFlowFormat } from '../flow-formats/index.ts';
import type { ByteSink } from '../output/byte-sink.ts';
import { type Decoding, DecodingHere } from './decoding.ts';
import { DecodingInThreads } from './decoding-in-threads.ts';
import { EngineThread } from './engine-thread.ts';
import type { FlowText } from './messages.ts';
import { type Writing, WritingHere } from './writing.ts';
import { WritingInThreads } from './writing-in-threads.ts';

export interface EngineOptions {
  /** Threads beside this one; 0 does everything here. */
  readonly workers: number;
  readonly filter: PacketFilter | null;
  /** Makes hashes unpredictable; what comes out does not depend on it. */
  readonly seed: number;
  /** The same filter as text, since threads share no code. */
  readonly filterText: string | null;
  readonly text: FlowText | null;
  readonly sink: ByteSink;
}

export interface Engine {
  readonly decoding: Decoding;
  readonly writing: Writing | null;
  /** Ends the threads. */
  close(): Promise<void>;
}

export function startEngine({ workers, filter, filterText, seed, text, sink }: EngineOptions): Engine {
  const writer = text && findFlowFormat(text.format)!.writer(flowColumns(text.columns));
  if (workers === 0)
    return {
      decoding: new DecodingHere(filter, seed),
      writing: writer && new WritingHere(writer, sink),
      close: async () => {},
    };
  const threads = Array.from({ length: workers }, () => new EngineThread({ filter: filterText, text }));
  return {
    // Threads see but a part of what a source sends, and cannot answer a filter that asks for more.
    decoding: filter?.asksForPairs ? new DecodingHere(filter, seed) : new DecodingInThreads(threads, seed),
    writing: writer && new WritingInThreads(threads, writer, sink),
    close: async () => void (await Promise.all(threads.map((thread) => thread.close()))),
  };
}
