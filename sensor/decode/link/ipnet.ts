/** Solaris's IP observability devices: LINKTYPE_IPNET. */
import { Fault } from '../../../shared/counters.ts';
import { EtherType } from '../layer.ts';
import type { LinkDecoder } from './link-decoder.ts';

const HEADER_BYTES = 24;
const AF_INET = 2;
const AF_INET6 = 26;

export const ipnet: LinkDecoder = {
  name: 'IPNET',
  linkTypes: [226],
  decode(bytes, layer) {
    if (layer.end - layer.start < HEADER_BYTES) return Fault.truncatedLink;
    const family = bytes.getUint8(layer.start + 1);
    layer.start += HEADER_BYTES;
    layer.type = family === AF_INET ? EtherType.ipv4 : family === AF_INET6 ? EtherType.ipv6 : 0;
    return Fault.none;
  },
};
