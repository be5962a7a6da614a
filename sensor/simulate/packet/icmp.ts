/** ICMP (RFC 792) and ICMPv6 echo (RFC 4443) messages. */
import { IpProtocol } from '../../../shared/protocols.ts';
import { foldChecksum, sumWords } from './checksum.ts';
import { endFrame, type Frame, put16, put32, putBytes } from './frame.ts';
import { beginIpv4, beginIpv6, type Ipv4Fields, type Ipv6Fields, putIpv4Header, sumIpv6PseudoHeader } from './ip.ts';

const HEADER_BYTES = 8;
/** IPv4 header and eight bytes: what an error quotes at least (RFC 792). */
const QUOTE_BYTES = 28;

export const IcmpType = { unreachable: 3, echoRequest: 8, timeExceeded: 11 } as const;
const ICMPV6_ECHO_REQUEST = 128;

export interface EchoFields {
  identifier: number;
  sequence: number;
  payload: Uint8Array;
}

export type EchoPacket = Ipv4Fields & EchoFields;

export function createEchoPacket(initial: Partial<EchoPacket>): EchoPacket {
  return {
    source: 0,
    target: 0,
    ttl: 64,
    identification: 0,
    fragmentField: 0,
    identifier: 0,
    sequence: 0,
    payload: new Uint8Array(0),
    ...initial,
  };
}

export function writeEchoRequest(frame: Frame, packet: EchoPacket): void {
  const at = beginIpv4(frame, packet, IpProtocol.icmp, HEADER_BYTES + packet.payload.length);
  putEcho(frame, at, IcmpType.echoRequest, packet, 0);
}

export function writeEchoRequestOverIpv6(frame: Frame, network: Ipv6Fields, echo: EchoFields): void {
  const messageBytes = HEADER_BYTES + echo.payload.length;
  const at = beginIpv6(frame, network, IpProtocol.icmpv6, messageBytes);
  putEcho(frame, at, ICMPV6_ECHO_REQUEST, echo, sumIpv6PseudoHeader(network, IpProtocol.icmpv6, messageBytes));
}

function putEcho(frame: Frame, at: number, type: number, echo: EchoFields, pseudoSum: number): void {
  const { bytes } = frame;
  put16(bytes, at, type << 8);
  put16(bytes, at + 2, 0);
  put16(bytes, at + 4, echo.identifier);
  put16(bytes, at + 6, echo.sequence);
  const end = putBytes(bytes, at + HEADER_BYTES, echo.payload);
  put16(bytes, at + 2, foldChecksum(pseudoSum + sumWords(bytes, at, end)));
  endFrame(frame, end);
}

/** The start of a TCP packet, as an error message quotes it. */
export interface QuotedTcp extends Ipv4Fields {
  sourcePort: number;
  targetPort: number;
  sequence: number;
}

/** Writes an error about a TCP packet without options that someone sent in the target's name. */
export function writeIcmpError(frame: Frame, packet: Ipv4Fields, type: number, code: number, quoted: QuotedTcp): void {
  const { bytes } = frame;
  const at = beginIpv4(frame, packet, IpProtocol.icmp, HEADER_BYTES + QUOTE_BYTES);
  put16(bytes, at, (type << 8) | code);
  put16(bytes, at + 2, 0);
  put32(bytes, at + 4, 0);
  // The quoted header keeps its own length: only the quote is short.
  const tcpAt = putIpv4Header(bytes, at + HEADER_BYTES, quoted, IpProtocol.tcp, 20);
  put16(bytes, tcpAt, quoted.sourcePort);
  put16(bytes, tcpAt + 2, quoted.targetPort);
  put32(bytes, tcpAt + 4, quoted.sequence);
  put16(bytes, at + 2, foldChecksum(sumWords(bytes, at, tcpAt + 8)));
  endFrame(frame, tcpAt + 8);
}
