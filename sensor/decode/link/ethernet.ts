/** Ethernet II and 802.3 (IEEE 802.3), with VLAN tags (802.1Q, 802.1ad). */
import { Fault } from '../../../shared/counters.ts';
import { ETHER_TYPE_LLC, EtherType, type Layer } from '../layer.ts';
import type { LinkDecoder } from './link-decoder.ts';

const HEADER_BYTES = 14;
const TAG_BYTES = 4;
/** Below this the field is a length (802.3), above it is a type. */
const MIN_ETHER_TYPE = 0x0600;
const MAX_TAGS = 8;

/** Reads what follows an EtherType field: VLAN tags, or the LLC/SNAP header that stands in for a type. */
export function decodeEtherType(bytes: DataView, layer: Layer, etherType: number): Fault {
  let tags = 0;
  while (etherType === EtherType.vlan || etherType === EtherType.qinq || etherType === EtherType.oldQinq) {
    if (layer.end - layer.start < TAG_BYTES) return Fault.truncatedLink;
    if (++tags > MAX_TAGS) return Fault.tooDeep;
    if (layer.vlan === 0) layer.vlan = bytes.getUint16(layer.start) & 0x0fff;
    etherType = bytes.getUint16(layer.start + 2);
    layer.start += TAG_BYTES;
  }
  layer.type = etherType;
  return etherType < MIN_ETHER_TYPE ? decodeLlc(bytes, layer) : Fault.none;
}

/** 802.2 LLC: SNAP with the OUI 0 carries an EtherType; anything else is not IP. */
function decodeLlc(bytes: DataView, layer: Layer): Fault {
  const { start, end } = layer;
  layer.type = ETHER_TYPE_LLC;
  const isSnap = end - start >= 8 && bytes.getUint16(start) === 0xaaaa && bytes.getUint32(start + 2) === 0x0300_0000;
  if (!isSnap) return Fault.none;
  layer.type = bytes.getUint16(start + 6);
  layer.start = start + 8;
  return Fault.none;
}

export const ethernet: LinkDecoder = {
  name: 'Ethernet',
  linkTypes: [1],
  decode(bytes, layer) {
    if (layer.end - layer.start < HEADER_BYTES) return Fault.truncatedLink;
    const etherType = bytes.getUint16(layer.start + 12);
    layer.start += HEADER_BYTES;
    return decodeEtherType(bytes, layer, etherType);
  },
};
