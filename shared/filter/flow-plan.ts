/**
 * A parsed filter as a condition on flow records. What a flow record cannot answer is refused with an error that points
 * at the word; nothing is approximated. Where a field is of the record's first packet (`vlan`, `synwindow`) or of any of
 * its packets (`tag`), so is the answer.
 */
import { addressWords, type Family } from '../flow-batch.ts';
import { type FlowFieldName, flowFields } from '../flow-fields.ts';
import { IpProtocol } from '../protocols.ts';
import { FilterError } from './filter-error.ts';
import type { FlowCondition } from './flow-condition.ts';
import { comparisonCondition, withHeader } from './flow-values.ts';
import type {
  Expression,
  HostPrimitive,
  InnerPrimitive,
  NetPrimitive,
  PortPrimitive,
  ProtocolNumberPrimitive,
  ProtocolPrimitive,
  SensorPrimitive,
  Span,
} from './syntax.ts';

/** What names in a filter stand for, where only the place knows. */
export interface FlowNames {
  /** Number of the sensor of that name, or null. */
  sensor(name: string): number | null;
}

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
  ah: [IpProtocol.ah, null],
  esp: [IpProtocol.esp, null],
};

/** Throws FilterError. */
export function planFlowFilter(expression: Expression, names: FlowNames): FlowCondition {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return { kind: expression.kind, terms: expression.terms.map((term) => planFlowFilter(term, names)) };
    case 'not':
      return { kind: 'not', term: planFlowFilter(expression.term, names) };
    case 'host':
    case 'net':
      return addressCondition(expression, 'source', 'target');
    case 'port':
      return portCondition(expression);
    case 'protocol':
      return protocolCondition(expression);
    case 'protocolNumber':
      return protocolNumberCondition(expression);
    case 'comparison':
      return comparisonCondition(expression);
    case 'vlan':
      if (expression.id === null || expression.id === 0)
        throw notHere(expression.span, 'flow records have the VLAN’s number, and 0 for none: name another number');
      return is('vlan', expression.id, expression.span);
    case 'tag': {
      const column = expression.bit < 32 ? 'tagsLow' : 'tagsHigh';
      return { kind: 'bit', column, bit: expression.bit & 31, span: expression.span };
    }
    case 'class':
      return is('class', expression.id, expression.span);
    case 'country':
      return is('country', countryNumber(expression.code), expression.span);
    case 'sensor':
      return sensorCondition(expression, names);
    case 'inner':
      return innerCondition(expression);
    default:
      throw notHere(expression.span, REFUSALS[expression.kind] ?? 'flow records do not tell this');
  }
}

const LINK = 'flow records have nothing of the link layer';
const REFUSALS: Readonly<Record<string, string>> = {
  ethernetHost: LINK,
  llc: LINK,
  mpls: LINK,
  pppoed: LINK,
  pppoes: LINK,
  wlanType: LINK,
  wlanDirection: LINK,
  ifindex: 'flow records do not have the interface’s number',
  inbound: 'flow records do not tell the direction on the interface',
  outbound: 'flow records do not tell the direction on the interface',
  broadcast: 'whether an address is a broadcast address depends on a network that flow records do not name',
  multicast: 'say it with a net: "dst net 224.0.0.0/4" or "dst net ff00::/8"',
  geneve: 'flow records do not have the tunnel’s network: "udp dst port 6081", and "inner …" for what it carries',
  asn: 'there are no networks (ASN) in flow records yet',
  organisation: 'there are no organisations in flow records yet',
};

function notHere(span: Span, why: string): FilterError {
  return new FilterError('FILTER_NOT_HERE', why, span);
}

function is(column: FlowFieldName, value: number, span: Span): FlowCondition {
  return { kind: 'range', column, from: value, to: value, span };
}

function family(of: Family): FlowCondition {
  return { kind: 'family', family: of };
}

/** One condition where there is one, and all of them otherwise. */
function all(...terms: FlowCondition[]): FlowCondition {
  return terms.length === 1 ? terms[0]! : { kind: 'and', terms };
}

