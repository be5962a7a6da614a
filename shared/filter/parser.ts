/**
 * Text in, syntax tree out: tcpdump's grammar (pcap-filter(7)) with Kurayami's own words, read by recursive descent. `and`
 * and `or` bind equally and from left to right, `not` binds tighter. docs/filter.md has the grammar.
 */
import { FilterError } from './filter-error.ts';
import { parseComparison } from './parse-arithmetic.ts';
import { parseId } from './parse-id.ts';
import { wordParsers } from './parse-words.ts';
import { parseQualifiers, type Qualifiers } from './qualifiers.ts';
import type { Expression, InnerPrimitive, InnerTerm, ProtocolWord } from './syntax.ts';
import { TokenStream } from './token-stream.ts';
import { fieldWords, otherWords, protocolWords, refusedWords } from './words.ts';

/** A part of the tree, and what an id behind it would inherit. */
interface Part {
  readonly expression: Expression;
  readonly qualifiers: Qualifiers | null;
}

/** Throws FilterError. */
export function parseFilter(text: string): Expression {
  const stream = new TokenStream(text);
  const { expression } = parseExpression(stream, null);
  if (stream.atEnd) return expression;
  if (stream.is(')')) throw stream.unexpected('no parenthesis is open; take it away');
  throw stream.unexpected('join expressions with "and" or "or"');
}

/** Operands joined from left to right; runs of the same word become one node. */
function parseExpression(stream: TokenStream, inherited: Qualifiers | null): Part {
  return stream.deeper(() => {
    const { start } = stream.current.span;
    let { expression, qualifiers } = parseOperand(stream, inherited);
    for (;;) {
      const kind = stream.takeIf('and', '&&') ? 'and' : stream.takeIf('or', '||') ? 'or' : null;
      if (kind === null) return { expression, qualifiers };
      const right = parseOperand(stream, qualifiers);
      qualifiers = right.qualifiers;
      const terms = [...termsOf(kind, expression), ...termsOf(kind, right.expression)];
      expression = { kind, terms, span: stream.node(start) };
      checkDepth(expression);
    }
  });
}

function termsOf(kind: 'and' | 'or', expression: Expression): readonly Expression[] {
  return expression.kind === kind ? expression.terms : [expression];
}

function parseOperand(stream: TokenStream, inherited: Qualifiers | null): Part {
  const { start } = stream.current.span;
  if (stream.takeIf('not', '!')) {
    const { expression, qualifiers } = stream.deeper(() => parseOperand(stream, inherited));
    return { expression: { kind: 'not', term: expression, span: stream.node(start) }, qualifiers };
  }
  if (stream.isArithmeticAhead()) return { expression: parseComparison(stream), qualifiers: null };
  if (stream.takeIf('(')) return parseGroup(stream, inherited);
  return parsePrimitive(stream, inherited);
}

/** In parentheses ids inherit what stood before, and nothing is inherited from inside. */
function parseGroup(stream: TokenStream, inherited: Qualifiers | null): Part {
  const { expression } = parseExpression(stream, inherited);
  stream.expect(')', 'close the parenthesis with ")", or join with "and" or "or"');
  return { expression, qualifiers: inherited };
}

function parsePrimitive(stream: TokenStream, inherited: Qualifiers | null): Part {
  const { current } = stream;
  const { start } = current.span;
  if (current.kind === 'end' || current.kind === 'sign') return parseSign(stream);
  if (current.kind !== 'word') return parseInherited(stream, inherited);
  const { text } = current;
  if (Object.hasOwn(refusedWords, text)) throw new FilterError('FILTER_UNSUPPORTED', refusedWords[text]!, current.span);
  if (text === 'len' || text === 'length' || isField(stream))
    return { expression: parseComparison(stream), qualifiers: null };
  if (text === 'inner') return { expression: parseInner(stream), qualifiers: null };
  if (Object.hasOwn(wordParsers, text)) {
    stream.take();
    return { expression: wordParsers[text]!(stream, start), qualifiers: null };
  }
  const protocol = Object.hasOwn(protocolWords, text) ? protocolWords[text]! : null;
  if (protocol !== null) return parseProtocol(stream, protocol);
  const qualifiers = parseQualifiers(stream, null);
  if (qualifiers !== null) return parseIds(stream, qualifiers, start);
  if (stream.is('broadcast', 'multicast')) return parseCast(stream, 'link', start);
  return parseInherited(stream, inherited);
}

/** `vlan` is a primitive, unless it is compared or reckoned with. */
function isField(stream: TokenStream): boolean {
  const { current, next } = stream;
  if (!fieldWords.has(current.text)) return false;
  return current.text !== 'vlan' || (next.kind === 'sign' && !['(', ')', '!', '&&', '||'].includes(next.text));
}

function parseSign(stream: TokenStream): Part {
  if (stream.is('-')) return { expression: parseComparison(stream), qualifiers: null };
  throw stream.unexpected('an expression is missing, such as "tcp dst port 23"');
}

