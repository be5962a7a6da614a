/** Masscan computes the IP identification from what it aims at: target ^ target port ^ sequence number, cut (not folded) to 16 bits. */
import { Tag } from '../../shared/tags.ts';
import type { Fingerprint } from './fingerprint.ts';

export const masscanTcp: Fingerprint = {
  name: 'masscanTcp',
  match({ ipId, target, targetPort, tcpSequence, tagsLow }, _bytes, syns) {
    for (let at = 0; at < syns.length; at++) {
      const row = syns.rows[at]!;
      if (ipId[row] === ((target[row]! ^ targetPort[row]! ^ tcpSequence[row]!) & 0xffff))
        tagsLow[row]! |= 1 << Tag.masscanTcp;
    }
  },
};
