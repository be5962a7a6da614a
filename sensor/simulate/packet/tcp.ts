/** TCP segments without data (RFC 9293) over IPv4 and IPv6. */
import { IpProtocol } from '../../../shared/protocols.ts';
import { foldChecksum, sumWords } from './checksum.ts';
import { endFrame, type Frame, put16, put32, putBytes } from './frame.ts';
import {
  beginIpv4,
  beginIpv6,
  type Ipv4Fields,
  type Ipv6Fields,
  sumIpv4PseudoHeader,
  sumIpv6PseudoHeader,
} from './ip.ts';

const HEADER_BYTES = 20;

export interface TcpFields {
  sourcePort: number;
  targetPort: number;
  sequence: number;
  acknowledgement: number;
  flags: number;
  window: number;
  /** Whole options, a multiple of four bytes. */
  options: Uint8Array;
}

export type TcpPacket = Ipv4Fields & TcpFields;

const NO_OPTIONS = new Uint8Array(0);

/** A packet whose fields an actor changes in place. All come from here, so that they have one shape. */
export function createTcpPacket(initial: Partial<TcpPacket>): TcpPacket {
  return {
    source: 0,
    target: 0,
    ttl: 64,
    identification: 0,
    fragmentField: 0,
    sourcePort: 0,
    targetPort: 0,
    sequence: 0,
    acknowledgement: 0,
    flags: 0,
    window: 0,
    options: NO_OPTIONS,
    ...initial,
  };
}

export function writeTcp(frame: Frame, packet: TcpPacket): void {
  const segmentBytes = HEADER_BYTES + packet.options.length;
  const at = beginIpv4(frame, packet, IpProtocol.tcp, segmentBytes);
  putSegment(frame, at, packet, sumIpv4PseudoHeader(packet, IpProtocol.tcp, segmentBytes));
}

export function writeTcpOverIpv6(frame: Frame, network: Ipv6Fields, segment: TcpFields): void {
  const segmentBytes = HEADER_BYTES + segment.options.length;
  const at = beginIpv6(frame, network, IpProtocol.tcp, segmentBytes);
  putSegment(frame, at, segment, sumIpv6PseudoHeader(network, IpProtocol.tcp, segmentBytes));
}

function putSegment(frame: Frame, at: number, segment: TcpFields, pseudoSum: number): void {
  const { bytes } = frame;
  put16(bytes, at, segment.sourcePort);
  put16(bytes, at + 2, segment.targetPort);
  put32(bytes, at + 4, segment.sequence);
  put32(bytes, at + 8, segment.acknowledgement);
  bytes[at + 12] = ((HEADER_BYTES + segment.options.length) >> 2) << 4;
  bytes[at + 13] = segment.flags;
  put16(bytes, at + 14, segment.window);
  put32(bytes, at + 16, 0);
  const end = putBytes(bytes, at + HEADER_BYTES, segment.options);
  put16(bytes, at + 16, foldChecksum(pseudoSum + sumWords(bytes, at, end)));
  endFrame(frame, end);
}
