/** The inner columns, from an IP header that was read. */
import { Fragment, type PacketBatch } from '../../../shared/packet-batch.ts';
import { IpProtocol } from '../../../shared/protocols.ts';
import type { IpLayer } from '../network/ip-layer.ts';
import { DCCP, UDP_LITE } from '../transport/transport.ts';

/** The third word of an IPv4 address as 16 bytes (RFC 4291, section 2.5.5.2). */
const MAPPED = 0xffff;

export function putInner(bytes: DataView, layer: IpLayer, batch: PacketBatch, row: number): void {
  const { family, ipStart } = layer;
  putAddress(bytes, batch.innerSource, row, family === 4 ? ipStart + 12 : ipStart + 8, family);
  putAddress(bytes, batch.innerTarget, row, family === 4 ? ipStart + 16 : ipStart + 24, family);
  batch.innerProtocol[row] = layer.type;
  putPorts(bytes, layer, batch, row);
}

function putAddress(bytes: DataView, column: Uint32Array, row: number, at: number, family: 4 | 6): void {
  const first = row * 4;
  if (family === 6) {
    for (let word = 0; word < 4; word++) column[first + word] = bytes.getUint32(at + word * 4);
    return;
  }
  column[first] = 0;
  column[first + 1] = 0;
  column[first + 2] = MAPPED;
  column[first + 3] = bytes.getUint32(at);
}

/** Ports, or ICMP type and code, as far as they are there: a quote may end before them. */
function putPorts(bytes: DataView, { start, end, type, fragment }: IpLayer, batch: PacketBatch, row: number): void {
  batch.innerSourcePort[row] = 0;
  batch.innerTargetPort[row] = 0;
  if (fragment === Fragment.later) return;
  if (type === IpProtocol.icmp || type === IpProtocol.icmpv6) {
    if (end - start < 2) return;
    batch.innerSourcePort[row] = bytes.getUint8(start);
    batch.innerTargetPort[row] = bytes.getUint8(start + 1);
  } else if (hasPorts(type) && end - start >= 4) {
    batch.innerSourcePort[row] = bytes.getUint16(start);
    batch.innerTargetPort[row] = bytes.getUint16(start + 2);
  }
}

function hasPorts(type: number): boolean {
  switch (type) {
    case IpProtocol.tcp:
    case IpProtocol.udp:
    case IpProtocol.sctp:
    case DCCP:
    case UDP_LITE:
      return true;
    default:
      return false;
  }
}
