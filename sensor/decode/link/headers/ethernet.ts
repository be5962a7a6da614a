/** Ethernet II and 802.3 (IEEE 802.3), and Cisco ISL, which puts its own header before a whole frame. */
import { Fault } from '../../../../shared/counters.ts';
import { Encapsulation, type Layer } from '../../layer.ts';
import { type Header, Next, takeTypeOrLength } from './header.ts';

export const ETHERNET_BYTES = 14;
const ISL_BYTES = 26;
/** The largest 802.3 length: ISL has its length there too. */
const MAX_LENGTH = 1500;

export const ethernet: Header = (bytes, layer) => {
  const { start, end } = layer;
  if (end - start < ETHERNET_BYTES) return Fault.truncatedLink;
  const type = bytes.getUint16(start + 12);
  if (type <= MAX_LENGTH && isIsl(bytes, start)) return interSwitchLink(bytes, layer);
  layer.start = start + ETHERNET_BYTES;
  takeTypeOrLength(layer, type);
  return Fault.none;
};

/** A whole frame behind some other header. */
export const innerEthernet: Header = (bytes, layer) => {
  layer.encapsulations |= Encapsulation.ethernet;
  return ethernet(bytes, layer);
};

/** ISL's destination: 01-00-0c-00-00 or 03-00-0c-00-00, and half of a byte for the user's priority. */
function isIsl(bytes: DataView, start: number): boolean {
  return (bytes.getUint32(start) & 0xfdffffff) === 0x01000c00 && bytes.getUint8(start + 4) === 0;
}

/** Type of frame in the low half of byte 4: 0 is Ethernet. VLAN in 15 bits, of which 12 are the number in use. */
function interSwitchLink(bytes: DataView, layer: Layer): Fault {
  if (layer.end - layer.start < ISL_BYTES) return Fault.truncatedLink;
  layer.encapsulations |= Encapsulation.vlan;
  if (layer.vlan === 0) layer.vlan = (bytes.getUint16(layer.start + 20) >> 1) & 0x0fff;
  layer.start += ISL_BYTES;
  layer.type = Next.ethernet;
  return Fault.none;
}
