/** IEEE 802.2 LLC, SNAP (RFC 1042), and network layer ids (ISO/IEC 9577; RFC 2427, RFC 2684). */
import { Fault } from '../../../../shared/counters.ts';
import { ETHER_TYPE_LLC, EtherType, type Layer } from '../../layer.ts';
import { type Header, Next, notIp } from './header.ts';

const Sap = { ip: 0x06, snap: 0xaa } as const;
/** Addresses of ISO network layers: an id of the protocol follows. */
const ISO_SAPS: readonly number[] = [0x14, 0x20, 0x34, 0x54, 0xfe];
/** Between LLC and a bridged frame (RFC 2684, 5.2); Frame Relay has none (RFC 2427). */
const BRIDGE_PADDING_BYTES = 2;
const UNNUMBERED_INFORMATION = 0x03;

/** Organisations whose SNAP protocol is an EtherType (none, and that of 802.1H bridges), and that of bridged frames. */
const Organisation = { none: 0x000000, bridgeTunnel: 0x0000f8, bridged: 0x0080c2 } as const;

export const llc: Header = (bytes, layer) => {
  const { start, end } = layer;
  layer.type = notIp(ETHER_TYPE_LLC);
  if (end - start < 3) return end === start ? Fault.none : Fault.truncatedLink;
  const target = bytes.getUint8(start);
  const control = bytes.getUint8(start + 2);
  const headerBytes = (control & 3) === 3 ? 3 : 4;
  if (end - start < headerBytes) return Fault.truncatedLink;
  const carriesInformation = (control & 1) === 0 || control === UNNUMBERED_INFORMATION;
  if (!carriesInformation) return Fault.none;
  if (target === Sap.snap && bytes.getUint8(start + 1) === Sap.snap) {
    layer.start = start + headerBytes;
    const fault = snap(bytes, layer);
    if (layer.type === Next.ethernet) layer.start += BRIDGE_PADDING_BYTES;
    return fault;
  }
  if (target === Sap.ip) layer.type = EtherType.ipv4;
  else if (ISO_SAPS.includes(target)) layer.type = Next.networkLayerId;
  else return Fault.none;
  layer.start = start + headerBytes;
  return Fault.none;
};

/** An organisation's number and one of its protocols. */
export const snap: Header = (bytes, layer) => {
  const { start, end } = layer;
  if (end - start < 5) return Fault.truncatedLink;
  const organisation = bytes.getUint32(start) >>> 8;
  const protocol = bytes.getUint16(start + 3);
  layer.start = start + 5;
  layer.type = notIp(ETHER_TYPE_LLC);
  switch (organisation) {
    case Organisation.none:
    case Organisation.bridgeTunnel:
      layer.type = protocol;
      break;
    case Organisation.bridged:
      // A whole frame, with its check sum or without.
      if (protocol === 1 || protocol === 7) layer.type = Next.ethernet;
      break;
  }
  return Fault.none;
};

/** One byte names the network layer. */
export const networkLayerId: Header = (bytes, layer: Layer) => {
  if (layer.end === layer.start) return Fault.truncatedLink;
  const id = bytes.getUint8(layer.start);
  layer.start++;
  if (id === 0xcc) layer.type = EtherType.ipv4;
  else if (id === 0x8e) layer.type = EtherType.ipv6;
  else if (id === 0xcf) layer.type = Next.ppp;
  else layer.type = notIp(ETHER_TYPE_LLC);
  return Fault.none;
};
