/** The packets of a flow, read from the file again. */
import { FILE_HEADER_BYTES } from '../../sensor/capture/readers/pcap-header.ts';
import { Decoder } from '../../sensor/decode/decoder.ts';
import type { PacketFilter } from '../../sensor/filter/index.ts';
import { matchFingerprints } from '../../sensor/fingerprint/index.ts';
import { markRadiation } from '../../sensor/radiation/index.ts';
import { ApiError } from '../../server/api/api-error.ts';
import { parseIpv4, parseIpv6 } from '../../shared/address.ts';
import { createPacketBatch, type PacketBatch, type RecordBatch } from '../../shared/packet-batch.ts';
import type { CapturePlaces } from './capture-places.ts';
import { type FlowPacket, type FlowPackets, type FlowPacketsQuery, MAX_FLOW_PACKETS } from './dropped-messages.ts';
import { captureOf } from './open-capture.ts';

export interface PacketFile {
  readonly file: Blob;
  /** Null where a part of the file does not tell what it is of: it is read from its begin. */
  readonly places: CapturePlaces | null;
  readonly filter: PacketFilter | null;
}

export async function readFlowPackets(
  { file, places, filter }: PacketFile,
  query: FlowPacketsQuery,
  pause: () => Promise<void>,
  isGone: () => boolean,
): Promise<FlowPackets> {
  const wanted = new WantedFlow(query);
  const { capture } = captureOf(places === null ? file : partsOf(file, places, query));
  const reading = new FlowReading(wanted, filter);
  try {
    await capture.open();
    for (let records = await capture.next(); records !== null && !isGone(); records = await capture.next()) {
      reading.take(records);
      if (reading.packets.length > wanted.most) break;
      await pause();
    }
  } finally {
    await capture.close();
  }
  return { packets: reading.packets.slice(0, wanted.most), isCut: reading.packets.length > wanted.most };
}

/** The header of the file, and what of it has packets of the span: together they are a capture of the same kind. */
function partsOf(file: Blob, places: CapturePlaces, { fromSeconds, toSeconds }: FlowPacketsQuery): Blob {
  const parts = places.within(fromSeconds, toSeconds);
  return new Blob([
    file.slice(0, FILE_HEADER_BYTES),
    ...parts.map(({ fromByte, toByte }) => file.slice(Math.max(FILE_HEADER_BYTES, fromByte), toByte)),
  ]);
}

/** Throws ApiError for a query that is none. */
class WantedFlow {
  readonly family: 4 | 6;
  readonly source: Uint32Array;
  readonly target: Uint32Array;
  readonly query: FlowPacketsQuery;
  readonly most: number;

  constructor(query: FlowPacketsQuery) {
    const [source, target] = [wordsOf(query.source), wordsOf(query.target)];
    if (source.length !== target.length)
      throw new ApiError(400, 'API_BAD_ADDRESS', 'source and target are of different families');
    const isMost = Number.isInteger(query.most) && query.most >= 1 && query.most <= MAX_FLOW_PACKETS;
    if (!isMost)
      throw new ApiError(400, 'API_BAD_REQUEST', `most must be a whole number from 1 to ${MAX_FLOW_PACKETS}`);
    this.family = source.length === 1 ? 4 : 6;
    this.source = source;
    this.target = target;
    this.query = query;
    this.most = query.most;
  }

  has(packets: PacketBatch, row: number): boolean {
    const { sourcePort, targetPort, protocol, fromSeconds, toSeconds } = this.query;
    if (packets.protocol[row] !== protocol) return false;
    if (packets.sourcePort[row] !== sourcePort || packets.targetPort[row] !== targetPort) return false;
    const words = this.source.length;
    for (let word = 0; word < words; word++) {
      if (packets.source[row * words + word] !== this.source[word]) return false;
      if (packets.target[row * words + word] !== this.target[word]) return false;
    }
    const seconds = packets.seconds[row]! + packets.nanoseconds[row]! / 1e9;
    return seconds >= fromSeconds && seconds < toSeconds;
  }
}

function wordsOf(address: string): Uint32Array {
  const ipv4 = parseIpv4(address);
  const words = ipv4 === null ? parseIpv6(address) : Uint32Array.of(ipv4);
  if (words === null) throw new ApiError(400, 'API_BAD_ADDRESS', `"${address}" is no address`);
  return words;
}

class FlowReading {
  readonly packets: FlowPacket[] = [];
  readonly #wanted: WantedFlow;
  readonly #filter: PacketFilter | null;
  readonly #decoder = new Decoder();
  readonly #ipv4 = createPacketBatch(4);
  readonly #ipv6 = createPacketBatch(6);
  #passes = new Uint8Array(0);

  constructor(wanted: WantedFlow, filter: PacketFilter | null) {
    this.#wanted = wanted;
    this.#filter = filter;
  }

  take(records: RecordBatch): void {
    const [ipv4, ipv6] = [this.#ipv4, this.#ipv6];
    ipv4.length = 0;
    ipv6.length = 0;
    this.#decoder.decode(records, ipv4, ipv6);
    this.#select(records);
    const { family, row } = this.#decoder.outcomes;
    const packets = this.#wanted.family === 4 ? ipv4 : ipv6;
    for (let record = 0; record < records.length; record++)
      if (
        family[record] === this.#wanted.family &&
        this.#passes[record] === 1 &&
        this.#wanted.has(packets, row[record]!)
      )
        this.packets.push(packetOf(records, record, packets, row[record]!));
  }

  /** What the filter took out of the flows is not shown among their packets. */
  #select(records: RecordBatch): void {
    if (this.#passes.length < records.length) this.#passes = new Uint8Array(records.length);
    this.#passes.fill(1, 0, records.length);
    if (this.#filter === null) return;
    matchFingerprints(this.#ipv4, records.view);
    markRadiation(this.#ipv4, records.view);
    markRadiation(this.#ipv6, records.view);
    this.#filter.select(records, this.#decoder, this.#ipv4, this.#ipv6, this.#passes);
  }
}

/** Copied: the bytes of a batch are void with the next. Its time is that of its flow, where the record has none. */
function packetOf(records: RecordBatch, record: number, packets: PacketBatch, row: number): FlowPacket {
  const from = records.offset[record]!;
  return {
    seconds: packets.seconds[row]!,
    nanoseconds: packets.nanoseconds[row]!,
    linkType: records.linkType[record]!,
    originalLength: records.wireLength[record]!,
    bytes: records.bytes.slice(from, from + records.capturedLength[record]!) as Uint8Array<ArrayBuffer>,
  };
}
