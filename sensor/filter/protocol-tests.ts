/** What each protocol's word asks. */
import { FilterError } from '../../shared/filter/index.ts';
import type { ProtocolNumberPrimitive, ProtocolWord, Span } from '../../shared/filter/syntax.ts';
import { EtherType } from '../decode/layer.ts';
import { Answer, allOf, anyOf, type Test } from './answer.ts';
import { ipProtocolTest, ipv4ProtocolTest, ipv6ProtocolTest, protocolChainTest } from './ip-tests.ts';
import { isWlan, LinkShape } from './link-shapes.ts';
import { byteIs, linkTypeTest, Sap } from './link-tests.ts';
import type { Scope } from './scope.ts';

/** EtherTypes, or service access points, of the words of the link layer. */
const linkTypes: Partial<Record<ProtocolWord, number>> = {
  ip: EtherType.ipv4,
  ip6: EtherType.ipv6,
  arp: EtherType.arp,
  rarp: 0x8035,
  atalk: 0x809b,
  aarp: 0x80f3,
  decnet: 0x6003,
  lat: 0x6004,
  sca: 0x6007,
  moprc: 0x6002,
  mopdl: 0x6001,
  iso: Sap.iso,
  stp: Sap.spanningTree,
  ipx: Sap.ipx,
  netbeui: Sap.netbeui,
};

/** Protocols of IPv4 and IPv6 alike, and of IPv4 alone. */
const ipProtocols: Partial<Record<ProtocolWord, number>> = { tcp: 6, udp: 17, sctp: 132, pim: 103, ah: 51, esp: 50 };
const ipv4Protocols: Partial<Record<ProtocolWord, number>> = { icmp: 1, igmp: 2, igrp: 9, vrrp: 112, carp: 112 };
const ICMPV6 = 58;

const isoProtocols: Partial<Record<ProtocolWord, number>> = { clnp: 0x81, esis: 0x82, isis: 0x83 };

/** IS-IS PDU types (ISO 10589) in the order in which libpcap asks for them. */
const isisTypes: Partial<Record<ProtocolWord, readonly number[]>> = {
  l1: [15, 17, 18, 24, 26],
  l2: [16, 17, 20, 25, 27],
  iih: [15, 16, 17],
  lsp: [18, 20],
  snp: [24, 25, 26, 27],
  csnp: [24, 25],
  psnp: [26, 27],
};

/** Throws FilterError where the word has no meaning behind `mpls`. */
export function protocolTest(word: ProtocolWord, scope: Scope, span: Span): Test {
  const linkType = linkTypes[word];
  if (linkType !== undefined) {
    if (word !== 'ip' && word !== 'ip6') scope.requireNoLabels(word, span);
    return linkTypeTest(linkType, scope);
  }
  if (ipProtocols[word] !== undefined) return ipProtocolTest(ipProtocols[word], scope);
  if (ipv4Protocols[word] !== undefined) return ipv4ProtocolTest(ipv4Protocols[word], scope);
  if (word === 'icmp6') return ipv6ProtocolTest(ICMPV6, scope);
  scope.requireNoLabels(word, span);
  if (isoProtocols[word] !== undefined) return isoTest(isoProtocols[word], scope);
  if (isisTypes[word] !== undefined) return anyOf(isisTypes[word].map((type) => isisTest(type, scope)));
  throw new FilterError('FILTER_UNSUPPORTED', `"${word}" alone asks nothing`, span);
}

/** `proto N` of any layer. */
export function protocolNumberTest(primitive: ProtocolNumberPrimitive, scope: Scope): Test {
  const { layer, number, chain, span } = primitive;
  if (chain) {
    const families: readonly (4 | 6)[] = layer === 'ip' ? [4] : layer === 'ip6' ? [6] : [4, 6];
    return anyOf(families.map((family) => protocolChainTest(family, number, scope)));
  }
  switch (layer) {
    case 'any':
      return ipProtocolTest(number, scope);
    case 'ip':
      return ipv4ProtocolTest(number, scope);
    case 'ip6':
      return ipv6ProtocolTest(number, scope);
    case 'link':
      if (number !== EtherType.ipv4 && number !== EtherType.ipv6) scope.requireNoLabels('ether proto', span);
      return linkTypeTest(number, scope);
    case 'iso':
      scope.requireNoLabels('iso', span);
      return isoTest(number, scope);
    case 'isis':
      scope.requireNoLabels('isis', span);
      return isisTest(number, scope);
  }
}

/** OSI: the first byte of the network layer behind LLC. Cisco's HDLC has a byte before it. */
function isoTest(protocol: number, scope: Scope): Test {
  return allOf([linkTypeTest(Sap.iso, scope), isoByteTest(0, protocol, scope)]);
}

function isisTest(type: number, scope: Scope): Test {
  return allOf([isoTest(0x83, scope), isisByteTest(type, scope)]);
}

const LLC_BYTES = 3;

function isoByteTest(offset: number, wanted: number, scope: Scope): Test {
  const { sessions, networkShift } = scope;
  return (packet) => {
    if (sessions > 0) return byteIs(packet, packet.network + networkShift + offset, wanted);
    switch (packet.shape) {
      case LinkShape.decoded:
        return Answer.no;
      case LinkShape.ethernet:
        return byteIs(packet, packet.payload + LLC_BYTES + offset, wanted);
      case LinkShape.ciscoHdlc:
        return byteIs(packet, packet.payload + 1 + offset, wanted);
      default:
        return byteIs(packet, packet.payload + (isWlan(packet.shape) ? LLC_BYTES : 0) + offset, wanted);
    }
  };
}

/** The PDU type stands in the fifth byte; here libpcap forgets the byte of Cisco's HDLC. */
function isisByteTest(wanted: number, scope: Scope): Test {
  const { sessions, networkShift } = scope;
  return (packet) => {
    const hasLlc = sessions === 0 && (packet.shape === LinkShape.ethernet || isWlan(packet.shape));
    const start = sessions > 0 ? packet.network + networkShift : packet.payload + (hasLlc ? LLC_BYTES : 0);
    return byteIs(packet, start + 4, wanted);
  };
}
