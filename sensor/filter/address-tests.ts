/** Tests of addresses and ports. */
import type {
  CastPrimitive,
  Direction,
  EthernetHostPrimitive,
  HostPrimitive,
  NetPrimitive,
  PortPrimitive,
} from '../../shared/filter/syntax.ts';
import { IpProtocol } from '../../shared/protocols.ts';
import { EtherType } from '../decode/layer.ts';
import { Answer, allOf, anyOf, noneOf, type Test, yesIf } from './answer.ts';
import { ipv4HeaderBytes, walkToTransport } from './ip-tests.ts';
import { isWlan, LinkShape } from './link-shapes.ts';
import { byteIs, linkTypeTest } from './link-tests.ts';
import type { PacketView } from './packet-view.ts';
import type { Scope } from './scope.ts';

const RARP = 0x8035;

type Side = 'src' | 'dst' | 'either' | 'both';

/** Source before target, as tcpdump reads them. */
function bothSides(side: Side, source: Test, target: Test): Test {
  switch (side) {
    case 'src':
      return source;
    case 'dst':
      return target;
    case 'both':
      return allOf([source, target]);
    case 'either':
      return anyOf([source, target]);
  }
}

/** `host` and `net`: in the headers of IPv4, ARP and RARP, or of IPv6. */
export function addressTest(primitive: HostPrimitive | NetPrimitive, scope: Scope): Test {
  const { protocol, direction: side, words, span } = primitive;
  const mask = primitive.kind === 'net' ? primitive.mask : words.map(() => 0xffffffff);
  if (protocol === 'arp' || protocol === 'rarp') scope.requireNoLabels(protocol, span);
  if (primitive.family === 6) {
    const isIpv6 = linkTypeTest(EtherType.ipv6, scope);
    const source = maskedTest(scope.networkShift + 8, words, mask);
    return allOf([isIpv6, bothSides(side, source, maskedTest(scope.networkShift + 24, words, mask))]);
  }
  const headers: [word: 'ip' | 'arp' | 'rarp', type: number, source: number, target: number][] = [
    ['ip', EtherType.ipv4, 12, 16],
    ['arp', EtherType.arp, 14, 24],
    ['rarp', RARP, 14, 24],
  ];
  const tests = headers
    .filter(([word]) => (protocol === null ? word === 'ip' || scope.labels === 0 : word === protocol))
    .map(([, type, source, target]) => {
      const at = (offset: number) => maskedTest(scope.networkShift + offset, words, mask);
      return allOf([linkTypeTest(type, scope), bothSides(side, at(source), at(target))]);
    });
  return anyOf(tests);
}

/** The words at `shift` behind the network header's start, under `mask`, are `words`. */
function maskedTest(shift: number, words: readonly number[], mask: readonly number[]): Test {
  const [wanted = 0] = words;
  const [bits = 0] = mask;
  if (words.length === 1) {
    return (packet) => {
      const value = packet.word(packet.network + shift);
      return value < 0 ? Answer.reject : yesIf((value & bits) >>> 0 === wanted);
    };
  }
  const words32 = Uint32Array.from(words);
  const mask32 = Uint32Array.from(mask);
  return (packet) => {
    const at = packet.network + shift;
    for (let i = 0; i < 4; i++) {
      const value = packet.word(at + 4 * i);
      if (value < 0) return Answer.reject;
      if ((value & mask32[i]!) >>> 0 !== words32[i]!) return Answer.no;
    }
    return Answer.yes;
  };
}

/** `port` and `portrange`. */
export function portTest({ protocol, direction: side, from, to }: PortPrimitive, scope: Scope): Test {
  const wanted = protocol === null ? -1 : IpProtocol[protocol];
  const shift = scope.networkShift;
  const isIpv4 = linkTypeTest(EtherType.ipv4, scope);
  const isIpv6 = linkTypeTest(EtherType.ipv6, scope);
  const ports = bothSides(side, portAtTest(0, from, to), portAtTest(2, from, to));
  const find4: Test = (packet) => findTransport4(packet, packet.network + shift, wanted);
  const find6: Test = (packet) => findTransport6(packet, packet.network + shift, wanted);
  return anyOf([allOf([isIpv4, find4, ports]), allOf([isIpv6, find6, ports])]);
}

function isWantedProtocol(protocol: number, wanted: number): boolean {
  if (wanted >= 0) return protocol === wanted;
  return protocol === IpProtocol.tcp || protocol === IpProtocol.udp || protocol === IpProtocol.sctp;
}

/** Yes where the wanted header is there, which `packet.transport` then points at. Later fragments have none. */
function findTransport4(packet: PacketView, network: number, wanted: number): Answer {
  const protocol = packet.byte(network + 9);
  if (protocol < 0) return Answer.reject;
  if (!isWantedProtocol(protocol, wanted)) return Answer.no;
  const fragment = packet.half(network + 6);
  if ((fragment & 0x1fff) !== 0) return Answer.no;
  packet.transport = network + ipv4HeaderBytes(packet, network);
  return Answer.yes;
}

function findTransport6(packet: PacketView, network: number, wanted: number): Answer {
  const protocol = walkToTransport(packet, network);
  return protocol === -1 ? Answer.reject : yesIf(isWantedProtocol(protocol, wanted));
}

function portAtTest(offset: number, from: number, to: number): Test {
  return (packet) => {
    const port = packet.half(packet.transport + offset);
    return port < 0 ? Answer.reject : yesIf(port >= from && port <= to);
  };
}

