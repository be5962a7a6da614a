/** Raw records in, decoded rows out: the outermost IP header decides, and every record is counted exactly once. */
import { type Counts, Fault, faultNames } from '../../shared/counters.ts';
import type { PacketBatch, RecordBatch } from '../../shared/packet-batch.ts';
import { MAX_CAPTURE_SECONDS } from '../../shared/time.ts';
import { ETHER_TYPE_LLC, EtherType, type Layer } from './layer.ts';
import { linkDecoders } from './link/index.ts';
import type { LinkDecoder } from './link/link-decoder.ts';
import { decodeIpv4 } from './network/ipv4.ts';
import { decodeIpv6 } from './network/ipv6.ts';
import { decodeTransport } from './transport/transport.ts';

export class Decoder {
  captured = 0;
  decoded = 0;
  readonly #notIpByEtherType = new Float64Array(65_536);
  readonly #notIpByLinkType = new Float64Array(65_536);
  readonly #undecodable = new Float64Array(faultNames.length);
  readonly #faults = new Float64Array(faultNames.length);
  readonly #links: (LinkDecoder | undefined)[] = [];
  readonly #layer: Layer = { start: 0, end: 0, type: 0, vlan: 0 };

  constructor() {
    for (const decoder of linkDecoders) for (const linkType of decoder.linkTypes) this.#links[linkType] = decoder;
  }

  /** Appends every IP packet of `records` to the batch of its family. Both must have room for all of them. */
  decode(records: RecordBatch, ipv4: PacketBatch, ipv6: PacketBatch): void {
    for (let record = 0; record < records.length; record++) this.#decodeRecord(records, record, ipv4, ipv6);
    this.captured += records.length;
  }

  #decodeRecord(records: RecordBatch, record: number, ipv4: PacketBatch, ipv6: PacketBatch): void {
    const bytes = records.view;
    const layer = this.#layer;
    const linkType = records.linkType[record]!;
    const link = this.#links[linkType];
    if (link === undefined) {
      this.#notIpByLinkType[linkType]! += 1;
      return;
    }
    layer.start = records.offset[record]!;
    layer.end = layer.start + records.capturedLength[record]!;
    layer.vlan = 0;
    const linkFault = link.decode(bytes, layer);
    if (linkFault !== Fault.none) {
      this.#undecodable[linkFault]! += 1;
      return;
    }
    if (layer.type === EtherType.ipv4) this.#decodeNetwork(records, record, ipv4, decodeIpv4);
    else if (layer.type === EtherType.ipv6) this.#decodeNetwork(records, record, ipv6, decodeIpv6);
    else this.#notIpByEtherType[layer.type]! += 1;
  }

  #decodeNetwork(records: RecordBatch, record: number, batch: PacketBatch, decodeIp: typeof decodeIpv4): void {
    const layer = this.#layer;
    const row = batch.length;
    const fault = decodeIp(records.view, layer, batch, row);
    if (fault !== Fault.none && fault !== Fault.badExtension) {
      this.#undecodable[fault]! += 1;
      return;
    }
    if (fault !== Fault.none) this.#faults[fault]! += 1;
    const transportFault = decodeTransport(records.view, layer, batch, row);
    if (transportFault !== Fault.none) this.#faults[transportFault]! += 1;
    this.#setTime(batch, row, records.seconds[record]!, records.nanoseconds[record]!);
    batch.wireLength[row] = records.wireLength[record]!;
    batch.vlan[row] = layer.vlan;
    batch.tagsLow[row] = 0;
    batch.tagsHigh[row] = 0;
    batch.length = row + 1;
    this.decoded++;
  }

  #setTime(batch: PacketBatch, row: number, seconds: number, nanoseconds: number): void {
    if (seconds >= 0 && seconds < MAX_CAPTURE_SECONDS) {
      batch.seconds[row] = seconds;
      batch.nanoseconds[row] = nanoseconds;
      return;
    }
    this.#faults[Fault.timeOutOfRange]! += 1;
    batch.seconds[row] = seconds > 0 ? MAX_CAPTURE_SECONDS - 1 : 0;
    batch.nanoseconds[row] = 0;
  }

  /** Packets that carry no IP, by EtherType (`0x0806`), `llc`, or number of a link type that is not read (`link 195`). */
  notIp(): Counts {
    const counts: Counts = {};
    this.#notIpByEtherType.forEach((count, type) => {
      if (count > 0) counts[type === ETHER_TYPE_LLC ? 'llc' : `0x${type.toString(16).padStart(4, '0')}`] = count;
    });
    this.#notIpByLinkType.forEach((count, type) => {
      if (count > 0) counts[`link ${type}`] = count;
    });
    return counts;
  }

  undecodable(): Counts {
    return namedFaults(this.#undecodable);
  }

  faults(): Counts {
    return namedFaults(this.#faults);
  }
}

function namedFaults(counts: Float64Array): Counts {
  const named: Counts = {};
  counts.forEach((count, code) => {
    if (count > 0) named[faultNames[code]!] = count;
  });
  return named;
}
