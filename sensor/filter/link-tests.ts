/** Tests of the link layer: types, 802.2, hardware addresses, tags, labels, sessions. */
import { EtherType } from '../decode/layer.ts';
import { Answer, allOf, anyOf, noneOf, type Test, yesIf } from './answer.ts';
import { hasEtherType, isTagType, isWlan, LinkShape } from './link-shapes.ts';
import type { PacketView } from './packet-view.ts';
import type { Scope } from './scope.ts';

/** Type fields up to this are lengths (802.3). */
const MAX_LENGTH = 1500;
/** Service access points of 802.2. */
export const Sap = { spanningTree: 0x42, ipx: 0xe0, netbeui: 0xf0, iso: 0xfe, ip: 0x06 } as const;
const APPLETALK = 0x809b;
const APPLETALK_ARP = 0x80f3;
const IPX = 0x8137;
const LINUX_COOKED_LLC = 4;
const LINUX_COOKED_RAW_IPX = 1;

/** 2 bytes at `at` are `wanted`. */
export function halfIs(packet: PacketView, at: number, wanted: number): Answer {
  const value = packet.half(at);
  return value < 0 ? Answer.reject : yesIf(value === wanted);
}

export function byteIs(packet: PacketView, at: number, wanted: number, mask = 0xff): Answer {
  const value = packet.byte(at);
  return value < 0 ? Answer.reject : yesIf((value & mask) === wanted);
}

/**
 * What the link layer says follows: an EtherType, or up to 1500 a service access point of 802.2. Behind `mpls` the version
 * of IP is looked at, behind `pppoes` the protocol of PPP.
 */
export function linkTypeTest(type: number, scope: Scope): Test {
  scope.looksAtPayload = true;
  const { labels, sessions, networkShift, pppTypeShift } = scope;
  if (labels > 0) {
    const version = type === EtherType.ipv4 ? 0x40 : 0x60;
    return (packet) => {
      // The last label has its bottom-of-stack bit set.
      const bottom = byteIs(packet, packet.network + networkShift - 2, 1, 1);
      return bottom === Answer.yes ? byteIs(packet, packet.network + networkShift, version, 0xf0) : bottom;
    };
  }
  const pppType = pppTypeOf(type);
  if (sessions > 0) return (packet) => halfIs(packet, packet.network + pppTypeShift, pppType);
  const etherTest = etherTypeTest(type);
  const cookedTest = linuxCookedTypeTest(type);
  const llcTest = llcTypeTest(type);
  return (packet) => {
    switch (packet.shape) {
      case LinkShape.ethernet:
        return etherTest(packet);
      case LinkShape.linuxCooked:
        return cookedTest(packet);
      case LinkShape.linuxCooked2:
        return halfIs(packet, packet.typeAt, type);
      case LinkShape.ppp:
      case LinkShape.pppWithDirection:
      case LinkShape.pppoe:
        return halfIs(packet, packet.typeAt, pppType);
      case LinkShape.ciscoHdlc:
        return halfIs(packet, packet.typeAt, type === Sap.iso ? 0xfefe : type);
      case LinkShape.wlan:
      case LinkShape.wlanRadiotap:
      case LinkShape.wlanPpi: {
        const isData = isDataFrame(packet);
        return isData === Answer.yes ? llcTest(packet) : isData;
      }
      case LinkShape.decoded:
        return yesIf(packet.family !== 0 && type === (packet.family === 4 ? EtherType.ipv4 : EtherType.ipv6));
      default:
        return untypedTest(packet, type);
    }
  };
}

