/** Packets that begin with their IP header: LINKTYPE_RAW, LINKTYPE_IPV4, LINKTYPE_IPV6, and IP over ATM (RFC 2225). */
import { Fault } from '../../../shared/counters.ts';
import { EtherType } from '../layer.ts';
import { ipByVersion } from './headers/raw-ip.ts';
import type { LinkDecoder } from './link-decoder.ts';

export const rawIp: LinkDecoder = {
  name: 'raw IP',
  // 101 is LINKTYPE_RAW; 12 and 14 are DLT_RAW as files from some systems have it.
  linkTypes: [101, 12, 14],
  decode: ipByVersion,
};

export const rawIpv4: LinkDecoder = {
  name: 'raw IPv4',
  // 106 is LINKTYPE_ATM_CLIP; 16, 18 and 19 are what libpcap had for it before there was one number for all systems.
  linkTypes: [228, 106, 16, 18, 19],
  decode(_bytes, layer) {
    layer.type = EtherType.ipv4;
    return Fault.none;
  },
};

export const rawIpv6: LinkDecoder = {
  name: 'raw IPv6',
  linkTypes: [229],
  decode(_bytes, layer) {
    layer.type = EtherType.ipv6;
    return Fault.none;
  },
};
