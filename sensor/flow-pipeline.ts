/** The path of `kurayami flows`, in one place: files → decode → rules → filter → flows → text. */
import { sumCounts } from '../shared/counters.ts';
import type { FlowBatch } from '../shared/flow-batch.ts';
import { createPacketBatch, type RecordBatch } from '../shared/packet-batch.ts';
import type { CaptureSource } from './capture/capture-source.ts';
import { Decoder } from './decode/decoder.ts';
import type { PacketFilter } from './filter/index.ts';
import { fingerprints } from './fingerprint/index.ts';
import { FlowTable } from './flow/flow-table.ts';
import type { FlowWriter } from './flow-formats/flow-format.ts';
import { TextBuffer } from './flow-formats/text-buffer.ts';
import type { ByteSink } from './output/byte-sink.ts';

/** Text is handed on in pieces of at least this size. */
const PIECE_BYTES = 1 << 18;

export interface FlowPipelineOptions {
  readonly source: CaptureSource;
  readonly intervalSeconds: number;
  /** Makes the hash unpredictable; the flows and their order do not depend on it. */
  readonly seed: number;
  readonly filter: PacketFilter | null;
  /** Null counts only. */
  readonly writer: FlowWriter | null;
  readonly sink: ByteSink;
  /** Called after each batch. */
  onProgress?(captured: number, flows: number): void;
}

/** What went in and what came out; `captured = filteredOut + notIp + undecodable + decoded`, and `packets = decoded`. */
export interface FlowTotals {
  readonly captured: number;
  readonly filteredOut: number;
  readonly notIp: Readonly<Record<string, number>>;
  readonly undecodable: Readonly<Record<string, number>>;
  readonly decoded: number;
  readonly faults: Readonly<Record<string, number>>;
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
  readonly #decoder = new Decoder();
  readonly #ipv4 = createPacketBatch(4);
  readonly #ipv6 = createPacketBatch(6);
  readonly #text = new TextBuffer();
  readonly #flows4: FlowTable;
  readonly #flows6: FlowTable;

  constructor(options: FlowPipelineOptions) {
    this.#options = options;
    const { intervalSeconds, seed, writer } = options;
    const onRows = writer && ((rows: FlowBatch) => writer.write(this.#text, rows));
    this.#flows4 = new FlowTable({ family: 4, intervalSeconds, seed, onRows });
    this.#flows6 = new FlowTable({ family: 6, capacity: 16_384, intervalSeconds, seed, onRows });
  }

  /** Until the source ends or is stopped. False when nobody reads the output any more. Throws CaptureError. */
  async run(): Promise<boolean> {
    const { source, writer, onProgress } = this.#options;
    writer?.begin(this.#text);
    for await (const records of source.batches()) {
      this.#take(records);
      if (this.#text.length >= PIECE_BYTES && !(await this.#handOn())) return false;
      onProgress?.(this.#decoder.captured, this.#flows4.flowsEmitted + this.#flows6.flowsEmitted);
    }
    this.#flows4.empty();
    this.#flows6.empty();
    return this.#handOn();
  }

  #take(records: RecordBatch): void {
    this.#ipv4.length = 0;
    this.#ipv6.length = 0;
    this.#decoder.decode(records, this.#ipv4, this.#ipv6);
    for (const rule of fingerprints) rule.match(this.#ipv4);
    // Behind the rules, since a filter may ask for their tags.
    this.#options.filter?.apply(records, this.#decoder, this.#ipv4, this.#ipv6);
    this.#flows4.add(this.#ipv4);
    this.#flows6.add(this.#ipv6);
  }

  /** Waits until the text is taken: no more is made than is fetched. */
  async #handOn(): Promise<boolean> {
    const text = this.#text;
    const taken = text.length === 0 || (await this.#options.sink.write(text.bytes.subarray(0, text.length)));
    text.length = 0;
    return taken;
  }

  totals(): FlowTotals {
    const { captured, filteredOut, decoded } = this.#decoder;
    const [notIp, undecodable] = [this.#decoder.notIp(), this.#decoder.undecodable()];
    const packets = this.#flows4.packetsEmitted + this.#flows6.packetsEmitted;
    const open = this.#flows4.packetsHeld + this.#flows6.packetsHeld;
    return {
      captured,
      filteredOut,
      notIp,
      undecodable,
      decoded,
      faults: this.#decoder.faults(),
      packets,
      flows: this.#flows4.flowsEmitted + this.#flows6.flowsEmitted,
      flowsEarly: this.#flows4.flowsEmittedEarly + this.#flows6.flowsEmittedEarly,
      balances:
        captured === filteredOut + sumCounts(notIp) + sumCounts(undecodable) + decoded && decoded === packets + open,
    };
  }
}
