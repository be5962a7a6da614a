/** The path of `kurayami flows`, in one place: files → decode → rules → filter → flows → text. */
import { type Counts, sumCounts } from '../shared/counters.ts';
import type { FlowBatch } from '../shared/flow-batch.ts';
import type { CaptureSource } from './capture/capture-source.ts';
import type { DecoderCounts } from './decode/decoder.ts';
import { FlowTable } from './flow/flow-table.ts';
import type { Decoding } from './threads/decoding.ts';
import type { Writing } from './threads/writing.ts';

export interface FlowPipelineOptions {
  readonly source: CaptureSource;
  readonly intervalSeconds: number;
  /** Makes the hash unpredictable; the flows and their order do not depend on it. */
  readonly seed: number;
  readonly decoding: Decoding;
  /** Null counts only. */
  readonly writing: Writing | null;
  /** Called after each batch. */
  onProgress?(packets: number, flows: number): void;
}

/** What went in and what came out; `captured = filteredOut + notIp + undecodable + decoded`, and `packets = decoded`. */
export interface FlowTotals extends DecoderCounts {
  /** Packets in the flows that left the tables. */
  readonly packets: number;
  readonly flows: number;
  /** Of those, the ones that had to leave since the table was full. */
  readonly flowsEarly: number;
  /** Each sum holds. */
  readonly balances: boolean;
}

export class FlowPipeline {
  readonly #options: FlowPipelineOptions;
  readonly #flows4: FlowTable;
  readonly #flows6: FlowTable;

  constructor(options: FlowPipelineOptions) {
    this.#options = options;
    const { intervalSeconds, seed, writing } = options;
    const onRows = writing && ((rows: FlowBatch) => writing.write(rows));
    this.#flows4 = new FlowTable({ family: 4, intervalSeconds, seed, onRows });
    this.#flows6 = new FlowTable({ family: 6, capacity: 16_384, intervalSeconds, seed, onRows });
  }

  /** Until the source ends or is stopped. False when nobody reads the output any more. Throws CaptureError. */
  async run(): Promise<boolean> {
    const { source, decoding, writing, onProgress } = this.#options;
    for await (const { ipv4, ipv6 } of decoding.rows(source.batches())) {
      this.#flows4.add(ipv4);
      this.#flows6.add(ipv6);
      if (writing !== null && !(await writing.room())) return false;
      onProgress?.(this.#packets, this.#flows);
    }
    this.#flows4.empty();
    this.#flows6.empty();
    return writing === null || writing.end();
  }

  get #packets(): number {
    const [four, six] = [this.#flows4, this.#flows6];
    return four.packetsEmitted + four.packetsHeld + six.packetsEmitted + six.packetsHeld;
  }

  get #flows(): number {
    return this.#flows4.flowsEmitted + this.#flows6.flowsEmitted;
  }

  /** Once `run` has ended. */
  async totals(): Promise<FlowTotals> {
    const counts = await this.#options.decoding.counts();
    const { captured, filteredOut, notIp, undecodable, decoded } = counts;
    const sum = filteredOut + sumCounts(notIp as Counts) + sumCounts(undecodable as Counts) + decoded;
    return {
      ...counts,
      packets: this.#flows4.packetsEmitted + this.#flows6.packetsEmitted,
      flows: this.#flows,
      flowsEarly: this.#flows4.flowsEmittedEarly + this.#flows6.flowsEmittedEarly,
      balances: captured === sum && decoded === this.#packets,
    };
  }
}
