/**
 * Link layers as filters see them: where the type and the payload are, as libpcap has it. Of a link type that is not here,
 * filters see the outermost IP header that the decoder found, and nothing else of the link layer but its bytes (`link[…]`).
 */
import type { PacketView } from './packet-view.ts';

export const LinkShape = {
  decoded: 0,
  ethernet: 1,
  linuxCooked: 2,
  linuxCooked2: 3,
  raw: 4,
  rawIpv4: 5,
  rawIpv6: 6,
  bsdLoopback: 7,
  openBsdLoopback: 8,
  ppp: 9,
  pppWithDirection: 10,
  pppoe: 11,
  ciscoHdlc: 12,
  wlan: 13,
  wlanRadiotap: 14,
  wlanPpi: 15,
  ipnet: 16,
} as const;
export type LinkShape = (typeof LinkShape)[keyof typeof LinkShape];

/** Numbers as capture files have them (https://www.tcpdump.org/linktypes.html). */
const shapes: Readonly<Record<number, LinkShape>> = {
  0: LinkShape.bsdLoopback,
  1: LinkShape.ethernet,
  9: LinkShape.ppp,
  12: LinkShape.raw,
  14: LinkShape.raw,
  50: LinkShape.ppp,
  51: LinkShape.pppoe,
  101: LinkShape.raw,
  104: LinkShape.ciscoHdlc,
  105: LinkShape.wlan,
  108: LinkShape.openBsdLoopback,
  113: LinkShape.linuxCooked,
  127: LinkShape.wlanRadiotap,
  166: LinkShape.pppWithDirection,
  192: LinkShape.wlanPpi,
  226: LinkShape.ipnet,
  228: LinkShape.rawIpv4,
  229: LinkShape.rawIpv6,
  276: LinkShape.linuxCooked2,
};

export function shapeOf(linkType: number): LinkShape {
  return shapes[linkType] ?? LinkShape.decoded;
}

/** Bytes from the link header to its type field, and to its payload. -1: there is no type field. */
const typeOffset = new Int8Array(32).fill(-1);
const payloadOffset = new Int8Array(32);
/** Bytes from the payload to the network header: 802.11 has an LLC/SNAP header there. */
const networkOffset = new Int8Array(32);
for (const [shape, type, payload, network] of [
  [LinkShape.ethernet, 12, 14, 0],
  [LinkShape.linuxCooked, 14, 16, 0],
  [LinkShape.linuxCooked2, 0, 20, 0],
  [LinkShape.bsdLoopback, -1, 4, 0],
  [LinkShape.openBsdLoopback, -1, 4, 0],
  [LinkShape.ppp, 2, 4, 0],
  [LinkShape.pppWithDirection, 2, 4, 0],
  [LinkShape.pppoe, 6, 8, 0],
  [LinkShape.ciscoHdlc, 2, 4, 0],
  [LinkShape.wlan, 30, 24, 8],
  [LinkShape.wlanRadiotap, 30, 24, 8],
  [LinkShape.wlanPpi, 30, 24, 8],
  [LinkShape.ipnet, -1, 24, 0],
] as const) {
  typeOffset[shape] = type;
  payloadOffset[shape] = payload;
  networkOffset[shape] = network;
}

/** Tags that are skipped at most: as many as the decoder skips. */
const MAX_TAGS = 32;

export function isTagType(type: number): boolean {
  return type === 0x8100 || type === 0x88a8 || type === 0x9100 || type === 0x9200;
}

export function isWlan(shape: LinkShape): boolean {
  return shape === LinkShape.wlan || shape === LinkShape.wlanRadiotap || shape === LinkShape.wlanPpi;
}

/** True where an EtherType says what follows, so that there can be VLAN tags. */
export function hasEtherType(shape: LinkShape): boolean {
  return (
    shape === LinkShape.ethernet || shape === LinkShape.linuxCooked || shape === LinkShape.linuxCooked2 || isWlan(shape)
  );
}

