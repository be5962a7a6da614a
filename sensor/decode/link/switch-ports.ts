/** Ports of switch chips with their tag in the frame: Broadcom's and Marvell's (DSA and EDSA). */
import { Fault } from '../../../shared/counters.ts';
import { Encapsulation } from '../layer.ts';
import { ethernet } from './headers/ethernet.ts';
import { takeTypeOrLength } from './headers/header.ts';
import { readFrom } from './headers/index.ts';
import type { LinkDecoder } from './link-decoder.ts';

const ADDRESSES_BYTES = 12;

/** A tag of `tagBytes` between the addresses and the type. */
const tagInside = (tagBytes: number): LinkDecoder['decode'] =>
  readFrom((bytes, layer) => {
    const typeAt = layer.start + ADDRESSES_BYTES + tagBytes;
    if (layer.end < typeAt + 2) return Fault.truncatedLink;
    layer.encapsulations |= Encapsulation.switchTag;
    layer.start = typeAt + 2;
    takeTypeOrLength(layer, bytes.getUint16(typeAt));
    return Fault.none;
  });

export const broadcomTag: LinkDecoder = { name: 'Ethernet with Broadcom tag', linkTypes: [281], decode: tagInside(4) };
export const dsaTag: LinkDecoder = { name: 'Ethernet with DSA tag', linkTypes: [284], decode: tagInside(4) };
export const edsaTag: LinkDecoder = { name: 'Ethernet with EDSA tag', linkTypes: [285], decode: tagInside(8) };

export const broadcomPrefix: LinkDecoder = {
  name: 'Ethernet behind Broadcom tag',
  linkTypes: [282],
  decode: readFrom((bytes, layer) => {
    if (layer.end - layer.start < 4) return Fault.truncatedLink;
    layer.encapsulations |= Encapsulation.switchTag;
    layer.start += 4;
    return ethernet(bytes, layer);
  }),
};
