/** IPv4 (RFC 791) and IPv6 (RFC 8200) headers. */
import { foldChecksum, sumAddress, sumWords } from './checksum.ts';
import { beginFrame, EtherType, type Frame, put16, put32 } from './frame.ts';

const IPV4_BYTES = 20;
const IPV6_BYTES = 40;
export const DONT_FRAGMENT = 0x4000;

/** What an IPv4 packet of an actor carries: changed in place, never made anew. */
export interface Ipv4Fields {
  source: number;
  target: number;
  ttl: number;
  /** Identification, which some tools give away by. */
  identification: number;
  /** Flags and offset; 0 or DONT_FRAGMENT. */
  fragmentField: number;
}

/** Writes Ethernet and IPv4 header; returns where the payload of `payloadBytes` starts. */
export function beginIpv4(frame: Frame, fields: Ipv4Fields, protocol: number, payloadBytes: number): number {
  return putIpv4Header(frame.bytes, beginFrame(frame, EtherType.ipv4), fields, protocol, payloadBytes);
}

/** Writes an IPv4 header at `at`; returns where its payload starts. */
export function putIpv4Header(
  bytes: Uint8Array,
  at: number,
  fields: Ipv4Fields,
  protocol: number,
  payloadBytes: number,
): number {
  bytes[at] = 0x45;
  bytes[at + 1] = 0;
  put16(bytes, at + 2, IPV4_BYTES + payloadBytes);
  put16(bytes, at + 4, fields.identification);
  put16(bytes, at + 6, fields.fragmentField);
  bytes[at + 8] = fields.ttl;
  bytes[at + 9] = protocol;
  put16(bytes, at + 10, 0);
  put32(bytes, at + 12, fields.source);
  put32(bytes, at + 16, fields.target);
  put16(bytes, at + 10, foldChecksum(sumWords(bytes, at, at + IPV4_BYTES)));
  return at + IPV4_BYTES;
}

/** Sum of the pseudo-header that TCP and UDP checksums start with. */
export function sumIpv4PseudoHeader(fields: Ipv4Fields, protocol: number, payloadBytes: number): number {
  return sumAddress(fields.source) + sumAddress(fields.target) + protocol + payloadBytes;
}

export interface Ipv6Fields {
  readonly source: Uint32Array;
  readonly target: Uint32Array;
  hopLimit: number;
}

/** Writes Ethernet and IPv6 header; returns where the payload starts. */
export function beginIpv6(frame: Frame, fields: Ipv6Fields, nextHeader: number, payloadBytes: number): number {
  const { bytes } = frame;
  const at = beginFrame(frame, EtherType.ipv6);
  put32(bytes, at, 0x6000_0000);
  put16(bytes, at + 4, payloadBytes);
  bytes[at + 6] = nextHeader;
  bytes[at + 7] = fields.hopLimit;
  for (let word = 0; word < 4; word++) {
    put32(bytes, at + 8 + word * 4, fields.source[word]!);
    put32(bytes, at + 24 + word * 4, fields.target[word]!);
  }
  return at + IPV6_BYTES;
}

export function sumIpv6PseudoHeader(fields: Ipv6Fields, nextHeader: number, payloadBytes: number): number {
  let sum = nextHeader + payloadBytes;
  for (let word = 0; word < 4; word++) sum += sumAddress(fields.source[word]!) + sumAddress(fields.target[word]!);
  return sum;
}
