/** Packets that begin with their IP header. */
import { Fault } from '../../../shared/counters.ts';
import { EtherType } from '../layer.ts';
import type { LinkDecoder } from './link-decoder.ts';

/** The version is in the first four bits; what is neither 4 nor 6 is told by the network decoder. */
export const rawIp: LinkDecoder = {
  name: 'raw IP',
  // 101 is LINKTYPE_RAW; 12 and 14 are DLT_RAW as files from some systems have it.
  linkTypes: [101, 12, 14],
  decode(bytes, layer) {
    if (layer.end === layer.start) return Fault.truncatedLink;
    layer.type = bytes.getUint8(layer.start) >> 4 === 6 ? EtherType.ipv6 : EtherType.ipv4;
    return Fault.none;
  },
};

export const rawIpv4: LinkDecoder = {
  name: 'raw IPv4',
  linkTypes: [228],
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
