/** Tags of a fixed length that switches put before the EtherType, or before a whole frame. */
import { Fault } from '../../../../shared/counters.ts';
import { Encapsulation, type Layer } from '../../layer.ts';
import { type Header, Next, takeTypeOrLength } from './header.ts';

/** `tagBytes` bytes, then an EtherType or a length. */
const beforeType =
  (tagBytes: number): Header =>
  (bytes, layer) => {
    if (layer.end - layer.start < tagBytes + 2) return Fault.truncatedLink;
    const type = bytes.getUint16(layer.start + tagBytes);
    layer.start += tagBytes + 2;
    layer.encapsulations |= Encapsulation.switchTag;
    takeTypeOrLength(layer, type);
    return Fault.none;
  };

/** Cisco VN-Tag (0x8926). */
export const vnTag = beforeType(4);
/** IEEE 802.1BR E-Tag (0x893f). */
export const eTag = beforeType(6);
/** IEC 62439-3 HSR (0x892f): path, size, sequence. */
export const hsrTag = beforeType(4);
/** IEEE 802.1CB R-Tag (0xf1c1): reserved, sequence. */
export const redundancyTag = beforeType(4);
/** Cisco MetaData (0x8909): version, length, and one option, the security group. */
export const ciscoMetaData = beforeType(6);

function wholeFrame(layer: Layer, headerBytes: number): Fault {
  if (layer.end - layer.start < headerBytes) return Fault.truncatedLink;
  layer.start += headerBytes;
  layer.encapsulations |= Encapsulation.switchTag;
  layer.type = Next.ethernet;
  return Fault.none;
}

/** Cisco FabricPath (0x8903): a number of the tree and a hop limit. */
export const fabricPath: Header = (_bytes, layer) => wholeFrame(layer, 2);

const TRILL_BYTES = 6;
/** TRILL (RFC 6325, 0x22f3): options in words of four bytes, their number in bits 6 to 10 of the first two bytes. */
export const trill: Header = (bytes, layer) => {
  if (layer.end - layer.start < TRILL_BYTES) return Fault.truncatedLink;
  const optionWords = (bytes.getUint16(layer.start) >> 6) & 0x1f;
  return wholeFrame(layer, TRILL_BYTES + optionWords * 4);
};
