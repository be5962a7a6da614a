/** Mirai and its kin send SYNs whose sequence number is the target's address. */
import { Tag } from '../../shared/tags.ts';
import type { Fingerprint } from './fingerprint.ts';

export const mirai: Fingerprint = {
  name: 'mirai',
  match({ tcpSequence, target, tagsLow }, _bytes, syns) {
    for (let at = 0; at < syns.length; at++) {
      const row = syns.rows[at]!;
      if (tcpSequence[row] === target[row]) tagsLow[row]! |= 1 << Tag.mirai;
    }
  },
};
