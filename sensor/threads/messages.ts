/** What the threads of the engine say to each other. */

import { sharedMemory } from '../../shared/column-memory.ts';
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { createPacketBatch, createRecordBatch, type PacketBatch, type RecordBatch } from '../../shared/packet-batch.ts';
import type { DecoderCounts } from '../decode/decoder.ts';
import type { FlowColumnOptions } from '../flow-formats/flow-columns.ts';

/** A batch of records on its way to a thread, and its rows on their way back: memory that both see, used again and again. */
export interface Part {
  readonly records: RecordBatch;
  readonly ipv4: PacketBatch;
  readonly ipv6: PacketBatch;
}

/** Batches that are sent together: waking a thread takes as long as decoding hundreds of packets. */
export type Block = readonly Part[];
const PARTS = 4;

/** Bytes of packets in a part at most. More than the longest packet, and than most batches. */
export const PART_BYTES = 2 << 20;

export function createBlock(): Block {
  return Array.from({ length: PARTS }, createPart);
}

function createPart(): Part {
  const records = createRecordBatch(undefined, sharedMemory);
  records.bytes = new Uint8Array(new SharedArrayBuffer(PART_BYTES));
  records.view = new DataView(records.bytes.buffer);
  return {
    records,
    ipv4: createPacketBatch(4, undefined, sharedMemory),
    ipv6: createPacketBatch(6, undefined, sharedMemory),
  };
}

/** What flows are written as; null where they are only counted. */
export interface FlowText {
  readonly format: string;
  readonly columns: FlowColumnOptions;
}

export interface ThreadStart {
  readonly blocks: readonly Block[];
  /** The text of `--filter`. */
  readonly filter: string | null;
  readonly text: FlowText | null;
}

export type Request =
  | {
      readonly kind: 'decode';
      readonly block: number;
      /** Of each part that is filled. */
      readonly records: readonly number[];
      /** Time of the record before the first. */
      readonly seconds: number;
      readonly nanoseconds: number;
    }
  | { readonly kind: 'write'; readonly flows: FlowBatch }
  | { readonly kind: 'counts' };

export interface Replies {
  /** Rows in each part. */
  decode: readonly { readonly ipv4: number; readonly ipv6: number }[];
  /** The batch comes back to be used again. */
  write: { readonly text: Uint8Array<ArrayBuffer>; readonly flows: FlowBatch };
  counts: DecoderCounts;
}