/** Link layers that carry nothing but IP. */
function untypedTest(packet: PacketView, type: number): Answer {
  const isIpv4 = type === EtherType.ipv4;
  if (packet.shape === LinkShape.rawIpv4) return yesIf(isIpv4);
  if (packet.shape === LinkShape.rawIpv6) return yesIf(type === EtherType.ipv6);
  if (!isIpv4 && type !== EtherType.ipv6) return Answer.no;
  switch (packet.shape) {
    case LinkShape.raw:
      return byteIs(packet, packet.header, isIpv4 ? 0x40 : 0x60, 0xf0);
    case LinkShape.ipnet:
      return byteIs(packet, packet.header + 1, isIpv4 ? 2 : 26);
    default: {
      const family = addressFamily(packet);
      if (family < 0) return Answer.reject;
      return yesIf(isIpv4 ? family === 2 : family === 24 || family === 28 || family === 30);
    }
  }
}

/** BSD loopback: in the byte order of the machine that captured, which is not known here, or big-endian (OpenBSD). */
function addressFamily(packet: PacketView): number {
  const big = packet.word(packet.header);
  if (packet.shape === LinkShape.openBsdLoopback || big <= 0xffff) return big;
  return packet.bytes.getUint32(packet.header, true);
}

function pppTypeOf(type: number): number {
  switch (type) {
    case EtherType.ipv4:
      return 0x21;
    case EtherType.ipv6:
      return 0x57;
    case 0x6003:
      return 0x27;
    case APPLETALK:
      return 0x29;
    case Sap.iso:
      return 0x23;
    case Sap.spanningTree:
      return 0x31;
    case Sap.ipx:
      return 0x2b;
    default:
      return type;
  }
}

function etherTypeTest(type: number): Test {
  const isType: Test = (packet) => halfIs(packet, packet.typeAt, type);
  const isLength: Test = (packet) => {
    const length = packet.half(packet.typeAt);
    return length < 0 ? Answer.reject : yesIf(length <= MAX_LENGTH);
  };
  if (type === APPLETALK) return anyOf([isType, allOf([isLength, snapTest(0x080007, type)])]);
  if (type === APPLETALK_ARP) return anyOf([isType, allOf([isLength, snapTest(0, type)])]);
  if (type === Sap.ipx) {
    const isIpxType: Test = (packet) => halfIs(packet, packet.typeAt, IPX);
    const isRawIpx: Test = (packet) => halfIs(packet, packet.payload, 0xffff);
    return anyOf([isIpxType, allOf([isLength, anyOf([snapTest(0, IPX), sapTest(type), isRawIpx])])]);
  }
  return type <= MAX_LENGTH ? allOf([isLength, sapTest(type)]) : isType;
}

function linuxCookedTypeTest(type: number): Test {
  const typeIs =
    (wanted: number): Test =>
    (packet) =>
      halfIs(packet, packet.typeAt, wanted);
  const isLlc = typeIs(LINUX_COOKED_LLC);
  if (type === APPLETALK) return anyOf([typeIs(type), allOf([isLlc, snapTest(0x080007, type)])]);
  if (type === APPLETALK_ARP) return anyOf([typeIs(type), allOf([isLlc, snapTest(0, type)])]);
  if (type === Sap.ipx) {
    const inLlc = allOf([isLlc, anyOf([sapTest(type), snapTest(0, IPX)])]);
    return anyOf([typeIs(IPX), typeIs(LINUX_COOKED_RAW_IPX), inLlc]);
  }
  return type <= MAX_LENGTH ? allOf([isLlc, sapTest(type)]) : typeIs(type);
}

/** 802.11, where everything is in LLC. */
function llcTypeTest(type: number): Test {
  if (type === APPLETALK) return snapTest(0x080007, type);
  if (type <= MAX_LENGTH) return sapTest(type);
  return (packet) => halfIs(packet, packet.typeAt, type);
}

/** Both service access points of some protocols, the destination's of the others. */
function sapTest(sap: number): Test {
  if (sap === Sap.iso || sap === Sap.ip || sap === Sap.netbeui)
    return (packet) => halfIs(packet, packet.payload, (sap << 8) | sap);
  return (packet) => byteIs(packet, packet.payload, sap);
}

