/**
 * Packets in packets: IP in IP, GRE with ERSPAN, VXLAN, Geneve, GTP-U, L2TP, Teredo. A port alone proves nothing: bits that
 * are fixed must agree, or what is there is the payload of an ordinary datagram.
 */
import { IpProtocol } from '../protocols.ts';
import { EtherType, etherTypeText, Next, ofIp, ofUdpPort } from './next.ts';
import { hexNumber, type Step, type Walk } from './walk.ts';

const ETHER_TYPE_BRIDGED = 0x6558;
const ETHER_TYPE_PPP = 0x880b;
const ETHER_TYPE_ERSPAN = 0x88be;
const ETHER_TYPE_ERSPAN3 = 0x22eb;
const Gre = {
  checksum: 0x8000,
  routing: 0x4000,
  key: 0x2000,
  sequence: 0x1000,
  acknowledge: 0x0080,
  version: 7,
} as const;

/** GRE: version 0 (RFC 2784, 2890), and 1 as PPTP has it (RFC 2637). */
const gre: Step = (walk) => {
  if (!walk.begin('GRE', 4)) return Next.none;
  const flags = walk.number('flags', 0, 2, hexNumber(4));
  const type = walk.number('protocol', 2, 2, etherTypeText);
  const isVersion1 = (flags & Gre.version) === 1;
  let at = 4;
  const optional = (bit: number, put: (at: number) => void) => {
    if ((flags & bit) === 0) return;
    put(at);
    at += 4;
  };
  optional(Gre.checksum, (where) => walk.number('checksum', where, 2, hexNumber(4)));
  optional(Gre.key, (where) => walk.number(isVersion1 ? 'callId' : 'key', where, 4, hexNumber(8)));
  optional(Gre.sequence, (where) => walk.number('sequence', where, 4));
  if (isVersion1) optional(Gre.acknowledge, (where) => walk.number('acknowledgement', where, 4));
  if (!walk.resize(at)) return Next.none;
  walk.start += at;
  if (isVersion1) return type === ETHER_TYPE_PPP ? Next.pppInTunnel : Next.none;
  if ((flags & Gre.version) !== 0 || (flags & Gre.routing) !== 0) return Next.none;
  return behindGre(walk, flags, type);
};

function behindGre(walk: Walk, flags: number, type: number): number {
  if (type === EtherType.ipv4 || type === EtherType.ipv6) return type;
  if (type === ETHER_TYPE_BRIDGED) return Next.ethernet;
  if (type === ETHER_TYPE_ERSPAN && (flags & Gre.sequence) === 0) return Next.ethernet;
  return type === ETHER_TYPE_ERSPAN || type === ETHER_TYPE_ERSPAN3 ? erspan(walk, type) : Next.none;
}

/** Mirrored frames (draft-foschiano-erspan), of type II or III. */
function erspan(walk: Walk, type: number): number {
  const isThird = type === ETHER_TYPE_ERSPAN3;
  const fixedBytes = isThird ? 12 : 8;
  const hasSubheader = isThird && walk.has(11, 1) && (walk.byte(11) & 1) !== 0;
  if (!walk.begin(isThird ? 'ERSPAN III' : 'ERSPAN II', fixedBytes + (hasSubheader ? 8 : 0))) return Next.none;
  walk.add('version', 0, 1, () => String(walk.byte(0) >> 4));
  walk.add('vlan', 0, 2, () => String(walk.word(0) & 0x0fff));
  walk.add('session', 2, 2, () => String(walk.word(2) & 0x03ff));
  const isRight = walk.byte(0) >> 4 === (isThird ? 2 : 1);
  if (!isRight) walk.note('badHeader');
  walk.start += walk.layer.length;
  return isRight ? Next.ethernet : Next.none;
}

const vxlan: Step = (walk) => {
  if (!walk.has(0, 8) || !isVxlan(walk)) return Next.application;
  walk.begin('VXLAN', 8);
  walk.number('flags', 0, 1, hexNumber(2));
  walk.add('tunnel', 4, 3, () => String(walk.view.getUint32(walk.start + 4) >>> 8));
  walk.start += 8;
  return Next.ethernet;
};

/** RFC 7348, and the bits of its group policy extension. */
function isVxlan(walk: Walk): boolean {
  const hasPolicy = walk.byte(0) === 0x88;
  if (walk.byte(0) !== 0x08 && !hasPolicy) return false;
  const isClear = hasPolicy ? (walk.byte(1) & ~0x48) === 0 : walk.byte(1) === 0 && walk.word(2) === 0;
  return isClear && walk.byte(7) === 0;
}

/** RFC 8926. */
const geneve: Step = (walk) => {
  const isGeneve = walk.has(0, 8) && walk.byte(0) >> 6 === 0 && ((walk.byte(1) & 0x3f) | walk.byte(7)) === 0;
  const length = isGeneve ? 8 + (walk.byte(0) & 0x3f) * 4 : 0;
  const type = isGeneve ? walk.word(2) : 0;
  const isRead = type === ETHER_TYPE_BRIDGED || type === EtherType.ipv4 || type === EtherType.ipv6;
  if (!isRead || !walk.has(0, length)) return Next.application;
  walk.begin('Geneve', length);
  walk.number('protocol', 2, 2, etherTypeText);
  walk.add('tunnel', 4, 3, () => String(walk.view.getUint32(walk.start + 4) >>> 8));
  if (length > 8) walk.hex('option', 8, length - 8);
  walk.start += length;
  return type;
};

