/** Linux "cooked" captures, as from the interface `any`: LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2. */
import { Fault } from '../../../shared/counters.ts';
import { decodeEtherType } from './ethernet.ts';
import type { LinkDecoder } from './link-decoder.ts';

const V1_HEADER_BYTES = 16;
const V2_HEADER_BYTES = 20;

export const linuxCooked: LinkDecoder = {
  name: 'Linux cooked',
  linkTypes: [113],
  decode(bytes, layer) {
    if (layer.end - layer.start < V1_HEADER_BYTES) return Fault.truncatedLink;
    const etherType = bytes.getUint16(layer.start + 14);
    layer.start += V1_HEADER_BYTES;
    return decodeEtherType(bytes, layer, etherType);
  },
};

export const linuxCooked2: LinkDecoder = {
  name: 'Linux cooked v2',
  linkTypes: [276],
  decode(bytes, layer) {
    if (layer.end - layer.start < V2_HEADER_BYTES) return Fault.truncatedLink;
    const etherType = bytes.getUint16(layer.start);
    layer.start += V2_HEADER_BYTES;
    return decodeEtherType(bytes, layer, etherType);
  },
};
