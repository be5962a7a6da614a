/** Comparisons of numbers read from a packet: unsigned, 32 bits, as BPF reckons. */
import { FilterError } from '../../shared/filter/index.ts';
import type {
  Arithmetic,
  BinaryOperator,
  Comparison,
  LoadExpression,
  ProtocolWord,
  Relation,
} from '../../shared/filter/syntax.ts';
import { wordOfField } from '../../shared/filter/words.ts';
import type { FlowFieldName } from '../../shared/flow-fields.ts';
import type { PacketBatch } from '../../shared/packet-batch.ts';
import { EtherType } from '../decode/layer.ts';
import { Answer, allOf, type Test, type Value, yesIf } from './answer.ts';
import { firstFragmentTest, icmpv6Test, ipv4HeaderBytes, walkToTransport } from './ip-tests.ts';
import { LinkShape } from './link-shapes.ts';
import { linkTypeTest } from './link-tests.ts';
import type { PacketView } from './packet-view.ts';
import { protocolTest } from './protocol-tests.ts';
import type { Scope } from './scope.ts';

/** A number, and what must be true of a packet that has it. */
interface Reading {
  readonly value: Value;
  readonly checks: readonly Test[];
}

export function comparisonTest({ left, relation, right }: Comparison, scope: Scope): Test {
  const first = readingOf(left, scope);
  const second = readingOf(right, scope);
  return allOf([...first.checks, ...second.checks, compare(relation, first.value, second.value)]);
}

function compare(relation: Relation, left: Value, right: Value): Test {
  const holds = relations[relation];
  return (packet) => {
    const a = left(packet);
    if (a < 0) return Answer.reject;
    const b = right(packet);
    return b < 0 ? Answer.reject : yesIf(holds(a, b));
  };
}

const relations: Readonly<Record<Relation, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function readingOf(expression: Arithmetic, scope: Scope): Reading {
  switch (expression.kind) {
    case 'number': {
      const { value } = expression;
      return { value: () => value, checks: [] };
    }
    case 'length':
      return { value: (packet) => packet.wireLength, checks: [] };
    case 'field':
      return fieldReading(expression.name, expression.span);
    case 'negation': {
      const { value, checks } = readingOf(expression.operand, scope);
      return { value: (packet) => negative(value(packet)), checks };
    }
    case 'binary': {
      const left = readingOf(expression.left, scope);
      const right = readingOf(expression.right, scope);
      // As in tcpdump: nobody asks whether the packet has what the right side reads.
      return { value: binary(expression.operator, left.value, right.value), checks: left.checks };
    }
    case 'load':
      return loadReading(expression, scope);
  }
}

function negative(value: number): number {
  return value < 0 ? -1 : -value >>> 0;
}

type Operation = (a: number, b: number) => number;

const operations: Readonly<Record<BinaryOperator, Operation>> = {
  '+': (a, b) => (a + b) >>> 0,
  '-': (a, b) => (a - b) >>> 0,
  '*': (a, b) => Math.imul(a, b) >>> 0,
  '/': (a, b) => (b === 0 ? -1 : Math.floor(a / b)),
  '%': (a, b) => (b === 0 ? -1 : a % b),
  '&': (a, b) => (a & b) >>> 0,
  '|': (a, b) => (a | b) >>> 0,
  '^': (a, b) => (a ^ b) >>> 0,
  '<<': (a, b) => (b > 31 ? 0 : (a << b) >>> 0),
  '>>': (a, b) => (b > 31 ? 0 : a >>> b),
};

function binary(operator: BinaryOperator, left: Value, right: Value): Value {
  const operation = operations[operator];
  return (packet) => {
    const a = left(packet);
    if (a < 0) return -1;
    const b = right(packet);
    return b < 0 ? -1 : operation(a, b);
  };
}

/** What a decoded packet has of a flow's fields. The rest is only known of flows. */
const packetColumns: Partial<Record<FlowFieldName, keyof PacketBatch & ('ttl' | 'ipLength' | 'vlan' | 'fragment')>> = {
  ttl: 'ttl',
  ipLength: 'ipLength',
  vlan: 'vlan',
  fragment: 'fragment',
};

const insteads: Partial<Record<FlowFieldName, string>> = {
  wireBytes: 'for the length of a packet write len',
  synWindow: 'for the window of a packet write tcp[14:2]',
};

