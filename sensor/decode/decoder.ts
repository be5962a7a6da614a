/** Raw records in, decoded rows out: the outermost IP header decides, and every record is counted exactly once. */
import { type Counts, Fault, faultNames } from '../../shared/counters.ts';
import { BATCH_ROWS, type PacketBatch, type RecordBatch } from '../../shared/packet-batch.ts';
import { ETHER_TYPE_LLC, EtherType } from './layer.ts';
import { linkDecoders } from './link/index.ts';
import type { LinkDecoder } from './link/link-decoder.ts';
import { createIpLayer } from './network/ip-layer.ts';
import { decodeIpv4 } from './network/ipv4.ts';
import { decodeIpv6 } from './network/ipv6.ts';
import { createOutcomes, type Outcomes, Reason } from './outcomes.ts';
import { decodePlain, fillPlainColumns } from './plain.ts';
import { RecordClock } from './record-clock.ts';
import { Verdict, verifyNetwork, verifyTransport } from './transport/checksum.ts';
import { decodeTransport } from './transport/transport.ts';
import { decodeTunnel } from './tunnel/tunnel.ts';

export interface DecoderOptions {
  /** The largest batch of records. */
  readonly capacity?: number;
  /** Verify checksums: what does not fit is a fault, and the packet stays decoded. */
  readonly checksums?: boolean;
  /** False sends plain packets through every layer's decoder, too: they must say the same. */
  readonly plain?: boolean;
}

/** `captured = filteredOut + notIp + undecodable + decoded`. */
export interface DecoderCounts {
  readonly captured: number;
  readonly filteredOut: number;
  readonly notIp: Counts;
  readonly undecodable: Counts;
  readonly decoded: number;
  /** Of `decoded`, by what was broken above the IP header. */
  readonly faults: Counts;
}

/** Decoded packets by what became of their checksums; of IPv4 headers, and of what follows IP headers. */
export interface ChecksumCounts {
  readonly network: { good: number; bad: number };
  readonly transport: { good: number; bad: number; notVerified: number };
}

const KIND = 0xffff0000;
const CODE = 0xffff;

export class Decoder {
  captured = 0;
  filteredOut = 0;
  decoded = 0;
  /**
   * Packets that the link layer announced as IP and whose header could not be read; part of `undecodable`. IPv6 of
   * another version is none, as in other readers.
   */
  readonly undecodableIp = { 4: 0, 6: 0 };
  /** Stands at the last record; a decoder that goes on where another one stopped takes over its time. */
  readonly clock = new RecordClock();
  readonly outcomes: Outcomes;
  /** Null where they are not verified. */
  readonly checksums: ChecksumCounts | null;
  readonly #notIpByEtherType = new Float64Array(65_536);
  readonly #notIpByLinkType = new Float64Array(65_536);
  readonly #undecodable = new Float64Array(faultNames.length);
  readonly #faults = new Float64Array(faultNames.length);
  readonly #plain: boolean;
  readonly #links: (LinkDecoder | undefined)[] = [];
  readonly #layer = createIpLayer({ start: 0, end: 0, type: 0, vlan: 0, encapsulations: 0 });

  constructor({ capacity = BATCH_ROWS, checksums = false, plain = true }: DecoderOptions = {}) {
    this.#plain = plain;
    this.checksums = checksums
      ? { network: { good: 0, bad: 0 }, transport: { good: 0, bad: 0, notVerified: 0 } }
      : null;
    for (const decoder of linkDecoders) for (const linkType of decoder.linkTypes) this.#links[linkType] = decoder;
    this.outcomes = createOutcomes(capacity);
  }

  /** Appends every IP packet of `records` to the batch of its family. Both must have room for all of them. */
  decode(records: RecordBatch, ipv4: PacketBatch, ipv6: PacketBatch): void {
    fillPlainColumns(records.length, ipv4, this.outcomes);
    for (let record = 0; record < records.length; record++) {
      record = this.#decodePlain(records, record, ipv4);
      if (record === records.length) break;
      this.#decodeRecord(records, record, ipv4, ipv6);
      this.#count(record, 1);
    }
    this.captured += records.length;
  }

  /** Takes what is plain from record `first` on, and returns the first that is not. Checksums are verified layer by layer. */
  #decodePlain(records: RecordBatch, first: number, ipv4: PacketBatch): number {
    if (this.checksums !== null || !this.#plain) return first;
    const end = decodePlain(records, first, ipv4, this.outcomes);
    if (end === first) return first;
    this.decoded += end - first;
    this.clock.set(records.seconds[end - 1]!, records.nanoseconds[end - 1]!);
    return end;
  }

  /** A filter removed this record of the last batch: it counts as `filteredOut` and as nothing else. */
  withdraw(record: number): void {
    this.#count(record, -1);
    this.filteredOut++;
  }

