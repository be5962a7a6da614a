/** Headers between the link type's own and IP, and how one tells which comes next. */
import type { Fault } from '../../../../shared/counters.ts';
import { Next } from '../../../../shared/next-header.ts';
import { EtherType, type Layer } from '../../layer.ts';

export { Next };

/** Reads one header at `layer.start`: moves `layer` past it and sets `layer.type` to an EtherType, a `Next`, or `notIp(…)`. */
export type Header = (bytes: DataView, layer: Layer) => Fault;

const NOT_IP = 0x2_0000;

/** The end of the way: what follows is no IP, and is counted under `number` (of whatever protocol names it so). */
export function notIp(number: number): number {
  return NOT_IP | number;
}

/** The number to count: one that means IP or ARP in EtherTypes, but is of another list, must not pass for it. */
export function countedNumber(type: number): number {
  if (type < NOT_IP) return type;
  const number = type & 0xffff;
  const isEtherTypes = number === EtherType.ipv4 || number === EtherType.ipv6 || number === EtherType.arp;
  // Cisco's HDLC has its keep-alives under the number of reverse ARP.
  return isEtherTypes || number === EtherType.reverseArp ? 0 : number;
}

/** The longest 802.3 length; what is larger is a type. */
const MAX_LENGTH = 1500;

/**
 * A field that is an EtherType, or a length (802.3: LLC follows, and padding after it).
 * Call it with `layer.start` behind the field.
 */
export function takeTypeOrLength(layer: Layer, value: number): void {
  layer.type = value;
  if (value > MAX_LENGTH || value === 0) return;
  layer.type = Next.llc;
  layer.end = Math.min(layer.end, layer.start + value);
}

/** What a frame of another link type inside of a header is, by that type's number: an EtherType, a `Next`, or not IP. */
export function nextOfLinkType(linkType: number): number {
  switch (linkType) {
    case 0:
      return Next.bsdLoopback;
    case 1:
      return Next.ethernet;
    case 9:
    case 50:
      return Next.pppInHdlc;
    case 12:
    case 14:
    case 101:
      return Next.ip;
    case 104:
      return Next.ciscoHdlc;
    case 105:
      return Next.wireless;
    case 107:
      return Next.frameRelay;
    case 127:
      return Next.radiotap;
    case 228:
      return EtherType.ipv4;
    case 229:
      return EtherType.ipv6;
    default:
      return notIp(0);
  }
}
