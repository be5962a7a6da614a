/** From records to rows: in this thread, or spread over several. The rows come in the order of the records either way. */
import { createPacketBatch, type PacketBatch, type RecordBatch } from '../../shared/packet-batch.ts';
import { Decoder, type DecoderCounts } from '../decode/decoder.ts';
import type { PacketFilter } from '../filter/index.ts';
import { matchFingerprints } from '../fingerprint/index.ts';

/** Packets that passed the filter, with their tags, by family. */
export interface DecodedRows {
  readonly ipv4: PacketBatch;
  readonly ipv6: PacketBatch;
}

export interface Decoding {
  /** The rows of each batch of records; valid until the next is asked for. */
  rows(batches: AsyncIterable<RecordBatch>): AsyncIterable<DecodedRows>;
  /** Of all that was decoded; asked once, at the end. */
  counts(): Promise<DecoderCounts>;
}

export class DecodingHere implements Decoding {
  readonly #decoder = new Decoder();
  readonly #rows: DecodedRows = { ipv4: createPacketBatch(4), ipv6: createPacketBatch(6) };
  readonly #filter: PacketFilter | null;

  constructor(filter: PacketFilter | null) {
    this.#filter = filter;
  }

  async *rows(batches: AsyncIterable<RecordBatch>): AsyncIterable<DecodedRows> {
    for await (const records of batches) {
      decodeInto(this.#rows, records, this.#decoder, this.#filter);
      yield this.#rows;
    }
  }

  async counts(): Promise<DecoderCounts> {
    return this.#decoder.counts();
  }
}

/** Makes `rows` those of `records`. */
export function decodeInto(
  { ipv4, ipv6 }: DecodedRows,
  records: RecordBatch,
  decoder: Decoder,
  filter: PacketFilter | null,
): void {
  ipv4.length = 0;
  ipv6.length = 0;
  decoder.decode(records, ipv4, ipv6);
  matchFingerprints(ipv4, records.view);
  // Behind the rules, since a filter may ask for their tags.
  filter?.apply(records, decoder, ipv4, ipv6);
}
