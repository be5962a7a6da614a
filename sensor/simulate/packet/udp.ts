/** UDP datagrams (RFC 768) over IPv4. */
import { IpProtocol } from '../../../shared/protocols.ts';
import { foldChecksum, sumWords } from './checksum.ts';
import { endFrame, type Frame, put16, putBytes } from './frame.ts';
import { beginIpv4, type Ipv4Fields, sumIpv4PseudoHeader } from './ip.ts';

const HEADER_BYTES = 8;

export interface UdpPacket extends Ipv4Fields {
  sourcePort: number;
  targetPort: number;
  payload: Uint8Array;
}

export function createUdpPacket(initial: Partial<UdpPacket>): UdpPacket {
  return {
    source: 0,
    target: 0,
    ttl: 64,
    identification: 0,
    fragmentField: 0,
    sourcePort: 0,
    targetPort: 0,
    payload: new Uint8Array(0),
    ...initial,
  };
}

export function writeUdp(frame: Frame, packet: UdpPacket): void {
  const { bytes } = frame;
  const datagramBytes = HEADER_BYTES + packet.payload.length;
  const at = beginIpv4(frame, packet, IpProtocol.udp, datagramBytes);
  put16(bytes, at, packet.sourcePort);
  put16(bytes, at + 2, packet.targetPort);
  put16(bytes, at + 4, datagramBytes);
  put16(bytes, at + 6, 0);
  const end = putBytes(bytes, at + HEADER_BYTES, packet.payload);
  const sum = sumIpv4PseudoHeader(packet, IpProtocol.udp, datagramBytes) + sumWords(bytes, at, end);
  // A checksum of 0 would say that there is none: it is sent as its other form (RFC 768).
  put16(bytes, at + 6, foldChecksum(sum) || 0xffff);
  endFrame(frame, end);
}
