/** LINKTYPE_APPLE_IP_OVER_IEEE1394: two addresses of eight bytes, then an EtherType. */
import { Fault } from '../../../shared/counters.ts';
import { readFrom } from './headers/index.ts';
import type { LinkDecoder } from './link-decoder.ts';

const HEADER_BYTES = 18;

export const firewire: LinkDecoder = {
  name: 'IP over IEEE 1394',
  linkTypes: [138],
  decode: readFrom((bytes, layer) => {
    if (layer.end - layer.start < HEADER_BYTES) return Fault.truncatedLink;
    layer.type = bytes.getUint16(layer.start + HEADER_BYTES - 2);
    layer.start += HEADER_BYTES;
    return Fault.none;
  }),
};