/** An id without a word before it is what the last one was. */
function parseInherited(stream: TokenStream, inherited: Qualifiers | null): Part {
  const { current } = stream;
  if (current.kind === 'word' && otherWords.has(current.text))
    throw stream.unexpected('an expression is missing before it');
  if (inherited !== null) {
    return { expression: parseId(stream, inherited, current.span.start), qualifiers: inherited };
  }
  if (current.kind === 'word') {
    const lower = current.text.toLowerCase();
    const isKnown = otherWords.has(lower) || Object.hasOwn(protocolWords, lower);
    const hint = isKnown ? `write "${lower}"` : 'it is no word of the filter language';
    throw new FilterError('FILTER_UNKNOWN_WORD', `"${current.text}" is not known: ${hint}`, current.span);
  }
  const words = current.kind === 'mac' ? 'ether host' : current.kind === 'number' ? 'port or host' : 'host or net';
  const sentence = `what is "${current.text}"? Write ${words} before it`;
  throw new FilterError('FILTER_SYNTAX', sentence, current.span);
}

/** A protocol's word: alone, before qualifiers, before brackets. */
function parseProtocol(stream: TokenStream, protocol: ProtocolWord): Part {
  const { start } = stream.current.span;
  if (stream.next.kind === 'sign' && stream.next.text === '[')
    return { expression: parseComparison(stream), qualifiers: null };
  const word = stream.take();
  if (stream.is('broadcast', 'multicast')) return parseCast(stream, protocol, start);
  if (protocol === 'link' && stream.is('type', 'subtype', 'dir', 'direction')) {
    return { expression: wordParsers[stream.take().text]!(stream, start), qualifiers: null };
  }
  if (stream.is('gateway')) throw new FilterError('FILTER_UNSUPPORTED', refusedWords.gateway!, stream.current.span);
  const qualifiers = parseQualifiers(stream, protocol);
  if (qualifiers !== null) return parseIds(stream, qualifiers, start);
  if (protocol === 'link' || protocol === 'radio') {
    const sentence = `"${word.text}" alone asks nothing: write "${word.text}[0] = …"${protocol === 'link' ? `, "${word.text} host …" or "${word.text} proto …"` : ''}`;
    throw new FilterError('FILTER_SYNTAX', sentence, word.span);
  }
  return { expression: { kind: 'protocol', word: protocol, span: stream.node(start) }, qualifiers: null };
}

function parseCast(stream: TokenStream, protocol: ProtocolWord, start: number): Part {
  const { text, span } = stream.take();
  const kind = text as 'broadcast' | 'multicast';
  if (protocol !== 'link' && protocol !== 'ip' && !(protocol === 'ip6' && kind === 'multicast')) {
    const sentence = `"${protocol} ${kind}" means nothing: before "${kind}" stands ether or ip${kind === 'multicast' ? ' or ip6' : ''}`;
    throw new FilterError('FILTER_BAD_VALUE', sentence, span);
  }
  return { expression: { kind, protocol, span: stream.node(start) }, qualifiers: null };
}

/** What follows qualifiers: an id, `not` an id, or ids in parentheses. */
function parseIds(stream: TokenStream, qualifiers: Qualifiers, start: number): Part {
  const expression = parseIdOrGroup(stream, qualifiers, start);
  return { expression, qualifiers };
}

function parseIdOrGroup(stream: TokenStream, qualifiers: Qualifiers, start: number): Expression {
  const { current } = stream;
  if (stream.takeIf('not', '!')) {
    const term = stream.deeper(() => parseIdOrGroup(stream, qualifiers, current.span.start));
    return { kind: 'not', term, span: stream.node(start) };
  }
  if (!stream.takeIf('(')) return parseId(stream, qualifiers, start);
  return stream.deeper(() => {
    const { expression } = parseExpression(stream, qualifiers);
    stream.expect(')', 'close the parenthesis with ")", or join with "and" or "or"');
    return expression;
  });
}

function parseInner(stream: TokenStream): InnerPrimitive {
  const { start } = stream.take().span;
  const { current } = stream;
  if (current.kind !== 'end' && !stream.is('(', 'not', '!')) {
    const { expression } = parsePrimitive(stream, null);
    if (isInnerTerm(expression)) return { kind: 'inner', term: expression, span: stream.node(start) };
  }
  const sentence =
    'inner is followed by one host, net, port, portrange, proto or protocol, such as "inner dst port 53"';
  throw new FilterError('FILTER_SYNTAX', sentence, current.span);
}

const INNER_WORDS = ['ip', 'ip6', 'tcp', 'udp', 'sctp', 'icmp', 'icmp6', 'igmp', 'pim', 'ah', 'esp', 'vrrp', 'carp'];

function isInnerTerm(expression: Expression): expression is InnerTerm {
  const { kind } = expression;
  if (kind === 'port') return true;
  if (kind === 'host' || kind === 'net') return expression.protocol !== 'arp' && expression.protocol !== 'rarp';
  if (kind === 'protocolNumber') return !expression.chain && ['ip', 'ip6', 'any'].includes(expression.layer);
  return kind === 'protocol' && INNER_WORDS.includes(expression.word);
}

/** Alternating `and` and `or` make a tree as deep as it is long. */
function checkDepth(expression: Expression): void {
  let depth = 0;
  for (let at = expression; at.kind === 'and' || at.kind === 'or'; at = at.terms[0]!) {
    if (++depth <= 100) continue;
    const sentence = 'and and or alternate more than 100 times: put parts in parentheses';
    throw new FilterError('FILTER_TOO_LARGE', sentence, expression.span);
  }
}
