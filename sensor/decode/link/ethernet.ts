/** Ethernet: LINKTYPE_ETHERNET. */
import { Fault } from '../../../shared/counters.ts';
import { EtherType } from '../layer.ts';
import { ETHERNET_BYTES, ethernet as ethernetHeader } from './headers/ethernet.ts';
import { readFrom } from './headers/index.ts';
import type { LinkDecoder } from './link-decoder.ts';

const withMoreHeaders = readFrom(ethernetHeader);

export const ethernet: LinkDecoder = {
  name: 'Ethernet',
  linkTypes: [1],
  decode(bytes, layer) {
    if (layer.end - layer.start < ETHERNET_BYTES) return Fault.truncatedLink;
    const type = bytes.getUint16(layer.start + 12);
    // Nearly every packet of a telescope is one of these two.
    if (type !== EtherType.ipv4 && type !== EtherType.ipv6) return withMoreHeaders(bytes, layer);
    layer.type = type;
    layer.start += ETHERNET_BYTES;
    return Fault.none;
  },
};
