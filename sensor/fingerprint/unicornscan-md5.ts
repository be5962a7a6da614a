/**
 * Unicornscan's seventh form of SYN: a segment size of 1024, SACK, and an MD5 signature (RFC 2385), which routers use for BGP
 * at port 179 and nobody else. Its TTL starts at 128 or above.
 */
import type { PacketBatch } from '../../shared/packet-batch.ts';
import { Tag } from '../../shared/tags.ts';
import { MAX_TCP_OPTIONS, TcpOption } from '../../shared/tcp-options.ts';
import { isFirstSyn } from './syn.ts';

const BGP = 179;
const MOST_HOPS = 40;
const LEAST_TTL = 128 - MOST_HOPS;
const SEGMENT_BYTES = 1_024;
const TCP_HEADER_BYTES = 20;
/** Header, segment size, SACK, and the signature’s 18 bytes. */
export const LEAST_UNICORNSCAN_MD5_BYTES = TCP_HEADER_BYTES + 4 + 2 + 18;

/** The rule's bit of a packet, or 0. */
export function unicornscanMd5(batch: PacketBatch, row: number, bytes: DataView): number {
  const { protocol, tcpFlags, synOptions, ttl, targetPort, headerOffset, transportBytes } = batch;
  if (transportBytes[row]! < LEAST_UNICORNSCAN_MD5_BYTES) return 0;
  const options = synOptions[row]!;
  if (!hasOption(options, TcpOption.md5) || !isFirstSyn(protocol[row]!, tcpFlags[row]!)) return 0;
  if (targetPort[row] === BGP || ttl[row]! < LEAST_TTL) return 0;
  if (!hasOption(options, TcpOption.sackOk) || !hasOption(options, TcpOption.mss)) return 0;
  return hasSegmentSize(bytes, headerOffset[row]!, transportBytes[row]!) ? 1 << Tag.unicornscanMd5 : 0;
}

function hasOption(options: number, wanted: number): boolean {
  for (let at = 0; at < MAX_TCP_OPTIONS; at++) if (((options >>> (at * 4)) & 15) === wanted) return true;
  return false;
}

/** Whether the option of the segment size says 1024. */
function hasSegmentSize(bytes: DataView, header: number, transportBytes: number): boolean {
  const tcp = header + (bytes.getUint8(header) & 15) * 4;
  const end = tcp + Math.min(transportBytes, (bytes.getUint8(tcp + 12) >> 4) * 4);
  for (let at = tcp + TCP_HEADER_BYTES; at + 4 <= end; ) {
    const kind = bytes.getUint8(at);
    if (kind === 0) return false;
    if (kind === 2) return bytes.getUint16(at + 2) === SEGMENT_BYTES;
    at += kind === 1 ? 1 : Math.max(2, bytes.getUint8(at + 1));
  }
  return false;
}
