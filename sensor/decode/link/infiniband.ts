/** LINKTYPE_IPOIB: InfiniBand's global route header of 40 bytes, then an EtherType and two reserved bytes (RFC 4391, 6). */
import { Fault } from '../../../shared/counters.ts';
import { readFrom } from './headers/index.ts';
import type { LinkDecoder } from './link-decoder.ts';

const ROUTE_BYTES = 40;
const HEADER_BYTES = ROUTE_BYTES + 4;

export const infiniband: LinkDecoder = {
  name: 'IP over InfiniBand',
  linkTypes: [242],
  decode: readFrom((bytes, layer) => {
    if (layer.end - layer.start < HEADER_BYTES) return Fault.truncatedLink;
    layer.type = bytes.getUint16(layer.start + ROUTE_BYTES);
    layer.start += HEADER_BYTES;
    return Fault.none;
  }),
};