/** Sets where the headers of the packet lie. Positions may lie behind the packet's end: whoever reads there gets -1. */
export function locateLink(packet: PacketView): void {
  const { shape } = packet;
  packet.header = packet.start + prefixBytes(packet);
  packet.payload = packet.header + payloadOffset[shape]! + variableBytes(packet);
  packet.typeAt = packet.header + typeOffset[shape]!;
  packet.variable = isWlan(shape) ? packet.payload - packet.start : 0;
  packet.tags = 0;
  packet.network = packet.payload + networkOffset[shape]!;
  if (isWlan(shape)) packet.typeAt = packet.payload + 6;
  if (hasEtherType(shape)) skipTags(packet);
}

function skipTags(packet: PacketView): void {
  packet.tagAt = packet.network;
  while (packet.tags < MAX_TAGS && isTagType(packet.half(packet.typeAt))) {
    packet.tags++;
    packet.typeAt = packet.network + 2;
    packet.payload += 4;
    packet.network += 4;
  }
}

/** The radiotap or PPI header: its length is in its third and fourth byte, little-endian. */
function prefixBytes(packet: PacketView): number {
  if (packet.shape !== LinkShape.wlanRadiotap && packet.shape !== LinkShape.wlanPpi) return 0;
  const low = packet.byte(packet.start + 2);
  const high = packet.byte(packet.start + 3);
  return high < 0 ? 0 : (high << 8) | low;
}

const RADIOTAP_TSFT = 0x01000000;
const RADIOTAP_FLAGS = 0x02000000;
const RADIOTAP_MORE = 0x00000080;
const DATA_PADDING = 0x20;

/** What a data frame of 802.11 has more than 24 bytes of header: the QoS field, and padding of some radios. */
function variableBytes(packet: PacketView): number {
  if (!isWlan(packet.shape)) return 0;
  const control = packet.byte(packet.header);
  if (control < 0 || (control & 0x0c) !== 0x08) return 0;
  const headerBytes = (control & 0x80) === 0 ? 24 : 26;
  if (packet.shape !== LinkShape.wlanRadiotap) return headerBytes - 24;
  const present = packet.word(packet.start + 4);
  if (present < 0 || (present & RADIOTAP_FLAGS) === 0 || (present & RADIOTAP_MORE) !== 0) return headerBytes - 24;
  const flags = packet.byte(packet.start + ((present & RADIOTAP_TSFT) === 0 ? 8 : 16));
  if (flags < 0 || (flags & DATA_PADDING) === 0) return headerBytes - 24;
  // As in libpcap, the end of the header is rounded up as counted from the record's start.
  const prefix = packet.header - packet.start;
  return ((prefix + headerBytes + 3) & ~3) - prefix - 24;
}

/**
 * What libpcap reads before everything else where headers vary in length: where those bytes are missing, it says no whatever
 * is asked. `payload`: the filter looks behind the link header; `header`: it looks at it.
 */
export function canBeRead(packet: PacketView, looksAtHeader: boolean, looksAtPayload: boolean): boolean {
  const { shape, start } = packet;
  if (!isWlan(shape)) return true;
  // PPI: an 802.11 frame (little-endian 105) must be inside.
  if (shape === LinkShape.wlanPpi && packet.word(start + 4) !== 0x69000000) return false;
  if (!looksAtHeader && !looksAtPayload) return true;
  if (shape !== LinkShape.wlan && packet.byte(start + 3) < 0) return false;
  if (!looksAtPayload) return true;
  const control = packet.byte(packet.header);
  if (control < 0) return false;
  if (shape !== LinkShape.wlanRadiotap || (control & 0x0c) !== 0x08) return true;
  const present = packet.word(start + 4);
  if (present < 0) return false;
  if ((present & RADIOTAP_FLAGS) === 0 || (present & RADIOTAP_MORE) !== 0) return true;
  return packet.byte(start + ((present & RADIOTAP_TSFT) === 0 ? 8 : 16)) >= 0;
}
