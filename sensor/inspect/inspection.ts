/** What `kurayami inspect` counts of one capture: exact numbers over its outermost headers. */
import type { Family } from '../../shared/flow-batch.ts';
import { Fragment, type PacketBatch, type RecordBatch } from '../../shared/packet-batch.ts';
import { IpProtocol, TcpFlag } from '../../shared/protocols.ts';
import { Tag, type TagName, tagNames } from '../../shared/tags.ts';
import { tunnelNames } from '../../shared/tunnels.ts';
import { Encapsulation } from '../decode/layer.ts';
import { pseudoHeaderBytes } from '../decode/link/pseudo-header.ts';
import { DistinctKeys } from './distinct.ts';
import { transportName } from './transport-names.ts';

const SIX_FLAGS = 0x3f;
/** Counted beside the 256 protocols. */
const LATER_FRAGMENT = 256;
const NOTHING_FOLLOWED = 257;
/** Bytes of a transport header that hold its ports, and TCP's flags. */
const PORTS_BYTES = 4;
const FLAGS_BYTES = 14;
const XMAS = TcpFlag.fin | TcpFlag.psh | TcpFlag.urg;
const { syn: SYN, ack: ACK, rst: RST, fin: FIN } = TcpFlag;

export interface TcpCounts {
  total: number;
  syn: number;
  synack: number;
  rst: number;
  fin: number;
  null: number;
  xmas: number;
}

export class Inspection {
  packets = 0;
  bytes = 0;
  capturedBytes = 0;
  first: string | null = null;
  last: string | null = null;
  readonly linkTypes: Record<string, number> = {};
  /** Packets by what stood between link layer and IP. */
  readonly encapsulations: Record<string, number> = {};
  readonly tcp: TcpCounts = { total: 0, syn: 0, synack: 0, rst: 0, fin: 0, null: 0, xmas: 0 };
  readonly matches = Object.fromEntries(tagNames.map((name) => [name, 0])) as Record<TagName, number>;
  readonly sources = { 4: new DistinctKeys(1), 6: new DistinctKeys(4) };
  readonly targets = { 4: new DistinctKeys(1), 6: new DistinctKeys(4) };
  readonly #transport = { 4: new Float64Array(NOTHING_FOLLOWED + 1), 6: new Float64Array(NOTHING_FOLLOWED + 1) };
  readonly #tunnels = new Float64Array(tunnelNames.length);
  readonly #oneWay = { 4: new DistinctKeys(4), 6: new DistinctKeys(10) };
  readonly #bothWays = { 4: new DistinctKeys(4), 6: new DistinctKeys(10) };
  readonly #portPackets = { tcp: new Float64Array(65_536), udp: new Float64Array(65_536) };

  /** `encapsulations` are those that the decoder found, by record. */
  addRecords(records: RecordBatch, encapsulations?: Uint8Array): void {
    for (let row = 0; row < records.length; row++) {
      const linkType = records.linkType[row]!;
      const start = records.offset[row]!;
      const captured = records.capturedLength[row]!;
      const added = pseudoHeaderBytes(linkType, records.view, start, start + captured);
      this.bytes += Math.max(0, records.wireLength[row]! - added);
      this.capturedBytes += captured - added;
      this.linkTypes[linkType] = (this.linkTypes[linkType] ?? 0) + 1;
      const bits = encapsulations?.[row] ?? 0;
      if (bits !== 0) this.#addEncapsulations(bits);
    }
    this.#addTimes(records);
    this.packets += records.length;
  }

