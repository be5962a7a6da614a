/** Batches of records go to the threads by turns, and their rows are taken back in the same order. */
import { addCounts } from '../../shared/counters.ts';
import type { RecordBatch } from '../../shared/packet-batch.ts';
import type { DecoderCounts } from '../decode/decoder.ts';
import { RecordClock } from '../decode/record-clock.ts';
import type { DecodedRows, Decoding } from './decoding.ts';
import type { EngineThread } from './engine-thread.ts';
import { BLOCK_BYTES, type Block } from './messages.ts';

export class DecodingInThreads implements Decoding {
  readonly #threads: readonly EngineThread[];
  readonly #clock = new RecordClock();
  /** Blocks that were given away, the oldest first. */
  readonly #underway: Promise<Block>[] = [];
  readonly #limit: number;
  #given = 0;

  constructor(threads: readonly EngineThread[]) {
    this.#threads = threads;
    this.#limit = threads.length * threads[0]!.blocks.length;
  }

  async *rows(batches: AsyncIterable<RecordBatch>): AsyncIterable<DecodedRows> {
    for await (const records of batches) {
      for (let from = 0; from < records.length; ) {
        // The block that comes next is the one that was given away longest ago.
        if (this.#underway.length === this.#limit) yield await this.#underway.shift()!;
        from = this.#give(records, from);
      }
    }
    while (this.#underway.length > 0) yield await this.#underway.shift()!;
  }

  /** Gives records from `from` on to the next thread; returns the first for which there was no room. */
  #give(records: RecordBatch, from: number): number {
    const thread = this.#threads[this.#given % this.#threads.length]!;
    const index = Math.floor(this.#given / this.#threads.length) % thread.blocks.length;
    const block = thread.blocks[index]!;
    const { seconds, nanoseconds } = this.#clock;
    const to = fillBlock(records, from, block.records);
    this.#clock.setToEndOf(block.records);
    const reply = thread.ask({ kind: 'decode', block: index, records: block.records.length, seconds, nanoseconds });
    const taken = reply.then(({ ipv4, ipv6 }) => {
      block.ipv4.length = ipv4;
      block.ipv6.length = ipv6;
      return block;
    });
    taken.catch(() => undefined);
    this.#underway.push(taken);
    this.#given++;
    return to;
  }

  async counts(): Promise<DecoderCounts> {
    const all = await Promise.all(this.#threads.map((thread) => thread.ask({ kind: 'counts' })));
    return all.reduce((sum, one) => ({
      captured: sum.captured + one.captured,
      filteredOut: sum.filteredOut + one.filteredOut,
      notIp: addCounts(sum.notIp, one.notIp),
      undecodable: addCounts(sum.undecodable, one.undecodable),
      decoded: sum.decoded + one.decoded,
      faults: addCounts(sum.faults, one.faults),
    }));
  }
}

/** Copies records from `from` on with their bytes, as many as fit; returns the first that did not. */
function fillBlock(records: RecordBatch, from: number, into: RecordBatch): number {
  const { offset, capturedLength, length } = records;
  const start = offset[from]!;
  let to = from;
  let end = start;
  // Readers give records in the order of their bytes. Where one lies before the last it begins a block of its own.
  for (; to < length && offset[to]! >= end && offset[to]! + capturedLength[to]! - start <= BLOCK_BYTES; to++)
    end = offset[to]! + capturedLength[to]!;
  into.bytes.set(records.bytes.subarray(start, end));
  for (let row = from, at = 0; row < to; row++, at++) into.offset[at] = offset[row]! - start;
  into.capturedLength.set(capturedLength.subarray(from, to));
  into.wireLength.set(records.wireLength.subarray(from, to));
  into.seconds.set(records.seconds.subarray(from, to));
  into.nanoseconds.set(records.nanoseconds.subarray(from, to));
  into.linkType.set(records.linkType.subarray(from, to));
  into.length = to - from;
  return to;
}
