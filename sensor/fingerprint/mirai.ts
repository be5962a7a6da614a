/** Mirai and its kin send SYNs whose sequence number is the target's address. */
import { Tag } from '../../shared/tags.ts';
import type { Fingerprint } from './fingerprint.ts';
import { isFirstSyn } from './syn.ts';

export const mirai: Fingerprint = {
  name: 'mirai',
  kind: 'tool',
  reference: 'Antonakakis et al., Understanding the Mirai Botnet, USENIX Security 2017',
  match({ length, protocol, tcpFlags, tcpSequence, target, tagsLow }) {
    for (let row = 0; row < length; row++) {
      if (tcpSequence[row] !== target[row]) continue;
      if (isFirstSyn(protocol[row]!, tcpFlags[row]!)) tagsLow[row]! |= 1 << Tag.mirai;
    }
  },
};
