/** Conditions on addresses, ports and protocols: of the outermost header, and of the one inside. */
import type { Family } from '../flow-batch.ts';
import { type FlowFieldName, flowFields } from '../flow-fields.ts';
import { Fragment } from '../packet-batch.ts';
import { IpProtocol } from '../protocols.ts';
import { FilterError } from './filter-error.ts';
import type { FlowCondition } from './flow-condition.ts';
import type {
  HostPrimitive,
  InnerPrimitive,
  InnerTerm,
  NetPrimitive,
  PortPrimitive,
  ProtocolNumberPrimitive,
  ProtocolPrimitive,
  Span,
} from './syntax.ts';

export const LINK = 'flow records have nothing of the link layer';
const ALL_BITS = 0xffffffff;

/** The columns of one header. */
export interface HeaderColumns {
  readonly source: FlowFieldName;
  readonly target: FlowFieldName;
  readonly sourcePort: FlowFieldName;
  readonly targetPort: FlowFieldName;
  readonly protocol: FlowFieldName;
  family(of: Family, span: Span): FlowCondition;
  /** What must hold for ports to be there, protocol apart. */
  withPorts(span: Span): FlowCondition[];
}

export const outermost: HeaderColumns = {
  source: 'source',
  target: 'target',
  sourcePort: 'sourcePort',
  targetPort: 'targetPort',
  protocol: 'protocol',
  family: (of) => ({ kind: 'family', family: of }),
  withPorts: (span) => [withHeader(span)],
};

/** Not a later fragment, which has no header of its own. */
export function withHeader(span: Span): FlowCondition {
  return { kind: 'range', column: 'fragment', from: Fragment.whole, to: Fragment.first, span };
}

/** Its addresses are of either family: IPv4 stands as ::ffff:a.b.c.d. */
const inside: HeaderColumns = {
  source: 'innerSource',
  target: 'innerTarget',
  sourcePort: 'innerSourcePort',
  targetPort: 'innerTargetPort',
  protocol: 'innerProtocol',
  family(of, span) {
    const [words, mask] = [
      [0, 0, 0xffff, 0],
      [ALL_BITS, ALL_BITS, ALL_BITS, 0],
    ];
    const isIpv4: FlowCondition = { kind: 'address', column: 'innerSource', words, mask, span };
    return of === 4 ? isIpv4 : { kind: 'not', term: isIpv4 };
  },
  withPorts: () => [],
};

/** Protocols with a word of their own: number, and the family that the word means, where it is one. */
const protocolNumbers: Partial<Record<ProtocolPrimitive['word'], readonly [number: number, family: Family | null]>> = {
  tcp: [IpProtocol.tcp, null],
  udp: [IpProtocol.udp, null],
  sctp: [IpProtocol.sctp, null],
  icmp: [IpProtocol.icmp, 4],
  icmp6: [IpProtocol.icmpv6, 6],
  igmp: [IpProtocol.igmp, 4],
  igrp: [9, 4],
  pim: [103, null],
  vrrp: [112, 4],
  carp: [112, 4],
  esp: [IpProtocol.esp, null],
};

/** Of IPv6 packets, flow records have the protocol behind these headers (sensor/decode/network/extensions.ts). */
const ipv6Extensions: ReadonlySet<number> = new Set([0, 43, 44, 51, 60, 135, 139, 140]);

/** Throws FilterError. */
export function headerCondition(node: InnerTerm, header: HeaderColumns): FlowCondition {
  switch (node.kind) {
    case 'host':
    case 'net':
      return addressCondition(node, header);
    case 'port':
      return portCondition(node, header);
    case 'protocol':
      return protocolCondition(node, header);
    case 'protocolNumber':
      return protocolNumberCondition(node, header);
  }
}

/** What holds where no packet lies inside is void, and matches nothing. */
export function innerCondition({ term, span }: InnerPrimitive): FlowCondition {
  const isInside: FlowCondition = { kind: 'range', column: 'tunnel', from: 1, to: 255, span };
  return { kind: 'and', terms: [isInside, headerCondition(term, inside)] };
}

