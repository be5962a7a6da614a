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
const UDP_BYTES = 8;
const ICMP_BYTES = 8;
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
  const { view, offset, capturedLength, length } = records;
  const { linkType, seconds } = records;
  const { source, target, ipLength, ipId, ttl, protocol, transportBytes } = batch;
  const { sourcePort, targetPort, tcpFlags, tcpSequence, tcpWindow, synOptions } = batch;
  let row = batch.length;
  let record = first;
  for (; record < length; record++, row++) {
    const captured = capturedLength[record]!;
    const start = offset[record]!;
    let ip = start;
    if (linkType[record] === LinkType.ethernet) {
      if (captured < ETHERNET_BYTES + IP_BYTES + UDP_BYTES) break;
      if (view.getUint16(start + ETHERNET_BYTES - 2) !== EtherType.ipv4) break;
      ip = start + ETHERNET_BYTES;
    } else if (linkType[record] !== LinkType.rawIp || captured < IP_BYTES + UDP_BYTES) break;
    const second = seconds[record]!;
    if (!(second >= 0 && second < MAX_CAPTURE_SECONDS)) break;
    const versionAndLength = view.getUint32(ip);
    const idAndFragment = view.getUint32(ip + 4);
    const ttlAndProtocol = view.getUint32(ip + 8);
    const ports = view.getUint32(ip + IP_BYTES);
    const length = versionAndLength & 0xffff;
    if (versionAndLength >>> 24 !== VERSION_AND_LENGTH || (idAndFragment & FRAGMENT_BITS) !== 0) break;
    const transport = ip + IP_BYTES;
    const end = Math.min(start + captured, ip + length);
    const available = end - transport;
    const carried = (ttlAndProtocol >>> 16) & 0xff;
    if (carried === IpProtocol.tcp) {
      if (available < TCP_BYTES) break;
      const flagsAndWindow = view.getUint32(transport + 12);
      const headerBytes = (flagsAndWindow >>> 28) * 4;
      if (headerBytes < TCP_BYTES || headerBytes > available) break;
      const flags = (flagsAndWindow >>> 16) & 0xff;
      sourcePort[row] = ports >>> 16;
      targetPort[row] = ports;
      tcpSequence[row] = view.getUint32(transport + 4);
      tcpFlags[row] = flags;
      tcpWindow[row] = flagsAndWindow;
      synOptions[row] =
        headerBytes > TCP_BYTES && (flags & TcpFlag.syn) !== 0
          ? readTcpOptions(view, transport + TCP_BYTES, transport + headerBytes, end)
          : 0;
    } else {
      if (carried === IpProtocol.udp) {
        if (available < UDP_BYTES || isTunnelPort(ports >>> 16) || isTunnelPort(ports & 0xffff)) break;
        sourcePort[row] = ports >>> 16;
        targetPort[row] = ports;
      } else {
        if (carried !== IpProtocol.icmp || available < ICMP_BYTES || isIcmpError(ports >>> 24)) break;
        sourcePort[row] = ports >>> 24;
        targetPort[row] = (ports >>> 16) & 0xff;
      }
      tcpSequence[row] = 0;
      tcpFlags[row] = 0;
      tcpWindow[row] = 0;
      synOptions[row] = 0;
    }
    source[row] = view.getUint32(ip + 12);
    target[row] = view.getUint32(ip + 16);
    ipLength[row] = length;
    ipId[row] = idAndFragment >>> 16;
    ttl[row] = ttlAndProtocol >>> 24;
    protocol[row] = carried;
    transportBytes[row] = Math.min(MAX_TRANSPORT_BYTES, available);
    outcomes.row[record] = row;
    outcomes.network[record] = ip;
  }
  takeOver(records, first, record, batch);
  batch.length = row;
  return record;
}

/** What decoding does not change. */
function takeOver(records: RecordBatch, first: number, end: number, batch: PacketBatch): void {
  batch.seconds.set(records.seconds.subarray(first, end), batch.length);
  batch.nanoseconds.set(records.nanoseconds.subarray(first, end), batch.length);
  batch.wireLength.set(records.wireLength.subarray(first, end), batch.length);
}