/** SNAP: its type is read first, as in tcpdump. */
function snapTest(organisation: number, type: number): Test {
  const first = (0xaaaa0300 | (organisation >> 16)) >>> 0;
  const second = (((organisation & 0xffff) << 16) | type) >>> 0;
  return (packet) => {
    const low = packet.word(packet.payload + 4);
    if (low < 0) return Answer.reject;
    return low === second ? wordIs(packet, packet.payload, first) : Answer.no;
  };
}

export function wordIs(packet: PacketView, at: number, wanted: number): Answer {
  const value = packet.word(at);
  return value < 0 ? Answer.reject : yesIf(value === wanted);
}

function isDataFrame(packet: PacketView): Answer {
  const control = packet.byte(packet.header);
  return control < 0 ? Answer.reject : yesIf((control & 0x0c) === 0x08);
}

/** `llc`: an 802.2 header is there. */
export function llcTest(scope: Scope): Test {
  scope.looksAtHeader = true;
  const isLength: Test = (packet) => {
    const length = packet.half(packet.typeAt);
    return length < 0 ? Answer.reject : yesIf(length <= MAX_LENGTH);
  };
  const isRawIpx: Test = (packet) => halfIs(packet, packet.payload, 0xffff);
  const inEthernet = allOf([isLength, noneOf(isRawIpx)]);
  return (packet) => {
    if (packet.shape === LinkShape.ethernet) return inEthernet(packet);
    return isWlan(packet.shape) ? isDataFrame(packet) : Answer.reject;
  };
}

/** The control field of 802.2. */
export function llcControlTest(mask: number, wanted: number, scope: Scope): Test {
  scope.looksAtPayload = true;
  return (packet) => byteIs(packet, packet.payload + 2, wanted, mask);
}

/** `vlan [ID]`: the tag with this number, from 0. */
export function vlanTest(index: number, id: number | null, scope: Scope): Test {
  scope.looksAtPayload = true;
  return (packet) => {
    if (!hasEtherType(packet.shape)) return Answer.reject;
    if (isWlan(packet.shape)) {
      const isData = isDataFrame(packet);
      if (isData !== Answer.yes) return isData;
    }
    if (packet.tags <= index) {
      // The type behind the last tag: whether it is a tag cannot be told when it was not captured.
      const type = packet.half(packet.typeAt);
      return type < 0 ? Answer.reject : yesIf(isTagType(type) && id === null);
    }
    if (id === null) return Answer.yes;
    const tag = packet.half(packet.tagAt + 4 * index);
    return tag < 0 ? Answer.reject : yesIf((tag & 0x0fff) === id);
  };
}

/** `mpls [LABEL]`; more labels follow the one before where that is not the last. */
export function mplsTest(label: number | null, scope: Scope): Test {
  const { labels, sessions, networkShift } = scope;
  const isMpls: Test =
    labels > 0
      ? (packet) => byteIs(packet, packet.network + networkShift - 2, 0, 1)
      : linkTypeTest(sessions > 0 ? 0x0281 : 0x8847, scope);
  const isPppMpls = linkTypeTest(0x0281, scope);
  const inMpls: Test = (packet) => {
    if (sessions > 0 || labels > 0) return isMpls(packet);
    if (packet.shape === LinkShape.ethernet || packet.shape === LinkShape.ciscoHdlc) return isMpls(packet);
    return packet.shape === LinkShape.ppp ? isPppMpls(packet) : Answer.reject;
  };
  if (label === null) return inMpls;
  const hasLabel: Test = (packet) => {
    const value = packet.word(packet.network + networkShift);
    return value < 0 ? Answer.reject : yesIf(value >>> 12 === label);
  };
  return allOf([inMpls, hasLabel]);
}

/** `pppoes [SESSION]`. */
export function pppoeSessionTest(session: number | null, scope: Scope): Test {
  const { networkShift } = scope;
  const isSession = linkTypeTest(0x8864, scope);
  if (session === null) return isSession;
  const hasId: Test = (packet) => {
    const value = packet.word(packet.network + networkShift);
    return value < 0 ? Answer.reject : yesIf((value & 0xffff) === session);
  };
  return allOf([isSession, hasId]);
}
