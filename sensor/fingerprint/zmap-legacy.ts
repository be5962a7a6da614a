/** ZMap up to version 4.0 sets the IP identification to 54321; later ones choose it anew for every probe. */
import type { PacketBatch } from '../../shared/packet-batch.ts';
import { IpProtocol } from '../../shared/protocols.ts';
import { Tag } from '../../shared/tags.ts';
import { isFirstSyn } from './syn.ts';

export const ZMAP_IP_ID = 54_321;

/** The bits of a packet with this identification: of the rule for TCP or for UDP, and a SYN is irregular. */
export function zmapLegacy({ ipId, protocol, tcpFlags }: PacketBatch, row: number): number {
  if (ipId[row] !== ZMAP_IP_ID) return 0;
  if (protocol[row] === IpProtocol.udp) return 1 << Tag.zmapLegacyUdp;
  return isFirstSyn(protocol[row]!, tcpFlags[row]!) ? (1 << Tag.zmapLegacyTcp) | (1 << Tag.irregularSyn) : 0;
}