/** `made` of the source, of the target, or of both. */
function directed(
  direction: HostPrimitive['direction'],
  source: FlowCondition,
  target: FlowCondition,
): FlowCondition {
  if (direction === 'src') return source;
  if (direction === 'dst') return target;
  return { kind: direction === 'both' ? 'and' : 'or', terms: [source, target] };
}

function addressCondition(
  node: HostPrimitive | NetPrimitive,
  source: FlowFieldName,
  target: FlowFieldName,
): FlowCondition {
  if (node.protocol === 'arp' || node.protocol === 'rarp') throw notHere(node.span, `flows are IP: "${node.protocol}" is not`);
  const mask = node.kind === 'net' ? node.mask : node.words.map(() => 0xffffffff);
  const wordOfIp = node.protocol === 'ip' ? 4 : 6;
  const excluded: FlowCondition[] = node.protocol !== null && wordOfIp !== node.family ? [{ kind: 'constant', value: false }] : [];
  const ofColumn = (column: FlowFieldName): FlowCondition => ({
    kind: 'address',
    column,
    ...wordsFor(column, node.words, mask),
    span: node.span,
  });
  return all(...excluded, directed(node.direction, ofColumn(source), ofColumn(target)));
}

/** In columns that hold both families, IPv4 stands as ::ffff:a.b.c.d. */
function wordsFor(column: FlowFieldName, words: readonly number[], mask: readonly number[]) {
  const isMixed = flowFields[column].type !== 'address';
  if (!isMixed || words.length === addressWords(6)) return { words, mask };
  return { words: [0, 0, 0xffff, ...words], mask: [0xffffffff, 0xffffffff, 0xffffffff, ...mask] };
}

/** As in tcpdump, a port is one of TCP, UDP or SCTP, and a later fragment has none. */
function portCondition(node: PortPrimitive): FlowCondition {
  const port = (column: FlowFieldName): FlowCondition => ({
    kind: 'range',
    column,
    from: node.from,
    to: node.to,
    span: node.span,
  });
  return all(
    portProtocol(node, 'protocol'),
    withHeader(node.span),
    directed(node.direction, port('sourcePort'), port('targetPort')),
  );
}

function portProtocol(node: PortPrimitive, column: FlowFieldName): FlowCondition {
  if (node.protocol !== null) return is(column, IpProtocol[node.protocol], node.span);
  return {
    kind: 'or',
    terms: [IpProtocol.tcp, IpProtocol.udp, IpProtocol.sctp].map((number) => is(column, number, node.span)),
  };
}

function protocolCondition({ word, span }: ProtocolPrimitive): FlowCondition {
  if (word === 'ip' || word === 'ip6') return family(word === 'ip' ? 4 : 6);
  const known = protocolNumbers[word];
  if (known === undefined) throw notHere(span, `flows are IP: "${word}" is not`);
  const [number, of] = known;
  return all(...(of === null ? [] : [family(of)]), is('protocol', number, span));
}

function protocolNumberCondition({ layer, number, chain, span }: ProtocolNumberPrimitive): FlowCondition {
  if (chain) throw notHere(span, 'of a chain of headers, flow records have the last one: use "proto"');
  if (layer !== 'ip' && layer !== 'ip6' && layer !== 'any') throw notHere(span, LINK);
  return all(...(layer === 'any' ? [] : [family(layer === 'ip' ? 4 : 6)]), is('protocol', number, span));
}

/** Two letters as one number; 0 where the country is unknown. */
function countryNumber(code: string): number {
  return code === '' ? 0 : (code.charCodeAt(0) << 8) | code.charCodeAt(1);
}

function sensorCondition({ name, span }: SensorPrimitive, names: FlowNames): FlowCondition {
  const id = names.sensor(name);
  if (id === null) throw new FilterError('FILTER_UNKNOWN_WORD', `there is no sensor "${name}"`, span);
  return is('sensor', id, span);
}

function innerCondition({ term, span }: InnerPrimitive): FlowCondition {
  if (!('tunnel' in flowFields)) throw notHere(span, 'flow records do not have what lies inside a packet');
  return { kind: 'constant', value: term.kind === 'host' };
}
