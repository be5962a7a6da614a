/** ZMap up to version 4.0 sets the IP identification to 54321; later ones choose it anew for every probe. */
import { IpProtocol } from '../../shared/protocols.ts';
import { Tag } from '../../shared/tags.ts';
import type { Fingerprint } from './fingerprint.ts';

const ZMAP_IP_ID = 54_321;

export const zmapLegacyTcp: Fingerprint = {
  name: 'zmapLegacyTcp',
  match({ ipId, tagsLow }, _bytes, syns) {
    for (let at = 0; at < syns.length; at++) {
      const row = syns.rows[at]!;
      if (ipId[row] === ZMAP_IP_ID) tagsLow[row]! |= 1 << Tag.zmapLegacyTcp;
    }
  },
};

export const zmapLegacyUdp: Fingerprint = {
  name: 'zmapLegacyUdp',
  match({ length, ipId, protocol, tagsLow }) {
    for (let row = 0; row < length; row++) {
      if (ipId[row] === ZMAP_IP_ID && protocol[row] === IpProtocol.udp) tagsLow[row]! |= 1 << Tag.zmapLegacyUdp;
    }
  },
};
