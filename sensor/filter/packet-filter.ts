/** A filter over batches of packets: what does not pass leaves records and rows, and is counted as filtered out. */
import type { Expression } from '../../shared/filter/syntax.ts';
import { keepPackets, keepRecords, type PacketBatch, type RecordBatch } from '../../shared/packet-batch.ts';
import type { Decoder } from '../decode/decoder.ts';
import { Answer, type Test } from './answer.ts';
import { compileTest } from './compile.ts';
import { canBeRead, LinkShape } from './link-shapes.ts';
import { PacketView } from './packet-view.ts';
import { Scope } from './scope.ts';

/** Throws FilterError, which points at the word, for what a packet cannot be asked. */
export function compilePacketFilter(expression: Expression): PacketFilter {
  const scope = new Scope();
  return new PacketFilter(compileTest(expression, scope), scope);
}

export class PacketFilter {
  /** It asks for tags of rules that look at what a source sent before. */
  readonly asksForPairs: boolean;
  readonly #test: Test;
  readonly #looksAtHeader: boolean;
  readonly #looksAtPayload: boolean;
  readonly #packet = new PacketView();
  /** 1 for what is kept, by record and by row of each family. */
  #keep = new Uint8Array(0);
  #keep4 = new Uint8Array(0);
  #keep6 = new Uint8Array(0);

  constructor(test: Test, { looksAtHeader, looksAtPayload, asksForPairs }: Scope) {
    this.#test = test;
    this.asksForPairs = asksForPairs;
    this.#looksAtHeader = looksAtHeader;
    this.#looksAtPayload = looksAtPayload;
  }

  /**
   * Called after `decoder.decode(records, ipv4, ipv6)` and after the rules: removes what does not pass from all three, and
   * takes its count back from the decoder. Of the decoder's outcomes only `encapsulations` still goes with the records.
   */
  apply(records: RecordBatch, decoder: Decoder, ipv4: PacketBatch, ipv6: PacketBatch): void {
    this.#keep4 = allKept(this.#keep4, ipv4.length);
    this.#keep6 = allKept(this.#keep6, ipv6.length);
    this.#keep = allKept(this.#keep, records.length);
    if (this.select(records, decoder, ipv4, ipv6, this.#keep) === records.length) return;
    const { family, row, encapsulations } = decoder.outcomes;
    let kept = 0;
    for (let record = 0; record < records.length; record++) {
      if (this.#keep[record] === 1) {
        encapsulations[kept++] = encapsulations[record]!;
        continue;
      }
      if (family[record] === 4) this.#keep4[row[record]!] = 0;
      else if (family[record] === 6) this.#keep6[row[record]!] = 0;
      decoder.withdraw(record);
    }
    keepRecords(records, this.#keep);
    keepPackets(ipv4, this.#keep4);
    keepPackets(ipv6, this.#keep6);
  }

  /** Sets `passes` to 1 for each record that passes, else to 0, and changes nothing else. Returns how many pass. */
  select(
    records: RecordBatch,
    { outcomes }: Pick<Decoder, 'outcomes'>,
    ipv4: PacketBatch,
    ipv6: PacketBatch,
    passes: Uint8Array,
  ): number {
    const packet = this.#packet;
    packet.bytes = records.view;
    packet.ipv4 = ipv4;
    packet.ipv6 = ipv6;
    let count = 0;
    for (let record = 0; record < records.length; record++) {
      packet.turnTo(records, record);
      packet.family = outcomes.family[record]!;
      packet.row = outcomes.row[record]!;
      if (packet.shape === LinkShape.decoded && packet.family !== 0) packet.network = outcomes.network[record]!;
      const passed = this.#passes(packet) ? 1 : 0;
      passes[record] = passed;
      count += passed;
    }
    return count;
  }

  #passes(packet: PacketView): boolean {
    return canBeRead(packet, this.#looksAtHeader, this.#looksAtPayload) && this.#test(packet) === Answer.yes;
  }
}

/** As many ones as there are rows; the array grows and is used again. */
function allKept(keep: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  if (keep.length < length) return new Uint8Array(length).fill(1);
  return keep.fill(1, 0, length);
}
