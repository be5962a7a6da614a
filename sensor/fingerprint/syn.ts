/** What rules ask of a SYN beside the columns. */
import { BATCH_ROWS, type PacketBatch } from '../../shared/packet-batch.ts';

import { IpProtocol, TcpFlag } from '../../shared/protocols.ts';

const TCP_HEADER_BYTES = 20;
/** Where the header's length lies, in the upper half of the byte. */
const LENGTH_OFFSET = 12;

/** The first packet of a connection: SYN, and neither ACK nor RST. */
export function isFirstSyn(protocol: number, tcpFlags: number): boolean {
  return protocol === IpProtocol.tcp && (tcpFlags & (TcpFlag.syn | TcpFlag.ack | TcpFlag.rst)) === TcpFlag.syn;
}

/** Rows of first SYNs: looked for once a batch, and not by each rule. */
export class SynRows {
  rows = new Uint32Array(BATCH_ROWS);
  length = 0;

  find({ length, protocol, tcpFlags }: PacketBatch): void {
    if (this.rows.length < length) this.rows = new Uint32Array(length);
    const { rows } = this;
    const mask = (TcpFlag.syn | TcpFlag.ack | TcpFlag.rst) << 8;
    const wanted = (TcpFlag.syn << 8) | IpProtocol.tcp;
    let count = 0;
    // Without a branch: which packet is a SYN cannot be foretold, and a branch that is guessed wrong costs more than all else.
    for (let row = 0; row < length; row++) {
      rows[count] = row;
      const difference = (((tcpFlags[row]! << 8) | protocol[row]!) & (mask | 0xff)) ^ wanted;
      count += (difference - 1) >>> 31;
    }
    this.length = count;
  }
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
