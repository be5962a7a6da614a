/** What rules ask of a SYN beside the columns. */
import { IpProtocol, TcpFlag } from '../../shared/protocols.ts';

const TCP_HEADER_BYTES = 20;
/** Where the header's length lies, in the upper half of the byte. */
const LENGTH_OFFSET = 12;

/** The first packet of a connection: SYN, and neither ACK nor RST. */
export function isFirstSyn(protocol: number, tcpFlags: number): boolean {
  return protocol === IpProtocol.tcp && (tcpFlags & (TcpFlag.syn | TcpFlag.ack | TcpFlag.rst)) === TcpFlag.syn;
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
