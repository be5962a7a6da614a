/** Verifies checksums, on request: of IPv4 headers, and of what follows IP headers where all of it was captured. */
import { crc32c, isChecksumGood, sumWords } from '../../../shared/internet-checksum.ts';
import { Fragment } from '../../../shared/packet-batch.ts';
import { IpProtocol } from '../../../shared/protocols.ts';
import type { IpLayer } from '../network/ip-layer.ts';
import { UDP_LITE } from './transport.ts';

/** Not verified: cut off, a fragment, without a checksum, or of a protocol that has none here. */
export const Verdict = { notVerified: 0, good: 1, bad: 2 } as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

const TCP_HEADER_BYTES = 20;
const UDP_HEADER_BYTES = 8;
const ICMP_HEADER_BYTES = 4;
const SCTP_HEADER_BYTES = 12;
const UDP_CHECKSUM_OFFSET = 6;
const SCTP_CHECKSUM_OFFSET = 8;

/** IPv6 has no checksum of its own. `captured` is the end of what was captured. */
export function verifyNetwork(bytes: DataView, { family, ipStart }: IpLayer, captured: number): Verdict {
  if (family === 6) return Verdict.notVerified;
  const headerEnd = ipStart + (bytes.getUint8(ipStart) & 0x0f) * 4;
  return headerEnd > captured ? Verdict.notVerified : verdict(sumWords(bytes, ipStart, headerEnd));
}

/** `layer` stands after the IP headers. */
export function verifyTransport(bytes: DataView, layer: IpLayer): Verdict {
  const { start, end } = layer;
  if (layer.fragment !== Fragment.whole || end < layer.wireEnd || layer.rerouted) return Verdict.notVerified;
  switch (layer.type) {
    case IpProtocol.tcp:
      return end - start < TCP_HEADER_BYTES ? Verdict.notVerified : verifyWithAddresses(bytes, layer, end - start, end);
    case IpProtocol.udp:
      return verifyUdp(bytes, layer);
    case UDP_LITE:
      return verifyUdpLite(bytes, layer);
    case IpProtocol.icmp:
      return end - start < ICMP_HEADER_BYTES ? Verdict.notVerified : verdict(sumWords(bytes, start, end));
    case IpProtocol.icmpv6:
      return end - start < ICMP_HEADER_BYTES
        ? Verdict.notVerified
        : verifyWithAddresses(bytes, layer, end - start, end);
    case IpProtocol.sctp:
      return verifySctp(bytes, layer);
    default:
      return Verdict.notVerified;
  }
}

function verdict(sum: number): Verdict {
  return isChecksumGood(sum) ? Verdict.good : Verdict.bad;
}

/** The sum of [start, coveredEnd) and of the pseudo-header: addresses, protocol, length (RFC 9293, section 3.1; RFC 8200, section 8.1). */
function verifyWithAddresses(bytes: DataView, layer: IpLayer, length: number, coveredEnd: number): Verdict {
  const { family, ipStart, start, type } = layer;
  const addresses =
    family === 4 ? sumWords(bytes, ipStart + 12, ipStart + 20) : sumWords(bytes, ipStart + 8, ipStart + 40);
  return verdict(addresses + type + length + sumWords(bytes, start, coveredEnd));
}

function verifyUdp(bytes: DataView, layer: IpLayer): Verdict {
  const { start, end } = layer;
  if (end - start < UDP_HEADER_BYTES) return Verdict.notVerified;
  const length = bytes.getUint16(start + 4) || end - start;
  if (length < UDP_HEADER_BYTES || length > end - start) return Verdict.notVerified;
  // 0 says that there is none; IPv6 does not allow that (RFC 8200, section 8.1).
  if (bytes.getUint16(start + UDP_CHECKSUM_OFFSET) === 0) return layer.family === 4 ? Verdict.notVerified : Verdict.bad;
  return verifyWithAddresses(bytes, layer, length, start + length);
}

/** UDP-Lite (RFC 3828): in place of the length, the number of bytes that the checksum covers; 0 is all. */
function verifyUdpLite(bytes: DataView, layer: IpLayer): Verdict {
  const { start, end } = layer;
  const length = end - start;
  if (length < UDP_HEADER_BYTES) return Verdict.notVerified;
  const covered = bytes.getUint16(start + 4) || length;
  if (covered < UDP_HEADER_BYTES || covered > length) return Verdict.bad;
  return verifyWithAddresses(bytes, layer, length, start + covered);
}

function verifySctp(bytes: DataView, { start, end }: IpLayer): Verdict {
  if (end - start < SCTP_HEADER_BYTES) return Verdict.notVerified;
  const crc = crc32c(bytes, start, end, start + SCTP_CHECKSUM_OFFSET);
  return bytes.getUint32(start + SCTP_CHECKSUM_OFFSET, true) === crc ? Verdict.good : Verdict.bad;
}
