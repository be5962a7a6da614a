/** Comparisons of a filter over flows: fields, numbers, and those bytes of headers that a flow record has as a field. */
import type { FlowFieldName } from '../flow-fields.ts';
import { IpProtocol } from '../protocols.ts';
import { FilterError } from './filter-error.ts';
import type { FlowCondition, FlowValue } from './flow-condition.ts';
import { withHeader } from './flow-headers.ts';
import type { Arithmetic, BinaryOperator, Comparison, LoadExpression, ProtocolWord, Relation, Span } from './syntax.ts';

const MAX_UINT32 = 0xffffffff;
const MIRRORED: Readonly<Record<Relation, Relation>> = {
  '=': '=',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/** Bytes of a header that a flow keeps: protocol, offset, size, field. */
const loads: readonly (readonly [ProtocolWord, number, 1 | 2, FlowFieldName])[] = [
  ['ip', 8, 1, 'ttl'],
  ['ip', 9, 1, 'protocol'],
  ['ip6', 7, 1, 'ttl'],
  ['tcp', 0, 2, 'sourcePort'],
  ['tcp', 2, 2, 'targetPort'],
  ['tcp', 13, 1, 'tcpFlags'],
  ['udp', 0, 2, 'sourcePort'],
  ['udp', 2, 2, 'targetPort'],
  ['sctp', 0, 2, 'sourcePort'],
  ['sctp', 2, 2, 'targetPort'],
  ['icmp', 0, 1, 'sourcePort'],
  ['icmp', 1, 1, 'targetPort'],
  ['icmp6', 0, 1, 'sourcePort'],
  ['icmp6', 1, 1, 'targetPort'],
];

/** As in tcpdump, bytes of TCP, UDP, SCTP and ICMP are those of IPv4 packets, and a later fragment has none. */
const headerProtocols: Partial<Record<ProtocolWord, number>> = {
  tcp: IpProtocol.tcp,
  udp: IpProtocol.udp,
  sctp: IpProtocol.sctp,
  icmp: IpProtocol.icmp,
  icmp6: IpProtocol.icmpv6,
};

export function comparisonCondition({ relation, left, right, span }: Comparison): FlowCondition {
  const guards: FlowCondition[] = [];
  const [leftValue, rightValue] = [flowValue(left, guards), flowValue(right, guards)];
  const compared = compare(relation, leftValue, rightValue, span);
  return guards.length === 0 ? compared : { kind: 'and', terms: [...guards, compared] };
}

/** A field against a number is a range, which stores find fast. */
function compare(relation: Relation, left: FlowValue, right: FlowValue, span: Span): FlowCondition {
  if (left.kind === 'column' && right.kind === 'number') return rangeOf(relation, left.column, right.value, span);
  if (left.kind === 'number' && right.kind === 'column')
    return rangeOf(MIRRORED[relation], right.column, left.value, span);
  return { kind: 'comparison', relation, left, right, span };
}

function rangeOf(relation: Relation, column: FlowFieldName, value: number, span: Span): FlowCondition {
  const range = (from: number, to: number): FlowCondition =>
    from > to ? { kind: 'constant', value: false } : { kind: 'range', column, from, to, span };
  switch (relation) {
    case '=':
      return range(value, value);
    case '!=':
      return { kind: 'not', term: range(value, value) };
    case '<':
      return range(0, value - 1);
    case '<=':
      return range(0, value);
    case '>':
      return range(value + 1, MAX_UINT32);
    case '>=':
      return range(value, MAX_UINT32);
  }
}

/** Adds to `guards` what must be true of a flow that has the value. */
function flowValue(node: Arithmetic, guards: FlowCondition[]): FlowValue {
  switch (node.kind) {
    case 'number':
      return { kind: 'number', value: node.value >>> 0 };
    case 'field':
      return { kind: 'column', column: node.name };
    case 'negation':
      return binary('-', { kind: 'number', value: 0 }, flowValue(node.operand, guards));
    case 'binary': {
      const left = flowValue(node.left, guards);
      const rightGuards: FlowCondition[] = [];
      const right = flowValue(node.right, rightGuards);
      checkSameHeader(guards, rightGuards, node.right.span);
      if (['/', '%', '<<', '>>'].includes(node.operator)) checkRightSide(node.operator, right, node.right.span);
      return binary(node.operator, left, right);
    }
    case 'load':
      return loadOf(node, guards);
    case 'length':
      throw new FilterError(
        'FILTER_NOT_HERE',
        'a flow record sums many packets and has no length of one: use "iplength" (of each packet) or "wirebytes" (of all)',
        node.span,
      );
  }
}

/**
 * Of a sum, tcpdump asks the protocol of the left side only, and reads the right side's bytes in packets of any protocol:
 * flows can tell no more than where both are the same.
 */
function checkSameHeader(guards: readonly FlowCondition[], rightGuards: readonly FlowCondition[], span: Span): void {
  const texts = new Set(guards.map(withoutSpan));
  if (rightGuards.every((guard) => texts.has(withoutSpan(guard)))) return;
  const sentence = 'the header that these bytes are in must also be that of the left side of the operator';
  throw new FilterError('FILTER_NOT_HERE', sentence, span);
}

function withoutSpan(guard: FlowCondition): string {
  return JSON.stringify(guard, (key, value) => (key === 'span' ? undefined : value));
}

function checkRightSide(operator: BinaryOperator, right: FlowValue, span: Span): void {
  const isDivision = operator === '/' || operator === '%';
  // There is no record without packets.
  if (isDivision && right.kind === 'column' && right.column === 'packets') return;
  if (right.kind !== 'number')
    throw new FilterError(
      'FILTER_NOT_HERE',
      `what stands right of "${operator}" must be a number here${isDivision ? ', or packets' : ''}`,
      span,
    );
  if (right.value === 0 && isDivision) throw new FilterError('FILTER_BAD_VALUE', 'nothing can be divided by 0', span);
}

function binary(operator: BinaryOperator, left: FlowValue, right: FlowValue): FlowValue {
  if (left.kind !== 'number' || right.kind !== 'number') return { kind: 'binary', operator, left, right };
  return { kind: 'number', value: calculate(operator, left.value, right.value) };
}

/** Unsigned 32-bit arithmetic, as in tcpdump. */
export function calculate(operator: BinaryOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return (left + right) >>> 0;
    case '-':
      return (left - right) >>> 0;
    case '*':
      return Math.imul(left, right) >>> 0;
    case '/':
      return Math.floor(left / right);
    case '%':
      return left % right;
    case '&':
      return (left & right) >>> 0;
    case '|':
      return (left | right) >>> 0;
    case '^':
      return (left ^ right) >>> 0;
    case '<<':
      return right > 31 ? 0 : (left << right) >>> 0;
    case '>>':
      return right > 31 ? 0 : left >>> right;
  }
}

function loadOf(node: LoadExpression, guards: FlowCondition[]): FlowValue {
  const offset = flowValue(node.offset, guards);
  const found = loads.find(
    ([protocol, at, size]) =>
      protocol === node.protocol && offset.kind === 'number' && at === offset.value && size === node.size,
  );
  if (found === undefined) throw new FilterError('FILTER_NOT_HERE', missingBytes(node.protocol), node.span);
  const [protocol, , , column] = found;
  guards.push({ kind: 'family', family: protocol === 'ip6' || protocol === 'icmp6' ? 6 : 4 });
  const number = headerProtocols[protocol];
  if (number !== undefined) {
    const { span } = node;
    guards.push({ kind: 'range', column: 'protocol', from: number, to: number, span }, withHeader(span));
  }
  return { kind: 'column', column };
}

function missingBytes(protocol: ProtocolWord): string {
  const kept = loads
    .filter(([of]) => of === protocol)
    .map(([of, offset, size]) => `${of}[${size === 1 ? offset : `${offset}:${size}`}]`);
  return kept.length === 0
    ? `flow records keep no bytes of "${protocol}"`
    : `of the bytes of "${protocol}", flow records keep only ${kept.join(', ')}`;
}
