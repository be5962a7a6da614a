/** PPP (RFC 1661), in HDLC-like framing (RFC 1662), and Cisco's HDLC. */
import { Fault } from '../../../../shared/counters.ts';
import { EtherType } from '../../layer.ts';
import { type Header, Next, notIp } from './header.ts';

const ALL_STATIONS = 0xff;
/** Addresses that PPP does not have, and Cisco's HDLC has: to one, to all. */
const CISCO_UNICAST = 0x0f;
const CISCO_BROADCAST = 0x8f;

const Protocol = {
  ipv4: 0x0021,
  osi: 0x0023,
  bridged: 0x0031,
  ipv6: 0x0057,
  mpls: 0x0281,
  mplsMulticast: 0x0283,
} as const;

/** From the protocol field on. Where it is odd in its first byte, it is that byte alone (RFC 1661, 6.5). */
export const ppp: Header = (bytes, layer) => {
  const { start, end } = layer;
  if (end === start) return Fault.truncatedLink;
  const first = bytes.getUint8(start);
  const isShort = (first & 1) !== 0;
  if (!isShort && end - start < 2) return Fault.truncatedLink;
  const protocol = isShort ? first : bytes.getUint16(start);
  layer.start = start + (isShort ? 1 : 2);
  layer.type = typeOfProtocol(protocol);
  return Fault.none;
};

function typeOfProtocol(protocol: number): number {
  switch (protocol) {
    case Protocol.ipv4:
    case EtherType.ipv4: // as some senders have it
      return EtherType.ipv4;
    case Protocol.ipv6:
    case EtherType.ipv6:
      return EtherType.ipv6;
    case Protocol.mpls:
    case Protocol.mplsMulticast:
      return Next.mpls;
    case Protocol.osi:
      return Next.networkLayerId;
    case Protocol.bridged:
      return Next.bridgedByPpp;
    default:
      return notIp(protocol);
  }
}

/** Address and control field, which two ends may agree to leave out; or Cisco's HDLC, told by its address. */
export const pppInHdlc: Header = (bytes, layer) => {
  if (layer.end === layer.start) return Fault.truncatedLink;
  const address = bytes.getUint8(layer.start);
  if (address === CISCO_UNICAST || address === CISCO_BROADCAST) return ciscoHdlc(bytes, layer);
  if (address === ALL_STATIONS) layer.start += 2;
  if (layer.start > layer.end) return Fault.truncatedLink;
  return ppp(bytes, layer);
};

/** Cisco HDLC: address, control, and an EtherType or one of Cisco's own (RFC 1547, 4.3.1). */
export const ciscoHdlc: Header = (bytes, layer) => {
  if (layer.end - layer.start < 4) return Fault.truncatedLink;
  const protocol = bytes.getUint16(layer.start + 2);
  layer.start += 4;
  switch (protocol) {
    case EtherType.ipv4:
    case EtherType.ipv6:
      layer.type = protocol;
      break;
    case 0x8847:
    case 0x8848:
      layer.type = Next.mpls;
      break;
    case 0x6558:
      layer.type = Next.ethernet;
      break;
    case 0xfefe: // ISO: a byte of padding stands before the id
      if (layer.start === layer.end) return Fault.truncatedLink;
      layer.start++;
      layer.type = Next.networkLayerId;
      break;
    default:
      layer.type = notIp(protocol);
  }
  return Fault.none;
};

const HAS_LAN_ID = 0x20;
const ETHERNET = 1;

/** A bridge's frame in PPP (RFC 3518): flags, the kind of network, and the frame from its addresses on. */
export const bridgedByPpp: Header = (bytes, layer) => {
  if (layer.end - layer.start < 2) return Fault.truncatedLink;
  const flags = bytes.getUint8(layer.start);
  const kind = bytes.getUint8(layer.start + 1);
  // A check sum at the end does no harm: IP has a length of its own.
  layer.start += (flags & HAS_LAN_ID) !== 0 ? 6 : 2;
  if (layer.start > layer.end) return Fault.truncatedLink;
  if (kind !== ETHERNET) {
    layer.type = notIp(Protocol.bridged);
    return Fault.none;
  }
  layer.type = Next.ethernet;
  return Fault.none;
};
