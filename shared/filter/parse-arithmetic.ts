/** Arithmetic in a filter: `ip[2:2] - ((ip[0] & 0xf) << 2) > 40`. */
import { FilterError } from './filter-error.ts';
import type { Arithmetic, BinaryOperator, Comparison, LoadExpression, ProtocolWord, Relation } from './syntax.ts';
import type { TokenStream } from './token-stream.ts';
import { fieldWords, protocolWords } from './words.ts';

/** How tight an operator binds. tcpdump's grammar gives `%` and `^` no place: each takes all to its right (see docs/filter.md). */
const PRECEDENCE: Readonly<Record<string, number>> = {
  '|': 1,
  '&': 2,
  '<<': 3,
  '>>': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
};
const UNARY = 6;
const RELATIONS: readonly string[] = ['=', '!=', '<', '<=', '>', '>='];

/** Protocols whose bytes can be read with brackets. */
const readable: ReadonlySet<ProtocolWord> = new Set<ProtocolWord>([
  ...(['link', 'ip', 'ip6', 'arp', 'rarp', 'atalk', 'decnet', 'sca', 'lat', 'moprc', 'mopdl', 'radio'] as const),
  ...(['tcp', 'udp', 'sctp', 'icmp', 'igmp', 'igrp', 'pim', 'vrrp', 'carp', 'icmp6'] as const),
]);

export function parseComparison(stream: TokenStream): Comparison {
  const { start } = stream.current.span;
  const left = parseArithmetic(stream, 0);
  if (!RELATIONS.includes(stream.current.text) || stream.current.kind !== 'sign')
    throw stream.unexpected('a number is compared here with =, !=, <, <=, > or >=');
  const relation = stream.take().text as Relation;
  const right = parseArithmetic(stream, 0);
  return { kind: 'comparison', relation, left, right, span: stream.node(start) };
}

/** Reads operators that bind tighter than `above`. */
function parseArithmetic(stream: TokenStream, above: number): Arithmetic {
  return stream.deeper(() => {
    const { start } = stream.current.span;
    let left = parseAtom(stream);
    for (;;) {
      if (stream.current.kind !== 'sign') return left;
      const operator = stream.current.text;
      const greedy = operator === '%' || operator === '^';
      const precedence = PRECEDENCE[operator] ?? 0;
      if (!greedy && precedence <= above) return left;
      stream.take();
      const right = parseArithmetic(stream, greedy ? 0 : precedence);
      checkOperand(operator, right);
      left = { kind: 'binary', operator: operator as BinaryOperator, left, right, span: stream.node(start) };
    }
  });
}

/** What could never give a number is told at once. */
function checkOperand(operator: string, right: Arithmetic): void {
  if (right.kind !== 'number') return;
  if ((operator === '/' || operator === '%') && right.value === 0)
    throw new FilterError('FILTER_BAD_VALUE', 'nothing can be divided by 0', right.span);
  if ((operator === '<<' || operator === '>>') && right.value > 31)
    throw new FilterError('FILTER_BAD_VALUE', 'numbers have 32 bits: shift by 31 at most', right.span);
}

function parseAtom(stream: TokenStream): Arithmetic {
  const { current } = stream;
  const { start } = current.span;
  if (current.kind === 'number') {
    stream.take();
    return { kind: 'number', value: current.value, span: stream.node(start) };
  }
  if (stream.takeIf('len', 'length')) return { kind: 'length', span: stream.node(start) };
  if (stream.takeIf('-')) {
    const operand = parseArithmetic(stream, UNARY);
    return { kind: 'negation', operand, span: stream.node(start) };
  }
  if (stream.takeIf('(')) {
    const inside = parseArithmetic(stream, 0);
    stream.expect(')', 'close the parenthesis with ")"');
    return inside;
  }
  if (current.kind === 'word') {
    const field = fieldWords.get(current.text);
    if (field !== undefined) {
      stream.take();
      return { kind: 'field', name: field, span: stream.node(start) };
    }
    const protocol = Object.hasOwn(protocolWords, current.text) ? protocolWords[current.text] : undefined;
    if (protocol !== undefined) return parseLoad(stream, protocol);
  }
  throw stream.unexpected('here stands a number, len, a field such as ttl, or bytes such as ip[8]');
}

function parseLoad(stream: TokenStream, protocol: ProtocolWord): LoadExpression {
  const word = stream.take();
  if (!readable.has(protocol)) {
    const sentence = `the bytes of "${word.text}" cannot be read: use those of the layer below, such as ip[N] or ether[N]`;
    throw new FilterError('FILTER_UNSUPPORTED', sentence, word.span);
  }
  stream.expect('[', `write ${word.text}[OFFSET] or ${word.text}[OFFSET:SIZE]`);
  const offset = parseArithmetic(stream, 0);
  const size = stream.takeIf(':') ? parseSize(stream) : 1;
  stream.expect(']', 'close the bracket with "]"');
  return { kind: 'load', protocol, offset, size, span: stream.node(word.span.start) };
}

function parseSize(stream: TokenStream): 1 | 2 | 4 {
  const token = stream.take();
  if (token.kind === 'number' && (token.value === 1 || token.value === 2 || token.value === 4)) return token.value;
  throw new FilterError('FILTER_BAD_VALUE', 'one, two or four bytes can be read: write 1, 2 or 4', token.span);
}
