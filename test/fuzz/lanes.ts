/** One decoder and what it makes of batches; and batches of the same packets in other surroundings. */
import { Decoder, type DecoderOptions } from '../../sensor/decode/decoder.ts';
import type { Outcomes } from '../../sensor/decode/outcomes.ts';
import { matchFingerprints } from '../../sensor/fingerprint/index.ts';
import { markRadiation } from '../../sensor/radiation/index.ts';
import { type Counts, sumCounts } from '../../shared/counters.ts';
import { BATCH_ROWS, createPacketBatch, createRecordBatch, type RecordBatch } from '../../shared/packet-batch.ts';
import type { Decoded } from './compare-batches.ts';
import type { FuzzRandom } from './random.ts';

export class Lane implements Decoded {
  readonly decoder: Decoder;
  readonly outcomes: Outcomes;
  readonly ipv4 = createPacketBatch(4);
  readonly ipv6 = createPacketBatch(6);

  constructor(options: DecoderOptions) {
    this.decoder = new Decoder(options);
    this.outcomes = this.decoder.outcomes;
  }

  /** With the rules of single packets: they must not see more of a packet than the decoder does. */
  decode(records: RecordBatch): void {
    this.ipv4.length = 0;
    this.ipv6.length = 0;
    this.decoder.decode(records, this.ipv4, this.ipv6);
    matchFingerprints(this.ipv4, records.view);
    markRadiation(this.ipv4, records.view);
    markRadiation(this.ipv6, records.view);
  }

  counts(): { captured: number; filteredOut: number; decoded: number; notIp: Counts; undecodable: Counts } {
    const { captured, filteredOut, decoded } = this.decoder;
    return { captured, filteredOut, decoded, notIp: this.decoder.notIp(), undecodable: this.decoder.undecodable() };
  }

  /** Throws where a record was counted twice or not at all. */
  expectBalance(): void {
    const { captured, filteredOut, decoded, notIp, undecodable } = this.counts();
    const sum = filteredOut + sumCounts(notIp) + sumCounts(undecodable) + decoded;
    if (captured !== sum) throw new Error(`${captured} were captured, and ${sum} counted`);
  }
}

const MAX_GAP_BYTES = 70;
/** What garbage is made of: noise, and what a decoder could take for lengths, headers or ends. */
const fillings = [null, 0x00, 0xff, 0x45, 0x60, 0x01, 0x08] as const;

/** The same packets, in the same order, each amid garbage. */
export class Surroundings {
  readonly records = createRecordBatch(BATCH_ROWS);
  #bytes = new Uint8Array(1 << 18);

  place(from: RecordBatch, random: FuzzRandom): RecordBatch {
    const { records } = this;
    const { offset, capturedLength, wireLength, seconds, nanoseconds, linkType, length } = from;
    let total = MAX_GAP_BYTES;
    for (let row = 0; row < length; row++) total += capturedLength[row]! + MAX_GAP_BYTES;
    if (this.#bytes.length < total) this.#bytes = new Uint8Array(total * 2);
    fill(this.#bytes.subarray(0, total), random);
    let at = 0;
    for (let row = 0; row < length; row++) {
      at += random.below(MAX_GAP_BYTES);
      this.#bytes.set(from.bytes.subarray(offset[row]!, offset[row]! + capturedLength[row]!), at);
      records.offset[row] = at;
      at += capturedLength[row]!;
    }
    for (const [name, column] of Object.entries({ capturedLength, wireLength, seconds, nanoseconds, linkType }))
      records[name as 'seconds'].set((column as Float64Array).subarray(0, length));
    records.bytes = this.#bytes;
    records.view = new DataView(this.#bytes.buffer);
    records.length = length;
    return records;
  }
}

function fill(bytes: Uint8Array, random: FuzzRandom): void {
  const filling = random.pick(fillings);
  if (filling !== null) return void bytes.fill(filling);
  // Noise that repeats after some words is noise enough, and quick.
  const noise = random.bytes(251);
  for (let at = 0; at < bytes.length; at += noise.length) bytes.set(noise.subarray(0, bytes.length - at), at);
}

/**
 * Record `row` alone, under a view that ends where the packet ends: whoever reads before its first byte or behind its last
 * gets a RangeError.
 */
export function showAlone(from: RecordBatch, row: number, into: RecordBatch): RecordBatch {
  const start = from.offset[row]!;
  const captured = from.capturedLength[row]!;
  into.bytes = from.bytes.subarray(start, start + captured);
  into.view = new DataView(from.view.buffer, from.view.byteOffset + start, captured);
  into.offset[0] = 0;
  into.capturedLength[0] = captured;
  into.wireLength[0] = from.wireLength[row]!;
  into.seconds[0] = from.seconds[row]!;
  into.nanoseconds[0] = from.nanoseconds[row]!;
  into.linkType[0] = from.linkType[row]!;
  into.length = 1;
  return into;
}