/** `ether host`, `wlan addr1 …`. */
export function ethernetHostTest({ direction, bytes, span }: EthernetHostPrimitive, scope: Scope): Test {
  scope.requireLinkLayer('hardware address', span);
  scope.looksAtHeader = true;
  const ethernet = isSide(direction) ? bothSides(direction, macTest(6, bytes), macTest(0, bytes)) : () => Answer.reject;
  const wlan = wlanHostTest(direction, bytes);
  return (packet) => {
    if (packet.shape === LinkShape.ethernet) return ethernet(packet);
    return isWlan(packet.shape) ? wlan(packet) : Answer.reject;
  };
}

function isSide(direction: Direction): direction is Side {
  return direction === 'src' || direction === 'dst' || direction === 'either' || direction === 'both';
}

/** The last four bytes are read first, as in tcpdump. */
function macTest(offset: number, bytes: readonly number[]): Test {
  const high = (bytes[0]! << 8) | bytes[1]!;
  const low = ((bytes[2]! << 24) | (bytes[3]! << 16) | (bytes[4]! << 8) | bytes[5]!) >>> 0;
  return (packet) => {
    const at = packet.header + offset;
    const last = packet.word(at + 2);
    if (last < 0) return Answer.reject;
    return last === low ? yesIf(packet.half(at) === high) : Answer.no;
  };
}

/** Bits of the first two bytes of an 802.11 header. */
const Frame = { control: 0x04, data: 0x08, toSystem: 0x01, fromSystem: 0x02 } as const;

function wlanHostTest(direction: Direction, bytes: readonly number[]): Test {
  const at = (offset: number) => macTest(offset, bytes);
  switch (direction) {
    case 'src':
    case 'dst':
    case 'either':
    case 'both':
      return bothSides(direction, wlanAddressTest('src', at), wlanAddressTest('dst', at));
    case 'addr1':
      return at(4);
    // Neither CTS nor ACK has a second address.
    case 'addr2':
    case 'ta':
      return wlanSecondTest(direction, at(10));
    case 'addr3':
      return allOf([isNotControl, at(16)]);
    case 'addr4':
      return allOf([bit(1, Frame.toSystem | Frame.fromSystem, true), at(24)]);
    case 'ra':
      return allOf([bit(0, Frame.data), at(4)]);
  }
}

const isNotControl: Test = (packet) => {
  const control = packet.byte(packet.header);
  return control < 0 ? Answer.reject : yesIf((control & 0x0c) !== Frame.control);
};

/** A bit, or with `all` every bit, of a byte of the header. */
function bit(offset: number, mask: number, all = false): Test {
  return (packet) => {
    const value = packet.byte(packet.header + offset);
    return value < 0 ? Answer.reject : yesIf(all ? (value & mask) === mask : (value & mask) !== 0);
  };
}

function wlanSecondTest(direction: 'addr2' | 'ta', address: Test): Test {
  const isThere: Test = (packet) => {
    const control = packet.byte(packet.header);
    if (control < 0) return Answer.reject;
    if (direction === 'ta' && (control & Frame.data) === 0) return Answer.no;
    const isControl = (control & 0x0c) === Frame.control;
    return yesIf(!isControl || ((control & 0xf0) !== 0xc0 && (control & 0xf0) !== 0xd0));
  };
  return allOf([isThere, address]);
}

/** Where source and target of a frame stand depends on its type, and whether it goes to or comes from the wired side. */
function wlanAddressTest(side: 'src' | 'dst', at: (offset: number) => Test): Test {
  const toSystem = bit(1, Frame.toSystem);
  const fromSystem = bit(1, Frame.fromSystem);
  const whether = (condition: Test, yes: Test, no: Test) =>
    anyOf([allOf([condition, yes]), allOf([noneOf(condition), no])]);
  const management = at(side === 'src' ? 10 : 4);
  const data =
    side === 'src' ? whether(fromSystem, whether(toSystem, at(24), at(16)), at(10)) : whether(toSystem, at(16), at(4));
  return allOf([noneOf(bit(0, Frame.control)), whether(bit(0, Frame.data), data, management)]);
}

/** `broadcast`, `multicast`. */
export function castTest({ kind, protocol, span }: CastPrimitive, scope: Scope): Test {
  const shift = scope.networkShift;
  if (protocol === 'link') {
    scope.requireLinkLayer(kind, span);
    if (kind === 'broadcast')
      return ethernetHostTest(
        { kind: 'ethernetHost', span, direction: 'dst', bytes: [255, 255, 255, 255, 255, 255] },
        scope,
      );
    return linkMulticastTest(scope);
  }
  if (protocol === 'ip6') {
    return allOf([linkTypeTest(EtherType.ipv6, scope), (packet) => byteIs(packet, packet.network + shift + 24, 255)]);
  }
  const isIpv4 = linkTypeTest(EtherType.ipv4, scope);
  if (kind === 'multicast') {
    const isMulticast: Test = (packet) => {
      const first = packet.byte(packet.network + shift + 16);
      return first < 0 ? Answer.reject : yesIf(first >= 224);
    };
    return allOf([isIpv4, isMulticast]);
  }
  // The mask of the network is not known: only addresses of nothing but zeros or ones.
  const isBroadcast: Test = (packet) => {
    const target = packet.word(packet.network + shift + 16);
    return target < 0 ? Answer.reject : yesIf(target === 0 || target === 0xffffffff);
  };
  return allOf([isIpv4, isBroadcast]);
}

function linkMulticastTest(scope: Scope): Test {
  scope.looksAtHeader = true;
  const at = (offset: number) => bit(offset, 1);
  const wlan = wlanAddressTest('dst', at);
  const ethernet = at(0);
  return (packet) => {
    if (packet.shape === LinkShape.ethernet) return ethernet(packet);
    return isWlan(packet.shape) ? wlan(packet) : Answer.reject;
  };
}
