/** What rules ask of a SYN beside the columns. */
import { IpProtocol, TcpFlag } from '../../shared/protocols.ts';

const TCP_HEADER_BYTES = 20;
/** Where the header's length lies, in the upper half of the byte. */
const LENGTH_OFFSET = 12;

const FIRST_SYN = (TcpFlag.syn << 8) | IpProtocol.tcp;
const FIRST_SYN_MASK = ((TcpFlag.syn | TcpFlag.ack | TcpFlag.rst) << 8) | 0xff;

/** All ones for the first packet of a connection (SYN, and neither ACK nor RST), else 0; of flags << 8 | protocol. */
export function firstSyn(flagsAndProtocol: number): number {
  return (((flagsAndProtocol & FIRST_SYN_MASK) ^ FIRST_SYN) - 1) >> 31;
}

export function isFirstSyn(protocol: number, tcpFlags: number): boolean {
  return firstSyn((tcpFlags << 8) | protocol) !== 0;
}

/**
 * Where the TCP options of the packet lie whose IPv4 header is at `header`, when the header says that there are exactly
 * `optionBytes` and all of them were captured; -1 else.
 */
export function optionsAt(bytes: DataView, header: number, transportBytes: number, optionBytes: number): number {
  const headerBytes = TCP_HEADER_BYTES + optionBytes;
  if (transportBytes < headerBytes) return -1;
  const tcp = header + (bytes.getUint8(header) & 15) * 4;
  return bytes.getUint8(tcp + LENGTH_OFFSET) >> 4 === headerBytes / 4 ? tcp + TCP_HEADER_BYTES : -1;
}
