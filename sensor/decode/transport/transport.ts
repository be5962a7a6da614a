/** Ports, flags and what else flows and rules need of TCP (RFC 9293), UDP (RFC 768), ICMP (RFC 792, RFC 4443) and their kin. */
import { Fault } from '../../../shared/counters.ts';
import { Fragment, type PacketBatch } from '../../../shared/packet-batch.ts';
import { IpProtocol, TcpFlag } from '../../../shared/protocols.ts';
import type { IpLayer } from '../network/ip-layer.ts';
import { readTcpOptions } from './tcp-options.ts';

const TCP_HEADER_BYTES = 20;
/** Where TCP's header length lies; the flags are the byte after it. */
const LENGTH_OFFSET = 12;
const UDP_HEADER_BYTES = 8;
const MAX_TRANSPORT_BYTES = 255;
/** Protocols that begin with two ports as UDP does: UDP, DCCP, SCTP, UDP-Lite. */
export const DCCP = 33;
export const UDP_LITE = 136;

/** Fills the transport columns of `row`. A header that is cut off is read as far as it goes. */
export function decodeTransport(bytes: DataView, layer: IpLayer, batch: PacketBatch, row: number): Fault {
  batch.sourcePort[row] = 0;
  batch.targetPort[row] = 0;
  batch.tcpFlags[row] = 0;
  batch.tcpSequence[row] = 0;
  batch.tcpWindow[row] = 0;
  batch.synOptions[row] = 0;
  batch.transportBytes[row] = Math.min(MAX_TRANSPORT_BYTES, layer.end - layer.start);
  batch.hasPayload[row] = layer.wireEnd > layer.start ? 1 : 0;
  if (layer.fragment === Fragment.later) return Fault.none;
  switch (layer.type) {
    case IpProtocol.tcp:
      return decodeTcp(bytes, layer, batch, row);
    case IpProtocol.udp:
    case IpProtocol.sctp:
    case DCCP:
    case UDP_LITE:
      return decodePorts(bytes, layer, batch, row);
    case IpProtocol.icmp:
    case IpProtocol.icmpv6:
      return decodeIcmp(bytes, layer, batch, row);
    default:
      return Fault.none;
  }
}

function decodeTcp(bytes: DataView, layer: IpLayer, batch: PacketBatch, row: number): Fault {
  const { start, end } = layer;
  const available = end - start;
  if (available >= 4) {
    batch.sourcePort[row] = bytes.getUint16(start);
    batch.targetPort[row] = bytes.getUint16(start + 2);
  }
  if (available >= 8) batch.tcpSequence[row] = bytes.getUint32(start + 4);
  if (available < 14) return Fault.truncatedTransport;
  const flags = bytes.getUint8(start + 13);
  batch.tcpFlags[row] = flags;
  if (available >= 16) batch.tcpWindow[row] = bytes.getUint16(start + 14);
  if (available < TCP_HEADER_BYTES) return Fault.truncatedTransport;
  const headerBytes = (bytes.getUint8(start + LENGTH_OFFSET) >> 4) * 4;
  if (headerBytes < TCP_HEADER_BYTES) {
    // A header that denies having room for its flags: they are kept, and not believed.
    batch.transportBytes[row] = LENGTH_OFFSET;
    return Fault.badTransportHeader;
  }
  if ((flags & TcpFlag.syn) !== 0 && headerBytes > TCP_HEADER_BYTES) {
    const optionsEnd = Math.min(start + headerBytes, layer.wireEnd);
    batch.synOptions[row] = readTcpOptions(bytes, start + TCP_HEADER_BYTES, optionsEnd, end);
  }
  return Fault.none;
}

function decodePorts(bytes: DataView, { start, end }: IpLayer, batch: PacketBatch, row: number): Fault {
  if (end - start >= 4) {
    batch.sourcePort[row] = bytes.getUint16(start);
    batch.targetPort[row] = bytes.getUint16(start + 2);
  }
  return end - start < UDP_HEADER_BYTES ? Fault.truncatedTransport : Fault.none;
}

/** Type and code stand where the ports would, as in CAIDA's FlowTuple. */
function decodeIcmp(bytes: DataView, { start, end }: IpLayer, batch: PacketBatch, row: number): Fault {
  if (end - start < 2) return Fault.truncatedTransport;
  batch.sourcePort[row] = bytes.getUint8(start);
  batch.targetPort[row] = bytes.getUint8(start + 1);
  return end - start < 4 ? Fault.truncatedTransport : Fault.none;
}
