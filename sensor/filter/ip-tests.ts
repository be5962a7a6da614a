/** Tests of the network layer: protocols, IPv6 extension headers, protocol chains. */
import { IpProtocol } from '../../shared/protocols.ts';
import { EtherType } from '../decode/layer.ts';
import { Answer, allOf, anyOf, type Test, yesIf } from './answer.ts';
import { isWlan } from './link-shapes.ts';
import { byteIs, linkTypeTest } from './link-tests.ts';
import type { PacketView } from './packet-view.ts';
import type { Scope } from './scope.ts';

const IPV6_HEADER_BYTES = 40;
/** A chain of headers that points at itself must end. */
const MAX_CHAIN = 64;
const NO_NEXT_HEADER = 59;

const Extension = { hopByHop: 0, routing: 43, fragment: 44, authentication: 51, destination: 60 } as const;
const extensions = new Uint8Array(256);
for (const type of [...Object.values(Extension), 135, 139, 140]) extensions[type] = 1;

/** `ip proto N`. */
export function ipv4ProtocolTest(protocol: number, scope: Scope): Test {
  const isIpv4 = linkTypeTest(EtherType.ipv4, scope);
  const at = scope.networkShift + 9;
  return allOf([isIpv4, (packet) => byteIs(packet, packet.network + at, protocol)]);
}

/**
 * `ip6 proto N`: N is the protocol behind the extension headers, or one of those headers. tcpdump looks at the first header
 * only, and behind a fragment header.
 */
export function ipv6ProtocolTest(protocol: number, scope: Scope): Test {
  const isIpv6 = linkTypeTest(EtherType.ipv6, scope);
  const shift = scope.networkShift;
  return allOf([isIpv6, (packet) => hasIpv6Protocol(packet, packet.network + shift, protocol)]);
}

/** `proto N`, `tcp`. */
export function ipProtocolTest(protocol: number, scope: Scope): Test {
  return anyOf([ipv4ProtocolTest(protocol, scope), ipv6ProtocolTest(protocol, scope)]);
}

/** As the decoder, however long the chain: each header takes eight bytes or more of the packet. */
function hasIpv6Protocol(packet: PacketView, at: number, wanted: number): Answer {
  let next = packet.byte(at + 6);
  let header = at + IPV6_HEADER_BYTES;
  while (next !== wanted) {
    if (next < 0) return Answer.reject;
    if (extensions[next] === 0) return Answer.no;
    const isLater = isLaterFragment(packet, header, next);
    const following = packet.byte(header);
    const bytes = extensionBytes(packet, header, next);
    if (following < 0 || bytes < 0 || isLater < 0) return following === wanted ? Answer.yes : Answer.reject;
    next = following;
    header += bytes;
    // What follows is payload, and no header.
    if (isLater === 1) return yesIf(next === wanted);
  }
  return Answer.yes;
}

/** 1 for a fragment that is not the first one, 0 for all else, -1 where that was not captured. */
function isLaterFragment(packet: PacketView, header: number, type: number): number {
  if (type !== Extension.fragment) return 0;
  const offset = packet.half(header + 2);
  return offset < 0 ? -1 : offset >> 3 === 0 ? 0 : 1;
}

function extensionBytes(packet: PacketView, header: number, type: number): number {
  if (type === Extension.fragment) return 8;
  const length = packet.byte(header + 1);
  if (length < 0) return -1;
  return type === Extension.authentication ? (length + 2) * 4 : (length + 1) * 8;
}

/**
 * Finds the transport header of the IPv6 packet at `at` and sets `packet.transport`. Returns its protocol; -1 where bytes
 * are missing on the way, -2 where there is none.
 */
export function walkToTransport(packet: PacketView, at: number): number {
  let next = packet.byte(at + 6);
  let header = at + IPV6_HEADER_BYTES;
  while (next >= 0 && extensions[next] === 1) {
    const isLater = isLaterFragment(packet, header, next);
    const bytes = extensionBytes(packet, header, next);
    if (isLater !== 0 || bytes < 0) return isLater === 1 ? -2 : -1;
    next = packet.byte(header);
    header += bytes;
  }
  packet.transport = header;
  return next;
}

/** `icmp6[…]`: an ICMPv6 header is there. */
export function icmpv6Test(scope: Scope): Test {
  const shift = scope.networkShift;
  return (packet) => {
    const protocol = walkToTransport(packet, packet.network + shift);
    return protocol === -1 ? Answer.reject : yesIf(protocol === IpProtocol.icmpv6);
  };
}

/** Not a fragment, or the first one. */
export function firstFragmentTest(scope: Scope): Test {
  const at = scope.networkShift + 6;
  return (packet) => {
    const fragment = packet.half(packet.network + at);
    return fragment < 0 ? Answer.reject : yesIf((fragment & 0x1fff) === 0);
  };
}

/** `ip protochain N`, `ip6 protochain N`: N is one of the headers. Where link headers vary in length, libpcap refuses to tell. */
export function protocolChainTest(family: 4 | 6, protocol: number, scope: Scope): Test {
  const isFamily = linkTypeTest(family === 4 ? EtherType.ipv4 : EtherType.ipv6, scope);
  const shift = scope.networkShift;
  const walk: Test = (packet) =>
    isWlan(packet.shape) ? Answer.reject : walkChain(packet, packet.network + shift, family, protocol);
  return allOf([isFamily, walk]);
}

function walkChain(packet: PacketView, network: number, family: 4 | 6, wanted: number): Answer {
  let type = packet.byte(network + (family === 4 ? 9 : 6));
  if (type < 0) return Answer.reject;
  let header = network + (family === 6 ? IPV6_HEADER_BYTES : ipv4HeaderBytes(packet, network));
  if (header < network) return Answer.reject;
  for (let count = 0; count < MAX_CHAIN; count++) {
    if (type === wanted || type === NO_NEXT_HEADER) break;
    const isExtension = family === 6 && (type === 0 || type === 43 || type === 44 || type === 60);
    if (!isExtension && type !== Extension.authentication) break;
    const next = packet.byte(header);
    const length = packet.byte(header + 1);
    if (next < 0 || length < 0) return Answer.reject;
    header += isExtension ? (length + 1) * 8 : (length + 2) * 4;
    type = next;
  }
  return yesIf(type === wanted);
}

/** Negative where it was not captured. */
export function ipv4HeaderBytes(packet: PacketView, network: number): number {
  const first = packet.byte(network);
  return first < 0 ? -0x40000000 : (first & 0x0f) * 4;
}
