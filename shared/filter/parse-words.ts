/** Primitives that are a word with at most a value behind it. */

import { TrafficClass, type TrafficClassName } from '../protocols.ts';
import { radiationIds, radiationWords } from '../radiation.ts';
import { Tag, tagNames } from '../tags.ts';
import { FilterError } from './filter-error.ts';
import type { Token } from './lexer.ts';
import { wlanDirections, wlanSubtypes, wlanTypes } from './names.ts';
import type { Comparison, Expression, LlcType } from './syntax.ts';
import type { TokenStream } from './token-stream.ts';
import { llcTypes } from './words.ts';

type WordParser = (stream: TokenStream, start: number) => Expression;

/** Each is called with its word already taken. */
export const wordParsers: Readonly<Record<string, WordParser>> = {
  vlan: (stream, start) => {
    const id = optionalNumber(stream, 4095, 'VLAN ids');
    return { kind: 'vlan', id, span: stream.node(start) };
  },
  mpls: (stream, start) => {
    const label = optionalNumber(stream, 0xfffff, 'MPLS labels');
    return { kind: 'mpls', label, span: stream.node(start) };
  },
  pppoed: (stream, start) => ({ kind: 'pppoed', session: null, span: stream.node(start) }),
  pppoes: (stream, start) => {
    const session = optionalNumber(stream, 0xffff, 'PPPoE sessions');
    return { kind: 'pppoes', session, span: stream.node(start) };
  },
  llc: (stream, start) => {
    const type = stream.current.kind === 'word' && !stream.is('and', 'or') ? llcType(stream.take()) : null;
    return { kind: 'llc', type, span: stream.node(start) };
  },
  less: (stream, start) => lengthComparison(stream, start, '<='),
  greater: (stream, start) => lengthComparison(stream, start, '>='),
  inbound: (stream, start) => ({ kind: 'inbound', span: stream.node(start) }),
  outbound: (stream, start) => ({ kind: 'outbound', span: stream.node(start) }),
  ifindex: (stream, start) => {
    const index = number(stream, 0xffffffff, 'interfaces');
    return { kind: 'ifindex', index, span: stream.node(start) };
  },
  type: (stream, start) => parseWlanType(stream, start),
  subtype: (stream, start) => {
    const { value } = wlanSubtype(stream.take(), Object.keys(wlanTypes));
    return { kind: 'wlanType', value, mask: 0xfc, span: stream.node(start) };
  },
  dir: (stream, start) => parseWlanDirection(stream, start),
  direction: (stream, start) => parseWlanDirection(stream, start),
  tag: (stream, start) => {
    const { text: name } = known(stream.take(), 'tag', tagNames);
    return { kind: 'tag', name, bit: Tag[name as keyof typeof Tag], span: stream.node(start) };
  },
  class: (stream, start) => {
    const { text: name } = known(stream.take(), 'class', Object.keys(TrafficClass));
    return { kind: 'class', name, id: TrafficClass[name as TrafficClassName], span: stream.node(start) };
  },
  radiation: (stream, start) => {
    const { text: name } = known(stream.take(), 'radiation', radiationWords);
    return { kind: 'radiation', name, ids: radiationIds(name), span: stream.node(start) };
  },
  country: (stream, start) => {
    const token = stream.take();
    const code = token.text === 'unknown' ? '' : token.text.toUpperCase();
    if (token.kind === 'end' || !/^(?:[A-Z]{2})?$/.test(code)) {
      const sentence = 'country is followed by two letters of ISO 3166, such as JP, or by unknown';
      throw new FilterError('FILTER_BAD_VALUE', sentence, token.span);
    }
    return { kind: 'country', code, span: stream.node(start) };
  },
  asn: (stream, start) => {
    const value = number(stream, 0xffffffff, 'autonomous systems');
    return { kind: 'asn', number: value, span: stream.node(start) };
  },
  sensor: (stream, start) => {
    const token = stream.take();
    if (token.kind === 'end' || token.kind === 'sign' || token.text === '') {
      const sentence = 'sensor is followed by its name, in quotes where it has blanks or is a word of the language';
      throw new FilterError('FILTER_SYNTAX', sentence, token.span);
    }
    return { kind: 'sensor', name: token.text, span: stream.node(start) };
  },
  organisation: (stream, start) => {
    const id = number(stream, 0xffff, 'organisations');
    return { kind: 'organisation', id, span: stream.node(start) };
  },
};

