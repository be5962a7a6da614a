/** Linux "cooked" captures, as from the interface `any`: LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2. */
import { Fault } from '../../../shared/counters.ts';
import { EtherType, type Layer } from '../layer.ts';
import { Next, notIp } from './headers/header.ts';
import { readFrom } from './headers/index.ts';
import type { LinkDecoder } from './link-decoder.ts';

const V1_HEADER_BYTES = 16;
const V2_HEADER_BYTES = 20;
/** Linux's numbers of devices (ARPHRD_…) whose protocol field is no EtherType. */
const Device = { frameRelay: 770, gre: 778, radiotap: 803, netlink: 824 } as const;
/** Up to here the protocol field has Linux's own numbers (ETH_P_…), not EtherTypes. */
const MAX_OWN_NUMBER = 0x0600;

export const linuxCooked: LinkDecoder = {
  name: 'Linux cooked',
  linkTypes: [113],
  decode: readFrom((bytes, layer) => {
    if (layer.end - layer.start < V1_HEADER_BYTES) return Fault.truncatedLink;
    const device = bytes.getUint16(layer.start + 2);
    const protocol = bytes.getUint16(layer.start + 14);
    layer.start += V1_HEADER_BYTES;
    takeProtocol(layer, device, protocol);
    return Fault.none;
  }),
};

export const linuxCooked2: LinkDecoder = {
  name: 'Linux cooked v2',
  linkTypes: [276],
  decode: readFrom((bytes, layer) => {
    if (layer.end - layer.start < V2_HEADER_BYTES) return Fault.truncatedLink;
    const protocol = bytes.getUint16(layer.start);
    const device = bytes.getUint16(layer.start + 8);
    layer.start += V2_HEADER_BYTES;
    takeProtocol(layer, device, protocol);
    return Fault.none;
  }),
};

function takeProtocol(layer: Layer, device: number, protocol: number): void {
  if (device === Device.netlink) layer.type = notIp(protocol);
  else if (protocol <= MAX_OWN_NUMBER) layer.type = typeOfOwnNumber(device, protocol);
  else if (device === Device.gre) layer.type = typeInGre(protocol);
  else layer.type = protocol;
}

function typeOfOwnNumber(device: number, protocol: number): number {
  if (device === Device.frameRelay) return Next.frameRelay;
  if (device === Device.radiotap) return Next.radiotap;
  if (protocol === 3) return Next.ethernet;
  if (protocol === 4) return Next.llc;
  return protocol === 7 ? Next.pppInHdlc : notIp(protocol);
}

/** Behind GRE the numbers are those of RFC 2784: EtherTypes, and PPP (0x880b). */
function typeInGre(protocol: number): number {
  switch (protocol) {
    case EtherType.ipv4:
    case EtherType.ipv6:
    case EtherType.arp:
    case 0x6558:
    case 0x8847:
    case 0x8848:
      return protocol;
    case 0x880b:
      return Next.ppp;
    default:
      return notIp(protocol);
  }
}
