/**
 * The packets that telescopes see most, read in one go: Ethernet or raw IP, an IPv4 header without options, no fragment,
 * and a whole TCP, UDP or ICMP header that carries no tunnel and quotes nothing. Whatever differs in any way is left to the
 * decoders of each layer, which say the same of a plain packet (a test compares them), only slower.
 */
import { Fragment, type PacketBatch, type RecordBatch } from '../../shared/packet-batch.ts';
import { IpProtocol, TcpFlag } from '../../shared/protocols.ts';
import { MAX_CAPTURE_SECONDS } from '../../shared/time.ts';
import { EtherType } from './layer.ts';
import type { Outcomes } from './outcomes.ts';
import { readTcpOptions } from './transport/tcp-options.ts';
import { isIcmpError } from './tunnel/icmp-quote.ts';
import { isTunnelPort } from './tunnel/tunnel.ts';
import { NO_TUNNEL } from './tunnel/tunnel-decoder.ts';

const LinkType = { ethernet: 1, rawIp: 101 } as const;
const ETHERNET_BYTES = 14;
const IP_BYTES = 20;
/** Version 4 and a header of five words. */
const VERSION_AND_LENGTH = 0x45;
const FRAGMENT_BITS = 0x3fff;
const TCP_BYTES = 20;
/** UDP's header; ICMP has as many, or is not looked at here. */
const MIN_TRANSPORT_BYTES = 8;
const MAX_TRANSPORT_BYTES = 255;

/** Columns that are the same in every plain packet, set for the rows that `records` may take. */
export function fillPlainColumns(records: number, batch: PacketBatch, outcomes: Outcomes): void {
  const rows = batch.length + records;
  batch.tagsLow.fill(0, batch.length, rows);
  batch.tagsHigh.fill(0, batch.length, rows);
  batch.vlan.fill(0, batch.length, rows);
  batch.fragment.fill(Fragment.whole, batch.length, rows);
  batch.hasPayload.fill(1, batch.length, rows);
  batch.tunnel.fill(NO_TUNNEL, batch.length, rows);
  outcomes.family.fill(4, 0, records);
  outcomes.reason.fill(0, 0, records);
  outcomes.faults.fill(0, 0, records);
  outcomes.encapsulations.fill(0, 0, records);
}

/**
 * Appends packets to `batch` from record `first` on, up to the first that is not plain, whose index is returned. Bounds are
 * checked once for a packet, before anything behind them is read.
 */
export function decodePlain(records: RecordBatch, first: number, batch: PacketBatch, outcomes: Outcomes): number {
  const { view, offset, capturedLength, linkType, seconds, length } = records;
  const { source, target, ipLength, ipId, ttl, protocol, transportBytes, headerOffset } = batch;
  let row = batch.length;
  let record = first;
  for (; record < length; record++, row++) {
    const start = offset[record]!;
    const captured = capturedLength[record]!;
    const linkBytes = plainLinkBytes(view, linkType[record]!, start, captured);
    if (linkBytes < 0 || !(seconds[record]! >= 0 && seconds[record]! < MAX_CAPTURE_SECONDS)) break;
    const ip = start + linkBytes;
    const versionAndLength = view.getUint32(ip);
    const idAndFragment = view.getUint32(ip + 4);
    const ttlAndProtocol = view.getUint32(ip + 8);
    if (versionAndLength >>> 24 !== VERSION_AND_LENGTH || (idAndFragment & FRAGMENT_BITS) !== 0) break;
    const totalBytes = versionAndLength & 0xffff;
    const carried = (ttlAndProtocol >>> 16) & 0xff;
    const end = Math.min(start + captured, ip + totalBytes);
    if (!decodePlainTransport(view, carried, ip + IP_BYTES, end, batch, row)) break;
    source[row] = view.getUint32(ip + 12);
    target[row] = view.getUint32(ip + 16);
    ipLength[row] = totalBytes;
    ipId[row] = idAndFragment >>> 16;
    ttl[row] = ttlAndProtocol >>> 24;
    protocol[row] = carried;
    transportBytes[row] = Math.min(MAX_TRANSPORT_BYTES, end - ip - IP_BYTES);
    headerOffset[row] = ip;
    outcomes.row[record] = row;
    outcomes.network[record] = ip;
  }
  takeOver(records, first, record, batch);
  batch.length = row;
  return record;
}

/** Bytes before the IP header, with room for it and for the smallest header behind it; -1 where that is not so. */
function plainLinkBytes(view: DataView, linkType: number, start: number, captured: number): number {
  if (linkType === LinkType.rawIp) return captured < IP_BYTES + MIN_TRANSPORT_BYTES ? -1 : 0;
  if (linkType !== LinkType.ethernet || captured < ETHERNET_BYTES + IP_BYTES + MIN_TRANSPORT_BYTES) return -1;
  return view.getUint16(start + ETHERNET_BYTES - 2) === EtherType.ipv4 ? ETHERNET_BYTES : -1;
}

/** Fills the transport columns of `row` from the header at `start`; false where it is not plain. */
function decodePlainTransport(
  view: DataView,
  protocol: number,
  start: number,
  end: number,
  batch: PacketBatch,
  row: number,
): boolean {
  const available = end - start;
  if (available < MIN_TRANSPORT_BYTES) return false;
  const ports = view.getUint32(start);
  if (protocol === IpProtocol.tcp) return decodePlainTcp(view, ports, start, end, batch, row);
  if (protocol === IpProtocol.udp) {
    if (isTunnelPort(ports >>> 16) || isTunnelPort(ports & 0xffff)) return false;
    batch.sourcePort[row] = ports >>> 16;
    batch.targetPort[row] = ports;
  } else {
    if (protocol !== IpProtocol.icmp || isIcmpError(ports >>> 24)) return false;
    batch.sourcePort[row] = ports >>> 24;
    batch.targetPort[row] = (ports >>> 16) & 0xff;
  }
  batch.tcpSequence[row] = 0;
  batch.tcpFlags[row] = 0;
  batch.tcpWindow[row] = 0;
  batch.synOptions[row] = 0;
  return true;
}

function decodePlainTcp(
  view: DataView,
  ports: number,
  start: number,
  end: number,
  batch: PacketBatch,
  row: number,
): boolean {
  const available = end - start;
  if (available < TCP_BYTES) return false;
  const lengthFlagsWindow = view.getUint32(start + 12);
  const headerBytes = (lengthFlagsWindow >>> 28) * 4;
  if (headerBytes < TCP_BYTES || headerBytes > available) return false;
  const flags = (lengthFlagsWindow >>> 16) & 0xff;
  batch.sourcePort[row] = ports >>> 16;
  batch.targetPort[row] = ports;
  batch.tcpSequence[row] = view.getUint32(start + 4);
  batch.tcpFlags[row] = flags;
  batch.tcpWindow[row] = lengthFlagsWindow;
  batch.synOptions[row] =
    headerBytes > TCP_BYTES && (flags & TcpFlag.syn) !== 0
      ? readTcpOptions(view, start + TCP_BYTES, start + headerBytes, end)
      : 0;
  return true;
}

/** What decoding does not change. */
function takeOver(records: RecordBatch, first: number, end: number, batch: PacketBatch): void {
  batch.seconds.set(records.seconds.subarray(first, end), batch.length);
  batch.nanoseconds.set(records.nanoseconds.subarray(first, end), batch.length);
  batch.wireLength.set(records.wireLength.subarray(first, end), batch.length);
}
