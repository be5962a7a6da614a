/**
 * Blocks of batches go to the threads by turns, and their rows are taken back in the same order. Rules that look at what a
 * source sent before are asked here, where all of it comes by.
 */
import { addCounts } from '../../shared/counters.ts';
import type { RecordBatch } from '../../shared/packet-batch.ts';
import type { DecoderCounts } from '../decode/decoder.ts';
import { RecordClock } from '../decode/record-clock.ts';
import { SourceMemory } from '../fingerprint/source-memory.ts';
import type { DecodedRows, Decoding } from './decoding.ts';
import type { EngineThread } from './engine-thread.ts';
import { type Block, PART_BYTES, type Part } from './messages.ts';

export class DecodingInThreads implements Decoding {
  readonly #threads: readonly EngineThread[];
  readonly #clock = new RecordClock();
  readonly #memory: SourceMemory;
  /** Blocks that were given away, the oldest first: the parts that were filled. */
  readonly #underway: Promise<readonly Part[]>[] = [];
  readonly #limit: number;
  #given = 0;
  /** Parts of the next block that are filled. */
  #filled = 0;

  constructor(threads: readonly EngineThread[], seed: number) {
    this.#threads = threads;
    this.#memory = new SourceMemory({ seed, onEvidence: null });
    // One block of all is being filled.
    this.#limit = threads.length * threads[0]!.blocks.length - 1;
  }

  async *rows(batches: AsyncIterable<RecordBatch>): AsyncIterable<DecodedRows> {
    for await (const records of batches) {
      for (let from = 0; from < records.length; ) {
        from = fillPart(records, from, this.#block[this.#filled++]!.records);
        if (this.#filled < this.#block.length) continue;
        this.#give();
        // The block that is filled next is the one that was given away longest ago.
        if (this.#underway.length > this.#limit) yield* this.#oldest();
      }
    }
    if (this.#filled > 0) this.#give();
    while (this.#underway.length > 0) yield* this.#oldest();
  }

  async *#oldest(): AsyncIterable<DecodedRows> {
    for (const part of await this.#underway.shift()!) {
      this.#memory.match(part.ipv4, part.records.view);
      yield part;
    }
  }

  get #thread(): EngineThread {
    return this.#threads[this.#given % this.#threads.length]!;
  }

  get #blockIndex(): number {
    return Math.floor(this.#given / this.#threads.length) % this.#thread.blocks.length;
  }

  get #block(): Block {
    return this.#thread.blocks[this.#blockIndex]!;
  }

  #give(): void {
    const parts = this.#block.slice(0, this.#filled);
    const { seconds, nanoseconds } = this.#clock;
    for (const { records } of parts) this.#clock.setToEndOf(records);
    const records = parts.map((part) => part.records.length);
    const reply = this.#thread.ask({ kind: 'decode', block: this.#blockIndex, records, seconds, nanoseconds });
    const taken = reply.then((rows) => {
      for (const [at, { ipv4, ipv6 }] of rows.entries()) {
        parts[at]!.ipv4.length = ipv4;
        parts[at]!.ipv6.length = ipv6;
      }
      return parts;
    });
    taken.catch(() => undefined);
    this.#underway.push(taken);
    this.#given++;
    this.#filled = 0;
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
function fillPart(records: RecordBatch, from: number, into: RecordBatch): number {
  const { offset, capturedLength, length } = records;
  const start = offset[from]!;
  let to = from;
  let end = start;
  // Readers give records in the order of their bytes. Where one lies before the last it begins a part of its own.
  for (; to < length && offset[to]! >= end && offset[to]! + capturedLength[to]! - start <= PART_BYTES; to++)
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