/** Packets without an IP header have no fields: the answer is no. Throws FilterError for what only flows have. */
function fieldReading(name: FlowFieldName, span: Arithmetic['span']): Reading {
  const column = packetColumns[name];
  if (column === undefined) {
    const sentence = `"${wordOfField(name)}" is known of flows and not of packets${insteads[name] === undefined ? '' : `: ${insteads[name]}`}`;
    throw new FilterError('FILTER_NOT_HERE', sentence, span);
  }
  const value: Value = ({ family, ipv4, ipv6, row }) => (family === 4 ? ipv4 : ipv6)[column][row]!;
  return { value, checks: [(packet) => yesIf(packet.family !== 0)] };
}

const inIpv4: ReadonlySet<ProtocolWord> = new Set<ProtocolWord>([
  ...(['tcp', 'udp', 'sctp', 'icmp', 'igmp', 'igrp', 'pim', 'vrrp', 'carp'] as const),
]);

/** Where an offset of 0 is. */
type Base = (packet: PacketView) => number;

function loadReading({ protocol, offset, size, span }: LoadExpression, scope: Scope): Reading {
  const index = readingOf(offset, scope);
  const read = readers[size];
  const shift = scope.networkShift;
  const network: Base = (packet) => packet.network + shift;
  const from = (base: Base, checks: readonly Test[], vary: Base = variablePart): Reading => ({
    checks,
    value: (packet) => {
      const at = index.value(packet);
      if (at < 0) return -1;
      const start = base(packet);
      return start < 0 ? -1 : read(packet, addOffset(start, at, vary(packet)));
    },
  });
  if (protocol === 'radio') return from(radioHeader, index.checks, () => 0);
  if (protocol === 'link') {
    scope.looksAtHeader = true;
    return from(
      linkHeader(scope),
      index.checks,
      scope.sessions > 0 ? variablePart : (packet) => packet.header - packet.start,
    );
  }
  scope.looksAtPayload = true;
  if (protocol === 'icmp6') {
    const isIpv6 = linkTypeTest(EtherType.ipv6, scope);
    return from(icmpv6Header(isIpv6, shift), [...index.checks, isIpv6, icmpv6Test(scope)]);
  }
  if (inIpv4.has(protocol)) {
    const isIpv4 = linkTypeTest(EtherType.ipv4, scope);
    const checks = [isIpv4, ...index.checks, protocolTest(protocol, scope, span), firstFragmentTest(scope)];
    return { checks, value: transportValue(index.value, read, shift) };
  }
  return from(network, [...index.checks, protocolTest(protocol, scope, span)]);
}

const variablePart: Base = (packet) => packet.variable;

/** BPF adds an offset to what varies of the position, in 32 bits; what is fixed is added behind that. */
function addOffset(start: number, offset: number, variable: number): number {
  return start - variable + ((variable + offset) >>> 0);
}

const readers: Readonly<Record<1 | 2 | 4, (packet: PacketView, at: number) => number>> = {
  1: (packet, at) => packet.byte(at),
  2: (packet, at) => packet.half(at),
  4: (packet, at) => packet.word(at),
};

/** Offsets count from the end of the IPv4 header, in 32 bits: `tcp[-20]` is the first byte of an IP header without options. */
function transportValue(index: Value, read: (packet: PacketView, at: number) => number, shift: number): Value {
  return (packet) => {
    const at = index(packet);
    if (at < 0) return -1;
    const network = packet.network + shift;
    const headerBytes = ipv4HeaderBytes(packet, network);
    return headerBytes < 0 ? -1 : read(packet, addOffset(network, at + headerBytes, packet.variable));
  };
}

/** Behind `pppoes` the link layer is PPP. */
function linkHeader(scope: Scope): Value {
  const { sessions, pppTypeShift } = scope;
  return sessions > 0 ? (packet) => packet.network + pppTypeShift : (packet) => packet.header;
}

const radioHeader: Value = (packet) => (packet.shape === LinkShape.wlanRadiotap ? packet.start : -1);

/** Behind the extension headers; where the packet is no IPv6, as if it were one without. */
function icmpv6Header(isIpv6: Test, shift: number): Value {
  return (packet) => {
    const network = packet.network + shift;
    const found = isIpv6(packet) === Answer.yes && walkToTransport(packet, network) >= 0;
    return found ? packet.transport : network + 40;
  };
}
