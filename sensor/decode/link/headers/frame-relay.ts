/** Frame Relay (ITU-T Q.922) with the encapsulation of RFC 2427, or Cisco's: an EtherType after the address. */
import { Fault } from '../../../../shared/counters.ts';
import { ETHER_TYPE_LLC, EtherType } from '../../layer.ts';
import { type Header, Next, notIp } from './header.ts';

const MAX_ADDRESS_BYTES = 4;
const UNNUMBERED_INFORMATION = 0x03;
const POLL = 0x10;
const PADDING = 0x00;
const SNAP = 0x80;

export const frameRelay: Header = (bytes, layer) => {
  let at = layer.start;
  // The last byte of the address has its lowest bit set, and an address has at least two.
  do {
    if (at === layer.end || at - layer.start === MAX_ADDRESS_BYTES) return Fault.truncatedLink;
  } while ((bytes.getUint8(at++) & 1) === 0 || at - layer.start < 2);
  layer.start = at;
  if (layer.end - at < 2) return Fault.truncatedLink;
  if ((bytes.getUint8(at) & ~POLL) !== UNNUMBERED_INFORMATION) return ciscoType(bytes, layer);
  layer.start = bytes.getUint8(at + 1) === PADDING ? at + 2 : at + 1;
  if (layer.start === layer.end) return Fault.truncatedLink;
  layer.type = Next.networkLayerId;
  if (bytes.getUint8(layer.start) !== SNAP) return Fault.none;
  layer.start++;
  layer.type = Next.snap;
  return Fault.none;
};

const ciscoType: Header = (bytes, layer) => {
  const type = bytes.getUint16(layer.start);
  layer.start += 2;
  if (type === EtherType.ipv4 || type === EtherType.ipv6) layer.type = type;
  else layer.type = type === 0x8847 || type === 0x8848 ? Next.mpls : notIp(ETHER_TYPE_LLC);
  return Fault.none;
};
