/** Decoded packets from objects that a person can read, and what the decoder makes of one packet's bytes. */
import { type ChecksumCounts, Decoder } from '../../sensor/decode/decoder.ts';
import { formatAddress, formatInnerAddress, parseIpv4, parseIpv6 } from '../../shared/address.ts';
import type { Counts } from '../../shared/counters.ts';
import type { Family } from '../../shared/flow-batch.ts';
import { createPacketBatch, createRecordBatch, type PacketBatch, type RecordBatch } from '../../shared/packet-batch.ts';
import { formatTcpOptions } from '../../shared/tcp-options.ts';
import { tunnelNames } from '../../shared/tunnels.ts';
import { concatenate } from './hex.ts';

/** Numbers are columns of shared/packet-batch.ts. */
export interface TestPacket {
  source?: string;
  target?: string;
  seconds?: number;
  nanoseconds?: number;
  wireLength?: number;
  tcpSequence?: number;
  tagsLow?: number;
  tagsHigh?: number;
  sourcePort?: number;
  targetPort?: number;
  ipLength?: number;
  ipId?: number;
  tcpWindow?: number;
  vlan?: number;
  protocol?: number;
  tcpFlags?: number;
  ttl?: number;
  fragment?: number;
  transportBytes?: number;
  hasPayload?: number;
  synOptions?: number;
  tunnel?: number;
  innerProtocol?: number;
  radiation?: number;
  innerSourcePort?: number;
  innerTargetPort?: number;
  /** Text of either family. */
  innerSource?: string;
  innerTarget?: string;
}

/** A SYN to port 23 of 60 bytes on the wire. */
const usual = {
  seconds: 1_700_000_000,
  wireLength: 60,
  sourcePort: 40_000,
  targetPort: 23,
  ipLength: 40,
  protocol: 6,
  tcpFlags: 2,
  ttl: 241,
  transportBytes: 20,
  hasPayload: 1,
} as const;

export function packetBatch(family: Family, packets: readonly TestPacket[]): PacketBatch {
  const batch = createPacketBatch(family, packets.length);
  packets.forEach(({ source, target, innerSource = '::', innerTarget = '::', ...numbers }, row) => {
    putInnerAddress(batch.innerSource, row, innerSource);
    putInnerAddress(batch.innerTarget, row, innerTarget);
    putAddress(batch.source, family, row, source ?? (family === 4 ? '192.0.2.1' : '2001:db8::1'));
    putAddress(batch.target, family, row, target ?? (family === 4 ? '198.51.100.7' : '2001:db8:ffff::7'));
    for (const [name, value] of Object.entries({ ...usual, ...numbers }))
      batch[name as Exclude<keyof TestPacket, 'source' | 'target' | 'innerSource' | 'innerTarget'>][row] = value;
  });
  batch.length = packets.length;
  return batch;
}

function putAddress(column: Uint32Array, family: Family, row: number, text: string): void {
  if (family === 4) column[row] = parseIpv4(text)!;
  else column.set(parseIpv6(text)!, row * 4);
}

function putInnerAddress(column: Uint32Array, row: number, text: string): void {
  const ipv4 = parseIpv4(text);
  column.set(ipv4 === null ? parseIpv6(text)! : [0, 0, 0xffff, ipv4], row * 4);
}

/** Packets as a reader hands them on: one after another in one array, at offsets of any alignment. */
export function recordBatch(linkType: number, packets: readonly Uint8Array[], seconds = 1_700_000_000): RecordBatch {
  const batch = createRecordBatch(Math.max(1, packets.length));
  // What lies around a packet must not be read: it is neither zero nor a header.
  const gap = new Uint8Array(3).fill(0x5a);
  batch.bytes = concatenate([...packets.flatMap((packet) => [gap, packet]), new Uint8Array(64).fill(0x5a)]);
  batch.view = new DataView(batch.bytes.buffer);
  let at = 0;
  packets.forEach((packet, row) => {
    at += gap.length;
    batch.offset[row] = at;
    batch.capturedLength[row] = packet.length;
    batch.wireLength[row] = Math.max(60, packet.length);
    batch.seconds[row] = seconds;
    batch.linkType[row] = linkType;
    at += packet.length;
  });
  batch.length = packets.length;
  return batch;
}

export interface DecodedPacket {
  family: Family;
  source: string;
  target: string;
  protocol: number;
  sourcePort: number;
  targetPort: number;
  tcpFlags: number;
  tcpSequence: number;
  tcpWindow: number;
  ttl: number;
  ipLength: number;
  ipId: number;
  vlan: number;
  fragment: number;
  /** Text form of shared/tcp-options.ts. */
  synOptions: string;
  /** Name of shared/tunnels.ts, empty for none. */
  tunnel: string;
  /** Such as `192.0.2.1 1024 > 198.51.100.7 23 (6)`, empty without a tunnel. */
  inner: string;
}

export interface Decoded {
  /** The packet, or null when it carries no IP or cannot be read. */
  packet: DecodedPacket | null;
  notIp: Counts;
  undecodable: Counts;
  faults: Counts;
  /** Where they were verified. */
  checksums?: ChecksumCounts;
}

/** Decodes one packet with a decoder of its own. */
export function decodeOne(
  linkType: number,
  bytes: Uint8Array,
  options: { seconds?: number; wireLength?: number; checksums?: boolean } = {},
): Decoded {
  const decoder = new Decoder({ checksums: options.checksums ?? false });
  const ipv4 = createPacketBatch(4, 1);
  const ipv6 = createPacketBatch(6, 1);
  const records = recordBatch(linkType, [bytes], options.seconds);
  if (options.wireLength !== undefined) records.wireLength[0] = options.wireLength;
  decoder.decode(records, ipv4, ipv6);
  const batch = ipv4.length === 1 ? ipv4 : ipv6.length === 1 ? ipv6 : null;
  return {
    packet: batch === null ? null : packetOf(batch, 0),
    notIp: decoder.notIp(),
    undecodable: decoder.undecodable(),
    faults: decoder.faults(),
    ...(decoder.checksums === null ? {} : { checksums: decoder.checksums }),
  };
}

function packetOf(batch: PacketBatch, row: number): DecodedPacket {
  return {
    family: batch.family,
    source: formatAddress(batch.family, batch.source, row),
    target: formatAddress(batch.family, batch.target, row),
    protocol: batch.protocol[row]!,
    sourcePort: batch.sourcePort[row]!,
    targetPort: batch.targetPort[row]!,
    tcpFlags: batch.tcpFlags[row]!,
    tcpSequence: batch.tcpSequence[row]!,
    tcpWindow: batch.tcpWindow[row]!,
    ttl: batch.ttl[row]!,
    ipLength: batch.ipLength[row]!,
    ipId: batch.ipId[row]!,
    vlan: batch.vlan[row]!,
    fragment: batch.fragment[row]!,
    synOptions: formatTcpOptions(batch.synOptions[row]!),
    tunnel: tunnelNames[batch.tunnel[row]!]!,
    inner: innerText(batch, row),
  };
}

function innerText(batch: PacketBatch, row: number): string {
  if (batch.tunnel[row] === 0) return '';
  const [source, target] = [batch.innerSource, batch.innerTarget].map((column) => formatInnerAddress(column, row));
  const { innerSourcePort, innerTargetPort, innerProtocol } = batch;
  return `${source} ${innerSourcePort[row]} > ${target} ${innerTargetPort[row]} (${innerProtocol[row]})`;
}
