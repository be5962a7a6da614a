/**
 * A SYN that no ordinary stack sends: without TCP options, with a TTL above 200, or with ZMap's old identification. What two
 * phases of a scan are told apart by: the first is irregular, and made by no stack.
 */
import { Tag } from '../../shared/tags.ts';
import type { Fingerprint } from './fingerprint.ts';
import { isFirstSyn } from './syn.ts';

const ZMAP_IP_ID = 54_321;
const MOST_TTL = 200;
/** Fewer bytes do not show whether there are options. */
const TCP_HEADER_BYTES = 20;

export const irregularSyn: Fingerprint = {
  name: 'irregularSyn',
  kind: 'hint',
  reference: 'Hiesgen et al., Spoki: Unveiling a New Wave of Scanners, USENIX Security 2022',
  match({ length, synOptions, ttl, ipId, tcpFlags, protocol, transportBytes, tagsLow }) {
    for (let row = 0; row < length; row++) {
      if (!isFirstSyn(protocol[row]!, tcpFlags[row]!)) continue;
      const hasNoOptions = synOptions[row] === 0 && transportBytes[row]! >= TCP_HEADER_BYTES;
      if (hasNoOptions || ttl[row]! > MOST_TTL || ipId[row] === ZMAP_IP_ID) tagsLow[row]! |= 1 << Tag.irregularSyn;
    }
  },
};