  #count(record: number, by: 1 | -1): void {
    const reason = this.outcomes.reason[record]!;
    if (reason === Reason.decoded) {
      this.decoded += by;
      if (this.checksums !== null) countVerdicts(this.checksums, this.outcomes.verdicts[record]!, by);
    } else if ((reason & KIND) === Reason.etherType) this.#notIpByEtherType[reason & CODE]! += by;
    else if ((reason & KIND) === Reason.linkType) this.#notIpByLinkType[reason & CODE]! += by;
    else {
      this.#undecodable[reason & CODE]! += by;
      if ((reason & KIND) === Reason.undecodableIpv4) this.undecodableIp[4] += by;
      else if (reason === (Reason.undecodableIpv6 | Fault.truncatedNetwork)) this.undecodableIp[6] += by;
    }
    for (let faults = this.outcomes.faults[record]!; faults !== 0; faults &= faults - 1)
      this.#faults[31 - Math.clz32(faults & -faults)]! += by;
  }

  #decodeRecord(records: RecordBatch, record: number, ipv4: PacketBatch, ipv6: PacketBatch): void {
    const { reason, faults } = this.outcomes;
    const layer = this.#layer;
    this.outcomes.family[record] = 0;
    faults[record] = 0;
    this.outcomes.encapsulations[record] = 0;
    const timeFault = this.clock.set(records.seconds[record]!, records.nanoseconds[record]!);
    const linkType = records.linkType[record]!;
    const link = this.#links[linkType];
    if (link === undefined) {
      reason[record] = Reason.linkType | linkType;
      return;
    }
    layer.start = records.offset[record]!;
    layer.end = layer.start + records.capturedLength[record]!;
    layer.wireEnd = layer.start + Math.max(records.wireLength[record]!, records.capturedLength[record]!);
    layer.vlan = 0;
    const linkFault = link.decode(records.view, layer);
    this.outcomes.encapsulations[record] = layer.encapsulations;
    if (linkFault !== Fault.none) reason[record] = Reason.undecodable | linkFault;
    else if (layer.type === EtherType.ipv4) this.#decodeNetwork(records, record, ipv4, decodeIpv4, timeFault);
    else if (layer.type === EtherType.ipv6) this.#decodeNetwork(records, record, ipv6, decodeIpv6, timeFault);
    else reason[record] = Reason.etherType | layer.type;
  }

  #decodeNetwork(
    records: RecordBatch,
    record: number,
    batch: PacketBatch,
    decodeIp: typeof decodeIpv4,
    timeFault: Fault,
  ): void {
    const { family, row: rows, reason, faults } = this.outcomes;
    const layer = this.#layer;
    const row = batch.length;
    const fault = decodeIp(records.view, layer, batch, row);
    if (fault !== Fault.none && fault !== Fault.badExtension) {
      reason[record] = (batch.family === 4 ? Reason.undecodableIpv4 : Reason.undecodableIpv6) | fault;
      return;
    }
    this.outcomes.network[record] = layer.ipStart;
    let found = faultBit(timeFault) | faultBit(fault) | faultBit(decodeTransport(records.view, layer, batch, row));
    batch.headerOffset[row] = layer.ipStart;
    batch.vlan[row] = layer.vlan;
    if (this.checksums !== null) found |= this.#verify(records, record, fault);
    found |= faultBit(decodeTunnel(records.view, layer, batch, row));
    batch.seconds[row] = this.clock.seconds;
    batch.nanoseconds[row] = this.clock.nanoseconds;
    batch.wireLength[row] = records.wireLength[record]!;
    batch.tagsLow[row] = 0;
    batch.tagsHigh[row] = 0;
    batch.length = row + 1;
    family[record] = batch.family;
    rows[record] = row;
    reason[record] = Reason.decoded;
    faults[record] = found;
  }

  /** Faults as bits. What stands behind a broken extension header is not known. */
  #verify({ view, offset, capturedLength }: RecordBatch, record: number, fault: Fault): number {
    const layer = this.#layer;
    const network = verifyNetwork(view, layer, offset[record]! + capturedLength[record]!);
    const transport = fault === Fault.none ? verifyTransport(view, layer) : Verdict.notVerified;
    this.outcomes.verdicts[record] = network * 4 + transport;
    return (
      (network === Verdict.bad ? faultBit(Fault.badNetworkChecksum) : 0) |
      (transport === Verdict.bad ? faultBit(Fault.badTransportChecksum) : 0)
    );
  }

  counts(): DecoderCounts {
    const { captured, filteredOut, decoded } = this;
    return {
      captured,
      filteredOut,
      notIp: this.notIp(),
      undecodable: this.undecodable(),
      decoded,
      faults: this.faults(),
    };
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

function countVerdicts({ network, transport }: ChecksumCounts, verdicts: number, by: 1 | -1): void {
  const ofNetwork = verdicts >> 2;
  const ofTransport = verdicts & 3;
  if (ofNetwork === Verdict.good) network.good += by;
  else if (ofNetwork === Verdict.bad) network.bad += by;
  if (ofTransport === Verdict.good) transport.good += by;
  else if (ofTransport === Verdict.bad) transport.bad += by;
  else transport.notVerified += by;
}

function faultBit(fault: Fault): number {
  return fault === Fault.none ? 0 : 1 << fault;
}

function namedFaults(counts: Float64Array): Counts {
  const named: Counts = {};
  counts.forEach((count, code) => {
    if (count > 0) named[faultNames[code]!] = count;
  });
  return named;
}
