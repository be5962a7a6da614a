/**
 * A SYN that no ordinary stack sends: without TCP options, with a TTL above 200, or with ZMap's old identification. What two
 * phases of a scan are told apart by: the first is irregular, and made by no stack.
 */
import { Tag } from '../../shared/tags.ts';
import type { Fingerprint } from './fingerprint.ts';

const ZMAP_IP_ID = 54_321;
const MOST_TTL = 200;
/** Fewer bytes do not show whether there are options. */
const TCP_HEADER_BYTES = 20;

export const irregularSyn: Fingerprint = {
  name: 'irregularSyn',
  match({ synOptions, ttl, ipId, transportBytes, tagsLow }, _bytes, syns) {
    for (let at = 0; at < syns.length; at++) {
      const row = syns.rows[at]!;
      // Half of all SYNs match: without branches, as 1 or 0.
      const options = synOptions[row]!;
      const hasNoOptions = ~((options | -options) >> 31) & ((TCP_HEADER_BYTES - 1 - transportBytes[row]!) >>> 31);
      const isHigh = (MOST_TTL - ttl[row]!) >>> 31;
      const isZmap = ((ipId[row]! ^ ZMAP_IP_ID) - 1) >>> 31;
      tagsLow[row]! |= (hasNoOptions | isHigh | isZmap) << Tag.irregularSyn;
    }
  },
};
