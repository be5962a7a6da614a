/** BSD loopback captures: LINKTYPE_NULL, and LINKTYPE_LOOP of OpenBSD, whose family is always big-endian. */
import { Fault } from '../../../shared/counters.ts';
import { bsdLoopback as bsdLoopbackHeader, typeOfFamily } from './headers/bsd-loopback.ts';
import { readFrom } from './headers/index.ts';
import type { LinkDecoder } from './link-decoder.ts';

export const bsdLoopback: LinkDecoder = {
  name: 'BSD loopback',
  linkTypes: [0],
  decode: readFrom(bsdLoopbackHeader),
};

export const openBsdLoopback: LinkDecoder = {
  name: 'OpenBSD loopback',
  linkTypes: [108],
  decode: readFrom((bytes, layer) => {
    if (layer.end - layer.start < 4) return Fault.truncatedLink;
    layer.type = typeOfFamily(bytes.getUint32(layer.start));
    layer.start += 4;
    return Fault.none;
  }),
};
