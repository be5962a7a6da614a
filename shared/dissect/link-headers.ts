/** Headers between the beginning of a frame and IP: Ethernet, tags, LLC, MPLS, PPP. */
import { EtherType, etherTypeText, Next, typeOrLength } from './next.ts';
import { addressAt, hexNumber, type Step, type Walk } from './walk.ts';

const ETHERNET_BYTES = 14;
const ISL_BYTES = 26;
const TAG_BYTES = 4;
const MAX_802_3_LENGTH = 1500;

/** Ethernet II and 802.3; ISL, which stands before a whole frame, has its length where the others have theirs. */
export const ethernet: Step = (walk) => {
  if (walk.has(0, ETHERNET_BYTES) && walk.word(12) <= MAX_802_3_LENGTH && isIsl(walk)) return interSwitchLink(walk);
  walk.begin('Ethernet', ETHERNET_BYTES);
  walk.hardware('target', 0);
  walk.hardware('source', 6);
  const type = walk.has(12, 2) ? walk.word(12) : -1;
  if (type >= 0 && type <= MAX_802_3_LENGTH) walk.number('length', 12, 2);
  else walk.number('etherType', 12, 2, etherTypeText);
  if (type < 0) return Next.none;
  walk.start += ETHERNET_BYTES;
  return typeOrLength(type, walk, walk.start);
};

function isIsl(walk: Walk): boolean {
  return (walk.view.getUint32(walk.start) & 0xfdffffff) === 0x01000c00 && walk.byte(4) === 0;
}

const interSwitchLink: Step = (walk) => {
  if (!walk.begin('ISL', ISL_BYTES)) return Next.none;
  walk.hardware('target', 0);
  walk.add('vlan', 20, 2, () => String((walk.word(20) >> 1) & 0x0fff));
  walk.start += ISL_BYTES;
  return Next.ethernet;
};

const vlanTag =
  (name: string): Step =>
  (walk) => {
    if (!walk.begin(name, TAG_BYTES)) return Next.none;
    walk.add('tag', 0, 2, () => hexNumber(4)(walk.word(0)));
    walk.add('vlan', 0, 2, () => String(walk.word(0) & 0x0fff));
    const type = walk.number('etherType', 2, 2, etherTypeText);
    walk.start += TAG_BYTES;
    return typeOrLength(type, walk, walk.start);
  };

/** Tags of a fixed length before an EtherType or a length. */
const tagBeforeType =
  (name: string, tagBytes: number): Step =>
  (walk) => {
    if (!walk.begin(name, tagBytes + 2)) return Next.none;
    walk.hex('tag', 0, tagBytes);
    const type = walk.number('etherType', tagBytes, 2, etherTypeText);
    walk.start += tagBytes + 2;
    return typeOrLength(type, walk, walk.start);
  };

/** Tags before a whole frame. */
const tagBeforeFrame =
  (name: string, tagBytes: (walk: Walk) => number): Step =>
  (walk) => {
    const length = tagBytes(walk);
    if (!walk.begin(name, length)) return Next.none;
    walk.hex('tag', 0, length);
    walk.start += length;
    return Next.ethernet;
  };

/** TRILL (RFC 6325): options in words of four bytes. */
const trillBytes = (walk: Walk) => 6 + (walk.has(0, 2) ? ((walk.word(0) >> 6) & 0x1f) * 4 : 0);

/** MACsec (IEEE 802.1AE): what is only signed is read. */
const macsec: Step = (walk) => {
  const control = walk.has(0, 1) ? walk.byte(0) : 0;
  const tagBytes = (control & 0x20) !== 0 ? 14 : 6;
  const isHidden = (control & 0x0c) !== 0;
  if (isHidden || !walk.has(0, tagBytes + 2)) {
    if (walk.begin('MACsec', 6)) walk.hex('tag', 0, 6);
    walk.start += walk.layer.length;
    return Next.none;
  }
  return tagBeforeType('MACsec', tagBytes)(walk);
};

/** Network Service Header (RFC 8300). */
const networkService: Step = (walk) => {
  const headerBytes = walk.has(0, 2) ? (walk.byte(1) & 0x3f) * 4 : 8;
  if (!walk.begin('NSH', Math.max(8, headerBytes))) return Next.none;
  if (headerBytes < 8) {
    walk.note('badHeader');
    return Next.none;
  }
  const next = walk.number('next', 3, 1);
  walk.start += headerBytes;
  return [Next.none, EtherType.ipv4, EtherType.ipv6, Next.ethernet, 0x894f, Next.mpls][next] ?? Next.none;
};

