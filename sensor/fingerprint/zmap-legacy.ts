/** ZMap up to version 4.0 sets the IP identification to 54321; later ones choose it anew for every probe. */
import { IpProtocol } from '../../shared/protocols.ts';
import { Tag } from '../../shared/tags.ts';
import type { Fingerprint } from './fingerprint.ts';
import { isFirstSyn } from './syn.ts';

const ZMAP_IP_ID = 54_321;
const reference = 'zmap/zmap src/probe_modules/packet.c, before version 4.1.0 (2024-03-21)';

export const zmapLegacyTcp: Fingerprint = {
  name: 'zmapLegacyTcp',
  kind: 'tool',
  reference,
  match({ length, ipId, protocol, tcpFlags, tagsLow }) {
    for (let row = 0; row < length; row++) {
      if (ipId[row] !== ZMAP_IP_ID) continue;
      if (isFirstSyn(protocol[row]!, tcpFlags[row]!)) tagsLow[row]! |= 1 << Tag.zmapLegacyTcp;
    }
  },
};

export const zmapLegacyUdp: Fingerprint = {
  name: 'zmapLegacyUdp',
  kind: 'tool',
  reference,
  match({ length, ipId, protocol, tagsLow }) {
    for (let row = 0; row < length; row++) {
      if (ipId[row] === ZMAP_IP_ID && protocol[row] === IpProtocol.udp) tagsLow[row]! |= 1 << Tag.zmapLegacyUdp;
    }
  },
};
