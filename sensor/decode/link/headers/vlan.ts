/** VLAN tags: IEEE 802.1Q, 802.1ad, and those from before it; 802.1ah (a whole frame behind a service tag). */
import { Fault } from '../../../../shared/counters.ts';
import { Encapsulation, EtherType, type Layer } from '../../layer.ts';
import { type Header, Next, takeTypeOrLength } from './header.ts';

const TAG_BYTES = 4;
const ID = 0x0fff;

export const vlanTag: Header = (bytes, layer) => {
  if (layer.end - layer.start < TAG_BYTES) return Fault.truncatedLink;
  const isSecond = (layer.encapsulations & Encapsulation.vlan) !== 0;
  layer.encapsulations |= Encapsulation.vlan;
  if (isSecond || layer.type !== EtherType.vlan) layer.encapsulations |= Encapsulation.qinq;
  if (layer.vlan === 0) layer.vlan = bytes.getUint16(layer.start) & ID;
  const type = bytes.getUint16(layer.start + 2);
  layer.start += TAG_BYTES;
  takeTypeOrLength(layer, type);
  return Fault.none;
};

/** 802.1ah: four bytes with the service's number, then the customer's frame from its addresses on. */
export const serviceTag: Header = (_bytes, layer: Layer) => {
  if (layer.end - layer.start < TAG_BYTES) return Fault.truncatedLink;
  layer.start += TAG_BYTES;
  layer.encapsulations |= Encapsulation.qinq;
  layer.type = Next.ethernet;
  return Fault.none;
};