/** ARP and RARP (RFC 826). */
const arp: Step = (walk) => {
  const [hardwareBytes, addressBytes] = walk.has(4, 2) ? [walk.byte(4), walk.byte(5)] : [6, 4];
  walk.begin('ARP', 8 + 2 * (hardwareBytes + addressBytes));
  walk.number('protocol', 2, 2, etherTypeText);
  walk.number('arpOperation', 6, 2, (value) => (value === 1 ? '1 (request)' : value === 2 ? '2 (reply)' : `${value}`));
  const isIpv4 = addressBytes === 4 && walk.has(2, 2) && walk.word(2) === EtherType.ipv4;
  const put = (name: 'source' | 'target', at: number) =>
    isIpv4
      ? walk.add(name, at, 4, () => addressAt(walk.view, walk.start + at, 4))
      : addressBytes > 0 && walk.hex(name, at, addressBytes);
  const second = 8 + hardwareBytes + addressBytes;
  if (hardwareBytes > 0) walk.hardware('arpSourceHardware', 8, hardwareBytes);
  put('source', 8 + hardwareBytes);
  if (hardwareBytes > 0) walk.hardware('arpTargetHardware', second, hardwareBytes);
  put('target', second + hardwareBytes);
  walk.start += walk.layer.length;
  return Next.none;
};

const Sap = { ip: 0x06, snap: 0xaa } as const;
const ISO_SAPS: readonly number[] = [0x14, 0x20, 0x34, 0x54, 0xfe];

/** IEEE 802.2. */
const llc: Step = (walk) => {
  if (walk.available === 0) return Next.none;
  const isShort = !walk.has(0, 3) || (walk.byte(2) & 3) === 3;
  if (!walk.begin('LLC', isShort ? 3 : 4)) return Next.none;
  const target = walk.number('destinationService', 0, 1, hexNumber(2));
  const source = walk.number('sourceService', 1, 1, hexNumber(2));
  const control = walk.number('control', 2, 1, hexNumber(2));
  walk.start += isShort ? 3 : 4;
  if ((control & 1) !== 0 && control !== 0x03) return Next.none;
  if (target === Sap.snap && source === Sap.snap) return snapAfter(walk, 2);
  if (target === Sap.ip) return EtherType.ipv4;
  return ISO_SAPS.includes(target) ? Next.networkLayerId : Next.none;
};

const snap: Step = (walk) => snapAfter(walk, 0);

/** SNAP (RFC 1042). Between LLC and a bridged frame stands padding (RFC 2684). */
function snapAfter(walk: Walk, bridgePaddingBytes: number): number {
  if (!walk.begin('SNAP', 5)) return Next.none;
  const organisation = walk.view.getUint32(walk.start) >>> 8;
  walk.add('organisation', 0, 3, () => hexNumber(6)(organisation));
  const protocol = walk.number('protocol', 3, 2, etherTypeText);
  walk.start += 5;
  if (organisation === 0 || organisation === 0x0000f8) return protocol;
  const isBridged = organisation === 0x0080c2 && (protocol === 1 || protocol === 7);
  if (!isBridged || walk.available < bridgePaddingBytes) return Next.none;
  walk.layer.length += bridgePaddingBytes;
  walk.start += bridgePaddingBytes;
  return Next.ethernet;
}

const networkLayerId: Step = (walk) => {
  if (!walk.begin('NLPID', 1)) return Next.none;
  const id = walk.number('protocol', 0, 1, hexNumber(2));
  walk.start += 1;
  if (id === 0xcc) return EtherType.ipv4;
  if (id === 0x8e) return EtherType.ipv6;
  return id === 0xcf ? Next.ppp : Next.none;
};

const OAM_ALERT = 14;
const CONTROL_WORD_BYTES = 4;

/** A label of an MPLS stack (RFC 3032). Nothing says what follows the last but its first four bits (RFC 4928). */
const mpls: Step = (walk) => {
  if (!walk.begin('MPLS', 4)) return Next.none;
  const entry = walk.view.getUint32(walk.start);
  walk.add('label', 0, 3, () => String(entry >>> 12));
  walk.add('ttl', 3, 1, () => String(entry & 0xff));
  walk.start += 4;
  if ((entry & 0x100) === 0) return Next.mpls;
  return entry >>> 12 === OAM_ALERT ? Next.none : behindLabels(walk);
};

function behindLabels(walk: Walk): number {
  if (walk.available === 0) return Next.none;
  const nibble = walk.byte(0) >> 4;
  if (nibble === 4) return EtherType.ipv4;
  if (nibble === 6) return EtherType.ipv6;
  if (nibble === 1) return associatedChannel(walk);
  return nibble === 0 ? pseudowire(walk) : Next.none;
}

function associatedChannel(walk: Walk): number {
  const channel = walk.has(0, CONTROL_WORD_BYTES) ? walk.word(2) : 0;
  if (channel !== 0x21 && channel !== 0x57) return Next.none;
  controlWord(walk);
  return channel === 0x21 ? EtherType.ipv4 : EtherType.ipv6;
}

/** An Ethernet frame, with a control word or without: only where the place of its type leaves no doubt. */
function pseudowire(walk: Walk): number {
  const plain = isFrame(walk, 0);
  const afterWord = isFrame(walk, CONTROL_WORD_BYTES);
  if (plain === afterWord) return Next.none;
  if (afterWord) controlWord(walk);
  return Next.ethernet;
}

function controlWord(walk: Walk): void {
  walk.begin('MPLS control word', CONTROL_WORD_BYTES);
  walk.hex('control', 0, CONTROL_WORD_BYTES);
  walk.start += CONTROL_WORD_BYTES;
}

