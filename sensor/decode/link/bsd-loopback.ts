/** BSD loopback captures: LINKTYPE_NULL and LINKTYPE_LOOP. */
import { Fault } from '../../../shared/counters.ts';
import { EtherType } from '../layer.ts';
import type { LinkDecoder } from './link-decoder.ts';

/** BSD loopback: the address family in the byte order of the machine that captured, or big-endian (OpenBSD). */
export const bsdLoopback: LinkDecoder = {
  name: 'BSD loopback',
  linkTypes: [0, 108],
  decode(bytes, layer) {
    if (layer.end - layer.start < 4) return Fault.truncatedLink;
    const big = bytes.getUint32(layer.start);
    const family = big > 0xffff ? bytes.getUint32(layer.start, true) : big;
    layer.start += 4;
    // AF_INET is 2 everywhere; AF_INET6 is 24, 28 or 30 among the BSDs and 10 on Linux.
    if (family === 2) layer.type = EtherType.ipv4;
    else layer.type = family === 24 || family === 28 || family === 30 || family === 10 ? EtherType.ipv6 : 0;
    return Fault.none;
  },
};
