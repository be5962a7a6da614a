/** How packets of each link type begin (https://www.tcpdump.org/linktypes.html). Those that are not in the list are shown as bytes. */
import { EtherType, etherTypeText, Next } from './next.ts';
import { hexNumber, type Step, type Walk } from './walk.ts';

const V1_BYTES = 16;
const V2_BYTES = 20;
/** Linux's numbers of devices (ARPHRD_…) whose protocol field is no EtherType. */
const Device = { frameRelay: 770, gre: 778, radiotap: 803, netlink: 824 } as const;
/** Up to here the protocol field has Linux's own numbers (ETH_P_…). */
const MAX_OWN_NUMBER = 0x0600;
const kinds = ['to us', 'broadcast', 'multicast', 'to others', 'from us'];
const kindText = (kind: number) => (kinds[kind] ? `${kind} (${kinds[kind]})` : String(kind));

const linuxCooked: Step = (walk) => {
  walk.begin('Linux cooked', V1_BYTES);
  walk.number('cookedKind', 0, 2, kindText);
  const device = walk.number('cookedDevice', 2, 2);
  const addressBytes = walk.has(4, 2) ? Math.min(8, walk.word(4)) : 0;
  if (addressBytes > 0) walk.hardware('source', 6, addressBytes);
  const protocol = walk.number('protocol', 14, 2, etherTypeText);
  return cooked(walk, device, protocol, V1_BYTES);
};

const linuxCooked2: Step = (walk) => {
  walk.begin('Linux cooked v2', V2_BYTES);
  const protocol = walk.number('protocol', 0, 2, etherTypeText);
  walk.number('interface', 4, 4);
  const device = walk.number('cookedDevice', 8, 2);
  walk.number('cookedKind', 10, 1, kindText);
  const addressBytes = walk.has(11, 1) ? Math.min(8, walk.byte(11)) : 0;
  if (addressBytes > 0) walk.hardware('source', 12, addressBytes);
  return cooked(walk, device, protocol, V2_BYTES);
};

function cooked(walk: Walk, device: number, protocol: number, headerBytes: number): number {
  if (walk.available < headerBytes) return Next.none;
  walk.start += headerBytes;
  if (device === Device.netlink) return Next.none;
  if (protocol <= MAX_OWN_NUMBER) return ofOwnNumber(device, protocol);
  return device === Device.gre ? inGre(protocol) : protocol;
}

function ofOwnNumber(device: number, protocol: number): number {
  if (device === Device.frameRelay) return Next.frameRelay;
  if (device === Device.radiotap) return Next.none;
  if (protocol === 3) return Next.ethernet;
  if (protocol === 4) return Next.llc;
  return protocol === 7 ? Next.pppInHdlc : Next.none;
}

/** Behind GRE the numbers are those of RFC 2784. */
function inGre(protocol: number): number {
  const isRead = [EtherType.ipv4, EtherType.ipv6, EtherType.arp, 0x6558, 0x8847, 0x8848].includes(protocol);
  if (isRead) return protocol;
  return protocol === 0x880b ? Next.ppp : Next.none;
}

/** AF_INET is 2 everywhere; AF_INET6 is 24, 28 or 30 among the BSDs. */
function ofFamily(family: number): number {
  if (family === 2) return EtherType.ipv4;
  return family === 24 || family === 28 || family === 30 ? EtherType.ipv6 : Next.none;
}

const PPP_ADDRESS_AND_CONTROL = 0xff03;
const MAX_FAMILY = 1500;

/** An address family in the byte order of the machine that captured; some senders put an EtherType there, or PPP. */
export const bsdLoopback: Step = (walk) => {
  if (walk.has(0, 4) && walk.word(0) === PPP_ADDRESS_AND_CONTROL) return Next.pppInHdlc;
  if (!walk.begin('BSD loopback', 4)) return Next.none;
  const family = smallest(walk.view.getUint32(walk.start), walk.view.getUint32(walk.start, true));
  walk.add('family', 0, 4, () => String(family));
  walk.start += 4;
  return family > MAX_FAMILY ? family & 0xffff : ofFamily(family);
};

/** Families are small: the wrong order, and one of 16 bits in front of two zeros, give large numbers. */
function smallest(one: number, other: number): number {
  const family = Math.min(one, other);
  if (family > 0xffff) return 0;
  const swapped = ((family & 0xff) << 8) | (family >> 8);
  return (family & 0xff) === 0 && swapped < 6 ? swapped : family;
}

const openBsdLoopback: Step = (walk) => {
  if (!walk.begin('OpenBSD loopback', 4)) return Next.none;
  const family = walk.number('family', 0, 4);
  walk.start += 4;
  return ofFamily(family);
};

/** IP straight away. What is neither 4 nor 6 is told by the reader of IPv4. */
export const ipByVersion: Step = (walk) => {
  if (walk.available === 0) return Next.none;
  return walk.byte(0) >> 4 === 6 ? EtherType.ipv6 : EtherType.ipv4;
};

export const frameRelay: Step = (walk) => {
  let at = 0;
  do {
    if (!walk.has(at, 1) || at === 4) return cutFrameRelay(walk, at);
  } while ((walk.byte(at++) & 1) === 0 || at < 2);
  if (!walk.has(at, 2)) return cutFrameRelay(walk, at);
  const isInformation = (walk.byte(at) & ~0x10) === 0x03;
  if (!isInformation) {
    walk.begin('Frame Relay', at + 2);
    walk.hex('label', 0, at);
    const type = walk.number('etherType', at, 2, etherTypeText);
    walk.start += at + 2;
    if (type === EtherType.ipv4 || type === EtherType.ipv6) return type;
    return type === 0x8847 || type === 0x8848 ? Next.mpls : Next.none;
  }
  const idAt = walk.byte(at + 1) === 0 ? at + 2 : at + 1;
  if (!walk.has(idAt, 1)) return cutFrameRelay(walk, idAt);
  const isSnap = walk.byte(idAt) === 0x80;
  walk.begin('Frame Relay', isSnap ? idAt + 1 : idAt);
  walk.hex('label', 0, at);
  walk.number('control', at, 1, hexNumber(2));
  walk.start += isSnap ? idAt + 1 : idAt;
  return isSnap ? Next.snap : Next.networkLayerId;
};

function cutFrameRelay(walk: Walk, bytes: number): number {
  walk.begin('Frame Relay', bytes + 1);
  walk.note('cutOff');
  return Next.none;
}

const goOn =
  (next: number): Step =>
  () =>
    next;

const each = (step: Step, ...types: readonly number[]): [number, Step][] => types.map((type) => [type, step]);

export const linkTypes: ReadonlyMap<number, Step> = new Map<number, Step>([
  ...each(bsdLoopback, 0),
  ...each(goOn(Next.ethernet), 1),
  ...each(goOn(Next.pppInHdlc), 9, 50),
  ...each(goOn(0x8864), 51),
  ...each(goOn(Next.ciscoHdlc), 104, 112),
  ...each(goOn(Next.llc), 100, 11),
  ...each(goOn(Next.frameRelay), 107),
  // 12 and 14 are DLT_RAW as files from some systems have it.
  ...each(ipByVersion, 101, 12, 14),
  // 106 is LINKTYPE_ATM_CLIP; 16, 18 and 19 are what libpcap had for it on some systems.
  ...each(goOn(EtherType.ipv4), 228, 106, 16, 18, 19),
  ...each(goOn(EtherType.ipv6), 229),
  ...each(openBsdLoopback, 108),
  ...each(linuxCooked, 113),
  ...each(linuxCooked2, 276),
]);
