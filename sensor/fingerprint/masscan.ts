/** Masscan computes the IP identification from what it aims at: target ^ target port ^ sequence number, cut (not folded) to 16 bits. */
import { IpProtocol, TcpFlag } from '../../shared/protocols.ts';
import { Tag } from '../../shared/tags.ts';
import type { Fingerprint } from './fingerprint.ts';

export const masscanTcp: Fingerprint = {
  name: 'masscanTcp',
  reference: 'robertdavidgraham/masscan src/templ-pkt.c',
  match({ length, ipId, protocol, tcpFlags, target, targetPort, tcpSequence, tagsLow }) {
    for (let row = 0; row < length; row++) {
      // What is rare comes first: a branch that hardly ever changes costs nothing.
      if (ipId[row] !== ((target[row]! ^ targetPort[row]! ^ tcpSequence[row]!) & 0xffff)) continue;
      if (protocol[row] !== IpProtocol.tcp) continue;
      if ((tcpFlags[row]! & (TcpFlag.syn | TcpFlag.ack | TcpFlag.rst)) === TcpFlag.syn)
        tagsLow[row]! |= 1 << Tag.masscanTcp;
    }
  },
};