function isFrame(walk: Walk, at: number): boolean {
  if (!walk.has(at, ETHERNET_BYTES)) return false;
  const type = walk.word(at + 12);
  return type === EtherType.ipv4 || type === EtherType.ipv6 || type === EtherType.arp || type === 0x8100;
}

/** PPP over Ethernet, session stage (RFC 2516). */
const pppoe: Step = (walk) => {
  if (!walk.begin('PPPoE', 6)) return Next.none;
  walk.number('code', 1, 1, hexNumber(2));
  walk.number('session', 2, 2);
  const payloadBytes = walk.number('length', 4, 2);
  walk.start += 6;
  walk.end = Math.min(walk.end, walk.start + payloadBytes);
  return Next.ppp;
};

/** From the protocol field on. Where it is odd in its first byte, it is that byte alone (RFC 1661, 6.5). */
const ppp: Step = (walk) => pppAfter(walk, 0);

function pppAfter(walk: Walk, before: number): number {
  const isShort = walk.has(before, 1) && (walk.byte(before) & 1) !== 0;
  const length = before + (isShort ? 1 : 2);
  if (!walk.begin('PPP', length)) return Next.none;
  const protocol = walk.number('protocol', before, isShort ? 1 : 2, hexNumber(4));
  walk.start += length;
  return ofPpp(protocol);
}

const pppInTunnel: Step = (walk) => pppAfter(walk, walk.has(0, 2) && walk.word(0) === 0xff03 ? 2 : 0);

function ofPpp(protocol: number): number {
  switch (protocol) {
    case 0x0021:
    case EtherType.ipv4:
      return EtherType.ipv4;
    case 0x0057:
    case EtherType.ipv6:
      return EtherType.ipv6;
    case 0x0281:
    case 0x0283:
      return Next.mpls;
    case 0x0023:
      return Next.networkLayerId;
    case 0x0031:
      return Next.bridgedByPpp;
    default:
      return Next.none;
  }
}

/** Address and control field, which two ends may agree to leave out; or Cisco's HDLC, told by its address. */
const pppInHdlc: Step = (walk) => {
  const address = walk.has(0, 1) ? walk.byte(0) : 0;
  if (address === 0x0f || address === 0x8f) return Next.ciscoHdlc;
  return pppAfter(walk, address === 0xff ? 2 : 0);
};

const ciscoHdlc: Step = (walk) => {
  if (!walk.begin('Cisco HDLC', 4)) return Next.none;
  const protocol = walk.number('protocol', 2, 2, etherTypeText);
  walk.start += 4;
  switch (protocol) {
    case EtherType.ipv4:
    case EtherType.ipv6:
      return protocol;
    case 0x8847:
    case 0x8848:
      return Next.mpls;
    case 0x6558:
      return Next.ethernet;
    case 0xfefe: // ISO: a byte of padding stands before the id
      if (walk.available === 0) return Next.none;
      walk.layer.length += 1;
      walk.start += 1;
      return Next.networkLayerId;
    default:
      return Next.none;
  }
};

/** A bridge's frame in PPP (RFC 3518). */
const bridgedByPpp: Step = (walk) => {
  const headerBytes = walk.has(0, 1) && (walk.byte(0) & 0x20) !== 0 ? 6 : 2;
  if (!walk.begin('PPP bridging', headerBytes)) return Next.none;
  const kind = walk.number('type', 1, 1);
  walk.start += headerBytes;
  return kind === 1 ? Next.ethernet : Next.none;
};

export const linkHeaders: readonly (readonly [number, Step])[] = [
  [0x8100, vlanTag('802.1Q')],
  [0x88a8, vlanTag('802.1ad')],
  [0x9100, vlanTag('QinQ')],
  [0x9200, vlanTag('QinQ')],
  [0x88e7, tagBeforeFrame('802.1ah', () => TAG_BYTES)],
  [0x8847, mpls],
  [0x8848, mpls],
  [0x8864, pppoe],
  [0x6558, ethernet],
  [0x8870, llc],
  [0x8903, tagBeforeFrame('FabricPath', () => 2)],
  [0x22f3, tagBeforeFrame('TRILL', trillBytes)],
  [0x8926, tagBeforeType('VN-Tag', 4)],
  [0x893f, tagBeforeType('E-Tag', 6)],
  [0x892f, tagBeforeType('HSR', 4)],
  [0xf1c1, tagBeforeType('R-Tag', 4)],
  [0x8909, tagBeforeType('Cisco MetaData', 6)],
  [0x88e5, macsec],
  [0x894f, networkService],
  [EtherType.arp, arp],
  [EtherType.reverseArp, arp],
  [Next.llc, llc],
  [Next.ethernet, ethernet],
  [Next.ppp, ppp],
  [Next.pppInHdlc, pppInHdlc],
  [Next.pppInTunnel, pppInTunnel],
  [Next.bridgedByPpp, bridgedByPpp],
  [Next.ciscoHdlc, ciscoHdlc],
  [Next.mpls, mpls],
  [Next.networkLayerId, networkLayerId],
  [Next.snap, snap],
];
