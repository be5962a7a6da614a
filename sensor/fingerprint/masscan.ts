/** Masscan computes the IP identification from what it aims at: target ^ target port ^ sequence number, cut (not folded) to 16 bits. */
import { Tag } from '../../shared/tags.ts';
import type { Fingerprint } from './fingerprint.ts';
import { isFirstSyn } from './syn.ts';

export const masscanTcp: Fingerprint = {
  name: 'masscanTcp',
  kind: 'tool',
  reference: 'robertdavidgraham/masscan src/templ-pkt.c',
  match({ length, ipId, protocol, tcpFlags, target, targetPort, tcpSequence, tagsLow }) {
    for (let row = 0; row < length; row++) {
      // What is rare comes first: a branch that hardly ever changes costs nothing.
      if (ipId[row] !== ((target[row]! ^ targetPort[row]! ^ tcpSequence[row]!) & 0xffff)) continue;
      if (isFirstSyn(protocol[row]!, tcpFlags[row]!)) tagsLow[row]! |= 1 << Tag.masscanTcp;
    }
  },
};