  #addEncapsulations(bits: number): void {
    for (const [name, bit] of Object.entries(Encapsulation))
      if ((bits & bit) !== 0) this.encapsulations[name] = (this.encapsulations[name] ?? 0) + 1;
  }

  /** Of the first and last record, in file order, that carry a time. */
  #addTimes({ seconds, nanoseconds, length }: RecordBatch): void {
    let row = 0;
    if (this.first === null) {
      while (row < length && Number.isNaN(seconds[row])) row++;
      if (row < length) this.first = timeText(seconds[row]!, nanoseconds[row]!);
    }
    let last = length - 1;
    while (last >= row && Number.isNaN(seconds[last])) last--;
    if (last >= row) this.last = timeText(seconds[last]!, nanoseconds[last]!);
  }

  addPackets(packets: PacketBatch): void {
    const transport = this.#transport[packets.family];
    for (let row = 0; row < packets.length; row++) {
      const kind = transportKind(packets, row);
      transport[kind]! += 1;
      addAddress(this.sources[packets.family], packets.source, row);
      addAddress(this.targets[packets.family], packets.target, row);
      if (packets.tunnel[row] !== 0) this.#tunnels[packets.tunnel[row]!]! += 1;
      if (kind === IpProtocol.tcp) this.#addTcp(packets.tcpFlags[row]!, packets.transportBytes[row]! >= FLAGS_BYTES);
      else if (kind !== IpProtocol.udp) continue;
      if (packets.transportBytes[row]! < PORTS_BYTES) continue;
      this.#portPackets[kind === IpProtocol.tcp ? 'tcp' : 'udp'][packets.targetPort[row]!]! += 1;
      this.#addFlow(packets, row);
    }
    for (let row = 0; row < packets.length; row++) {
      if (packets.tagsLow[row] === 0) continue;
      for (const name of tagNames) if ((packets.tagsLow[row]! & (1 << Tag[name])) !== 0) this.matches[name]++;
    }
  }

  /** Of a header that was cut off before its flags nothing is known but that it is one. */
  #addTcp(flags: number, hasFlags: boolean): void {
    const tcp = this.tcp;
    tcp.total++;
    if (!hasFlags) return;
    if ((flags & SYN) !== 0 && (flags & RST) === 0) {
      if ((flags & ACK) !== 0) tcp.synack++;
      else tcp.syn++;
    }
    if ((flags & RST) !== 0) tcp.rst++;
    if ((flags & FIN) !== 0) tcp.fin++;
    if ((flags & SIX_FLAGS) === 0) tcp.null++;
    if ((flags & SIX_FLAGS) === XMAS) tcp.xmas++;
  }

  #addFlow(packets: PacketBatch, row: number): void {
    const { family, source, target } = packets;
    const ports = ((packets.sourcePort[row]! << 16) | packets.targetPort[row]!) >>> 0;
    const reversePorts = ((packets.targetPort[row]! << 16) | packets.sourcePort[row]!) >>> 0;
    const oneWay = this.#oneWay[family];
    fillFlowKey(oneWay.key, source, target, row, ports, packets.protocol[row]!);
    oneWay.add();
    const bothWays = this.#bothWays[family];
    if (isForward(source, target, row, family, ports, reversePorts)) bothWays.key.set(oneWay.key);
    else fillFlowKey(bothWays.key, target, source, row, reversePorts, packets.protocol[row]!);
    bothWays.add();
  }

  /**
   * Packets by outermost IP version and what follows it, such as `ip4.tcp`. `data` are later fragments and protocols
   * that have no name here, `none` are packets that end with their IP header.
   */
  get transport(): Record<string, number> {
    const named: Record<string, number> = {};
    for (const family of [4, 6] as const) {
      this.#transport[family].forEach((packets, kind) => {
        if (packets === 0) return;
        const name =
          kind === LATER_FRAGMENT ? 'data' : kind === NOTHING_FOLLOWED ? 'none' : (transportName(kind) ?? 'data');
        named[`ip${family}.${name}`] = (named[`ip${family}.${name}`] ?? 0) + packets;
      });
    }
    return named;
  }

  /** Packets by the way in which they carry another, or quote it. */
  get tunnels(): Record<string, number> {
    const named: Record<string, number> = {};
    this.#tunnels.forEach((packets, tunnel) => {
      if (packets > 0) named[tunnelNames[tunnel]!] = packets;
    });
    return named;
  }

  get flows(): { oneWay: number; bothWays: number } {
    return {
      oneWay: this.#oneWay[4].size + this.#oneWay[6].size,
      bothWays: this.#bothWays[4].size + this.#bothWays[6].size,
    };
  }

  /** The `limit` target ports with most packets; ties by protocol, then port. */
  topPorts(limit: number): [string, number, number][] {
    const ports: [string, number, number][] = [];
    for (const protocol of ['tcp', 'udp'] as const) {
      this.#portPackets[protocol].forEach((packets, port) => {
        if (packets > 0) ports.push([protocol, port, packets]);
      });
    }
    return ports.sort((a, b) => b[2] - a[2] || (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1])).slice(0, limit);
  }
}

function timeText(seconds: number, nanoseconds: number): string {
  return `${seconds}.${String(nanoseconds).padStart(9, '0')}`;
}

/** A protocol, or what else is counted. A packet without a byte after its IP headers has no transport, whatever they announce. */
function transportKind(packets: PacketBatch, row: number): number {
  if (packets.fragment[row] === Fragment.later) return LATER_FRAGMENT;
  if (packets.hasPayload[row] === 0) return NOTHING_FOLLOWED;
  return packets.protocol[row]!;
}

function addAddress(set: DistinctKeys, column: Uint32Array, row: number): void {
  const words = set.key.length;
  for (let word = 0; word < words; word++) set.key[word] = column[row * words + word]!;
  set.add();
}

function fillFlowKey(
  key: Uint32Array,
  from: Uint32Array,
  to: Uint32Array,
  row: number,
  ports: number,
  protocol: number,
): void {
  const words = (key.length - 2) / 2;
  for (let word = 0; word < words; word++) {
    key[word] = from[row * words + word]!;
    key[words + word] = to[row * words + word]!;
  }
  key[words * 2] = ports;
  key[words * 2 + 1] = protocol;
}

/** One of the two directions of a conversation, by address and then by port. */
function isForward(
  source: Uint32Array,
  target: Uint32Array,
  row: number,
  family: Family,
  ports: number,
  reversePorts: number,
): boolean {
  const words = family === 4 ? 1 : 4;
  for (let at = row * words; at < (row + 1) * words; at++) {
    if (source[at] !== target[at]) return source[at]! < target[at]!;
  }
  return ports <= reversePorts;
}