/** GTP-U, version 1 (3GPP TS 29.281), with its extension headers. */
const gtpUser: Step = (walk) => {
  const length = gtpBytes(walk);
  if (length === 0) return Next.application;
  const payloadEnd = walk.start + 8 + walk.word(2);
  walk.begin('GTP-U', length);
  walk.number('flags', 0, 1, hexNumber(2));
  walk.number('message', 1, 1);
  walk.number('length', 2, 2);
  walk.number('tunnel', 4, 4, hexNumber(8));
  if (length > 8) walk.hex('option', 8, length - 8);
  walk.end = Math.min(walk.end, payloadEnd);
  walk.wireEnd = payloadEnd;
  walk.start += length;
  return ipInside(walk);
};

/** 0 where it is none. */
function gtpBytes(walk: Walk): number {
  if (!walk.has(0, 8) || (walk.byte(0) & 0xf8) !== 0x30 || walk.byte(1) !== 0xff) return 0;
  const end = Math.min(walk.available, 8 + walk.word(2));
  if (walk.start + 8 + walk.word(2) > walk.wireEnd) return 0;
  if ((walk.byte(0) & 7) === 0) return end > 8 && isIp(walk.byte(8)) ? 8 : 0;
  let at = 12;
  if (at > end) return 0;
  let next = (walk.byte(0) & 4) !== 0 ? walk.byte(11) : 0;
  while (next !== 0) {
    const bytes = at < end ? walk.byte(at) * 4 : 0;
    if (bytes === 0 || at + bytes > end) return 0;
    at += bytes;
    next = walk.byte(at - 1);
  }
  return at < end && isIp(walk.byte(at)) ? at : 0;
}

const isIp = (byte: number) => byte >> 4 === 4 || byte >> 4 === 6;
const ipInside = (walk: Walk) => (walk.byte(0) >> 4 === 4 ? EtherType.ipv4 : EtherType.ipv6);

const L2tp = {
  control: 0x8000,
  length: 0x4000,
  sequence: 0x0800,
  offset: 0x0200,
  reserved: 0x34f0,
  version: 15,
} as const;

/** L2TP version 2 (RFC 2661): data messages, which carry PPP. */
const l2tp: Step = (walk) => {
  const flags = walk.has(0, 6) ? walk.word(0) : 0;
  if ((flags & L2tp.version) !== 2 || (flags & (L2tp.reserved | L2tp.control)) !== 0) return Next.application;
  const hasLength = (flags & L2tp.length) !== 0;
  const told = hasLength ? walk.word(2) : 0;
  if (hasLength && (told < 6 || told > walk.wireEnd - walk.start)) return Next.application;
  const end = hasLength ? Math.min(walk.end, walk.start + told) : walk.end;
  const idsAt = hasLength ? 4 : 2;
  let at = idsAt + 4 + ((flags & L2tp.sequence) !== 0 ? 4 : 0);
  if ((flags & L2tp.offset) !== 0) {
    if (walk.start + at + 2 > end) return Next.application;
    at += 2 + walk.word(at);
  }
  if (walk.start + at > end) return Next.application;
  walk.begin('L2TP', at);
  walk.number('flags', 0, 2, hexNumber(4));
  walk.number('tunnel', idsAt, 2);
  walk.number('session', idsAt + 2, 2);
  walk.end = end;
  if (hasLength) walk.wireEnd = walk.start + told;
  walk.start += at;
  return Next.pppInTunnel;
};

/** Teredo (RFC 4380): IPv6, behind authentication and origin indications. */
const teredo: Step = (walk) => {
  let at = 0;
  if (walk.has(0, 4) && walk.word(0) === 1) at += 13 + walk.byte(2) + walk.byte(3);
  if (walk.has(at, 2) && walk.word(at) === 0) at += 8;
  if (!walk.has(at, 1) || walk.byte(at) >> 4 !== 6) return Next.application;
  if (at > 0) {
    walk.begin('Teredo', at);
    walk.hex('tag', 0, at);
    walk.start += at;
  }
  return EtherType.ipv6;
};

const goOn =
  (next: number): Step =>
  () =>
    next;

const ports: readonly (readonly [number, Step])[] = [
  [4789, vxlan],
  [8472, vxlan],
  [6081, geneve],
  [2152, gtpUser],
  [1701, l2tp],
  [3544, teredo],
];
const tunnelPorts = new Set(ports.map(([port]) => port));

export const isTunnelPort = (port: number) => tunnelPorts.has(port);

export const tunnelHeaders: readonly (readonly [number, Step])[] = [
  [ofIp(4), goOn(EtherType.ipv4)],
  [ofIp(41), goOn(EtherType.ipv6)],
  [ofIp(IpProtocol.gre), gre],
  ...ports.map(([port, step]) => [ofUdpPort(port), step] as const),
];