/** Throws FilterError where there is no number, or one above `maximum`. */
function number(stream: TokenStream, maximum: number, what: string): number {
  const token = stream.take();
  if (token.kind !== 'number')
    throw new FilterError('FILTER_SYNTAX', `a number from 0 to ${maximum} is missing here`, token.span);
  if (token.value <= maximum) return token.value;
  throw new FilterError('FILTER_BAD_VALUE', `${token.text} is too large: ${what} go up to ${maximum}`, token.span);
}

/** Also in parentheses; null where there is none. */
function optionalNumber(stream: TokenStream, maximum: number, what: string): number | null {
  if (stream.current.kind === 'number') return number(stream, maximum, what);
  if (!stream.is('(')) return null;
  return stream.deeper(() => {
    stream.take();
    const value = optionalNumber(stream, maximum, what);
    if (value === null) throw stream.unexpected(`a number from 0 to ${maximum} stands in these parentheses`);
    stream.expect(')', 'close the parenthesis with ")"');
    return value;
  });
}

function lengthComparison(stream: TokenStream, start: number, relation: '<=' | '>='): Comparison {
  const value = number(stream, 0xffffffff, 'lengths');
  const span = stream.node(start);
  return {
    kind: 'comparison',
    relation,
    left: { kind: 'length', span },
    right: { kind: 'number', value, span: stream.last.span },
    span,
  };
}

function llcType(token: Token): LlcType {
  const { text } = known({ ...token, text: token.text.toLowerCase() } as Token, 'llc', llcTypes);
  return text as LlcType;
}

function known(token: Token, word: string, names: readonly string[]): Token {
  if (token.kind !== 'end' && names.includes(token.text)) return token;
  const found = token.kind === 'end' ? 'a name is missing' : `"${token.text}" is none`;
  throw new FilterError(
    'FILTER_UNKNOWN_WORD',
    `${found}: ${word} is followed by one of ${names.join(', ')}`,
    token.span,
  );
}

function parseWlanType(stream: TokenStream, start: number): Expression {
  const token = stream.take();
  const type = token.kind === 'number' ? token.value : wlanTypes[known(token, 'type', Object.keys(wlanTypes)).text]!;
  if ((type & ~0x0c) !== 0) throw new FilterError('FILTER_BAD_VALUE', 'types of 802.11 are 0, 4, 8 and 12', token.span);
  if (!stream.takeIf('subtype')) return { kind: 'wlanType', value: type, mask: 0x0c, span: stream.node(start) };
  const name = Object.keys(wlanTypes).find((key) => wlanTypes[key] === type);
  const { value } = wlanSubtype(stream.take(), name === undefined ? [] : [name]);
  return { kind: 'wlanType', value: type | (value & 0xf0), mask: 0xfc, span: stream.node(start) };
}

function wlanSubtype(token: Token, types: readonly string[]): { value: number } {
  if (token.kind === 'number' && types.length <= 1 && (token.value & ~0xf0) === 0) return { value: token.value };
  for (const type of types) {
    const subtypes = wlanSubtypes[type]!;
    if (token.kind !== 'end' && Object.hasOwn(subtypes, token.text))
      return { value: wlanTypes[type]! | subtypes[token.text]! };
  }
  if (token.kind === 'number' || types.length === 0) {
    const sentence = `${types.length > 1 ? 'behind "type" ' : ''}a subtype's number is a multiple of 16 up to 240, such as 0x80`;
    throw new FilterError('FILTER_BAD_VALUE', sentence, token.span);
  }
  const names = types.flatMap((type) => Object.keys(wlanSubtypes[type]!));
  known(token, 'subtype', names);
  throw new FilterError('FILTER_UNKNOWN_WORD', `subtype is followed by one of ${names.join(', ')}`, token.span);
}

function parseWlanDirection(stream: TokenStream, start: number): Expression {
  const token = stream.take();
  const value =
    token.kind === 'number' ? token.value : wlanDirections[known(token, 'dir', Object.keys(wlanDirections)).text]!;
  if (value > 3) throw new FilterError('FILTER_BAD_VALUE', 'directions of 802.11 go from 0 to 3', token.span);
  return { kind: 'wlanDirection', value, span: stream.node(start) };
}