function addressCondition(node: HostPrimitive | NetPrimitive, header: HeaderColumns): FlowCondition {
  const { protocol, family, span } = node;
  if (protocol === 'arp' || protocol === 'rarp') throw notIp(protocol, span);
  if (protocol !== null && (protocol === 'ip' ? 4 : 6) !== family) return { kind: 'constant', value: false };
  const mask = node.kind === 'net' ? node.mask : node.words.map(() => ALL_BITS);
  const address = (column: FlowFieldName): FlowCondition => {
    return { kind: 'address', column, ...wordsFor(column, node.words, mask), span };
  };
  return directed(node.direction, address(header.source), address(header.target));
}

function wordsFor(column: FlowFieldName, words: readonly number[], mask: readonly number[]) {
  const isOfOneFamily = flowFields[column].type === 'address';
  if (isOfOneFamily || words.length === 4) return { words, mask };
  return { words: [0, 0, 0xffff, ...words], mask: [ALL_BITS, ALL_BITS, ALL_BITS, ...mask] };
}

/** Of the source, of the target, of one of them, or of both. */
function directed(direction: HostPrimitive['direction'], source: FlowCondition, target: FlowCondition): FlowCondition {
  if (direction === 'src') return source;
  if (direction === 'dst') return target;
  return { kind: direction === 'both' ? 'and' : 'or', terms: [source, target] };
}

/** As in tcpdump, a port is one of TCP, UDP or SCTP, and a later fragment has none. */
function portCondition({ protocol, direction, from, to, span }: PortPrimitive, header: HeaderColumns): FlowCondition {
  const protocols = protocol === null ? (['tcp', 'udp', 'sctp'] as const) : [protocol];
  const port = (column: FlowFieldName): FlowCondition => ({ kind: 'range', column, from, to, span });
  const terms = [
    any(protocols.map((name) => is(header.protocol, IpProtocol[name], span))),
    ...header.withPorts(span),
    directed(direction, port(header.sourcePort), port(header.targetPort)),
  ];
  return { kind: 'and', terms };
}

function protocolCondition({ word, span }: ProtocolPrimitive, header: HeaderColumns): FlowCondition {
  if (word === 'ip' || word === 'ip6') return header.family(word === 'ip' ? 4 : 6, span);
  if (word === 'ah') throw isExtension('ah', IpProtocol.ah, span);
  const known = protocolNumbers[word];
  if (known === undefined) throw notIp(word, span);
  const [number, family] = known;
  const ofProtocol = is(header.protocol, number, span);
  return family === null ? ofProtocol : { kind: 'and', terms: [header.family(family, span), ofProtocol] };
}

function protocolNumberCondition(
  { layer, number, chain, span }: ProtocolNumberPrimitive,
  header: HeaderColumns,
): FlowCondition {
  if (chain)
    throw new FilterError('FILTER_NOT_HERE', 'of a chain of headers, flow records have the last: use "proto"', span);
  const ofProtocol = is(header.protocol, number, span);
  if (layer !== 'ip' && layer !== 'ip6' && layer !== 'any') throw new FilterError('FILTER_NOT_HERE', LINK, span);
  if (layer !== 'ip' && ipv6Extensions.has(number)) throw isExtension(String(number), number, span);
  if (layer === 'any') return ofProtocol;
  return { kind: 'and', terms: [header.family(layer === 'ip' ? 4 : 6, span), ofProtocol] };
}

function isExtension(word: string, number: number, span: Span): FilterError {
  const sentence = `of IPv6, flow records have the protocol behind extension headers, and "${word}" is one: for IPv4, use "ip proto ${number}"`;
  return new FilterError('FILTER_NOT_HERE', sentence, span);
}

function notIp(word: string, span: Span): FilterError {
  return new FilterError('FILTER_NOT_HERE', `flow records are of IP only, and "${word}" is something else`, span);
}

function is(column: FlowFieldName, value: number, span: Span): FlowCondition {
  return { kind: 'range', column, from: value, to: value, span };
}

function any(terms: FlowCondition[]): FlowCondition {
  return terms.length === 1 ? terms[0]! : { kind: 'or', terms };
}
