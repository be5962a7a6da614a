/** Mirai and its kin send SYNs whose sequence number is the target's address. */
import { IpProtocol, TcpFlag } from '../../shared/protocols.ts';
import { Tag } from '../../shared/tags.ts';
import type { Fingerprint } from './fingerprint.ts';

export const mirai: Fingerprint = {
  name: 'mirai',
  reference: 'Antonakakis et al., Understanding the Mirai Botnet, USENIX Security 2017',
  match({ length, protocol, tcpFlags, tcpSequence, target, tagsLow }) {
    for (let row = 0; row < length; row++) {
      if (tcpSequence[row] !== target[row] || protocol[row] !== IpProtocol.tcp) continue;
      if ((tcpFlags[row]! & (TcpFlag.syn | TcpFlag.ack | TcpFlag.rst)) === TcpFlag.syn) tagsLow[row]! |= 1 << Tag.mirai;
    }
  },
};
