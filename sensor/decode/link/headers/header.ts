/** Headers between the link type's own and IP, and how one tells which comes next. */
import type { Fault } from '../../../../shared/counters.ts';
import { EtherType, type Layer } from '../../layer.ts';

/** Reads one header at `layer.start`: moves `layer` past it and sets `layer.type` to an EtherType, a `Next`, or `notIp(…)`. */
export type Header = (bytes: DataView, layer: Layer) => Fault;

/** What may come next besides EtherTypes: numbers that no 16-bit field holds. */
export const Next = {
  llc: 0x1_0000,
  ethernet: 0x1_0001,
  ppp: 0x1_0002,
  pppInHdlc: 0x1_0003,
  bridgedByPpp: 0x1_0004,
  ciscoHdlc: 0x1_0005,
  frameRelay: 0x1_0006,
  mpls: 0x1_0007,
  networkLayerId: 0x1_0008,
  snap: 0x1_0009,
  /** 802.11 from its frame control on, and with a radiotap header before it. */
  wireless: 0x1_000a,
  radiotap: 0x1_000b,
  bsdLoopback: 0x1_000c,
  /** IP whose version is in its first four bits. */
  ip: 0x1_000d,
} as const;

const NOT_IP = 0x2_0000;

/** The end of the way: what follows is no IP, and is counted under `number` (of whatever protocol names it so). */
export function notIp(number: number): number {
  return NOT_IP | number;
}

/** Reverse ARP as an EtherType; Cisco's HDLC has its keep-alives under this number. */
const REVERSE_ARP = 0x8035;

/** The number to count: one that means IP or ARP in EtherTypes, but is of another list, must not pass for it. */
export function countedNumber(type: number): number {
  if (type < NOT_IP) return type;
  const number = type & 0xffff;
  const isEtherTypes = number === EtherType.ipv4 || number === EtherType.ipv6 || number === EtherType.arp;
  return isEtherTypes || number === REVERSE_ARP ? 0 : number;
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
