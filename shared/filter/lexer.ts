/** Cuts a filter's text into words, numbers, addresses and signs. At every place the longest of them is taken, as tcpdump does. */
import { parseIpv6 } from '../address.ts';
import { FilterError } from './filter-error.ts';
import type { Span } from './syntax.ts';
import { constants } from './words.ts';

export const MAX_TEXT_CHARACTERS = 8_192;
/** Sentences about a word repeat it. */
export const MAX_WORD_CHARACTERS = 255;

export type Token =
  | { readonly kind: 'word' | 'sign'; readonly text: string; readonly span: Span }
  /** A name that is not a keyword whatever it is: `\tcp`, or `"in quotes"`. */
  | { readonly kind: 'name'; readonly text: string; readonly span: Span }
  | { readonly kind: 'number'; readonly text: string; readonly value: number; readonly span: Span }
  /** 192.0.2.1, 192.0.2 or 192.0. */
  | { readonly kind: 'dotted'; readonly text: string; readonly parts: readonly number[]; readonly span: Span }
  | { readonly kind: 'ipv6'; readonly text: string; readonly words: readonly number[]; readonly span: Span }
  | { readonly kind: 'mac'; readonly text: string; readonly bytes: readonly number[]; readonly span: Span }
  | { readonly kind: 'end'; readonly text: ''; readonly span: Span };

const BLANKS = /[ \t\r\n]+/y;
const MAC_WITH_COLONS = /[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}(?![0-9a-z:])/iy;
/** Bounded, since it is tried at every place: no address is longer than 45 characters. */
const IPV6 = /(?:[0-9a-f]{0,4}:){2,8}[0-9a-f:.]{0,45}/iy;
const SIGN = /&&|\|\||<<|>>|<=|>=|!=|==|[-+*/%:[\]!<>()&|^=]/y;
/** Letters, digits, and between them also `-`, `_` and `.`; a full stop may end it. */
const WORD = /[A-Za-z0-9](?:[-_.A-Za-z0-9]*[.A-Za-z0-9])?/y;
const ESCAPED = /\\([^ !()\t\r\n]+)/y;
const QUOTED = /"([^"\r\n]*)"/y;

const NUMBER = /^(?:0x[0-9a-f]+|\d+)$/i;
const DOTTED = /^\d+(?:\.\d+){1,3}$/;
/** The other ways to write a hardware address: aa-bb-…, aa.bb.…, aabb.ccdd.eeff, aabbccddeeff. */
const MAC_WORD =
  /^(?:[0-9a-f]{1,2}(?:-[0-9a-f]{1,2}){5}|[0-9a-f]{1,2}(?:\.[0-9a-f]{1,2}){5}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}|[0-9a-f]{12})$/i;

/** Throws FilterError. The last token is the end. */
export function tokenize(text: string): Token[] {
  if (text.length > MAX_TEXT_CHARACTERS) {
    throw new FilterError(
      'FILTER_TOO_LARGE',
      `the filter has ${text.length} characters; at most ${MAX_TEXT_CHARACTERS} are read`,
      { start: MAX_TEXT_CHARACTERS, end: text.length },
    );
  }
  const tokens: Token[] = [];
  let at = skipBlanks(text, 0);
  while (at < text.length) {
    const token = readToken(text, at);
    tokens.push(token);
    at = skipBlanks(text, token.span.end);
  }
  tokens.push({ kind: 'end', text: '', span: { start: text.length, end: text.length } });
  return tokens;
}

function skipBlanks(text: string, at: number): number {
  return at + match(BLANKS, text, at).length;
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

function readToken(text: string, at: number): Token {
  const spanOf = (found: string): Span => checkLength({ start: at, end: at + found.length });
  const mac = match(MAC_WITH_COLONS, text, at);
  if (mac !== '') return { kind: 'mac', text: mac, bytes: macBytes(mac.split(':')), span: spanOf(mac) };
  const ipv6 = match(IPV6, text, at);
  const words = ipv6 === '' ? null : parseIpv6(ipv6);
  if (words !== null) return { kind: 'ipv6', text: ipv6, words: [...words], span: spanOf(ipv6) };
  const word = match(WORD, text, at);
  if (word !== '') return readWord(word, spanOf(word));
  const sign = match(SIGN, text, at);
  if (sign !== '') return { kind: 'sign', text: sign === '==' ? '=' : sign, span: spanOf(sign) };
  const escaped = match(ESCAPED, text, at);
  if (escaped !== '') return { kind: 'name', text: escaped.slice(1), span: spanOf(escaped) };
  const quoted = match(QUOTED, text, at);
  if (quoted !== '') return { kind: 'name', text: quoted.slice(1, -1), span: spanOf(quoted) };
  const character = String.fromCodePoint(text.codePointAt(at)!);
  throw new FilterError('FILTER_UNKNOWN_WORD', `"${character}" means nothing in a filter: leave it out`, {
    start: at,
    end: at + character.length,
  });
}

function checkLength(span: Span): Span {
  const length = span.end - span.start;
  if (length <= MAX_WORD_CHARACTERS) return span;
  const sentence = `a word of ${length} characters: at most ${MAX_WORD_CHARACTERS} are read`;
  throw new FilterError('FILTER_TOO_LARGE', sentence, span);
}

function readWord(text: string, span: Span): Token {
  if (MAC_WORD.test(text)) {
    const digits = /^[0-9a-f]{12}$/i.test(text) || /^[0-9a-f]{4}\./i.test(text);
    const bytes = digits ? text.replaceAll('.', '').match(/../g)! : text.split(/[-.]/);
    return { kind: 'mac', text, bytes: macBytes(bytes), span };
  }
  if (NUMBER.test(text)) return { kind: 'number', text, value: readNumber(text, span), span };
  if (DOTTED.test(text)) return { kind: 'dotted', text, parts: readDotted(text, span), span };
  const value = Object.hasOwn(constants, text) ? constants[text] : undefined;
  return value === undefined ? { kind: 'word', text, span } : { kind: 'number', text, value, span };
}

function macBytes(parts: readonly string[]): number[] {
  return parts.map((part) => Number.parseInt(part, 16));
}

/** Decimal, hexadecimal with 0x, octal with a leading 0, as in C. */
function readNumber(text: string, span: Span): number {
  const isOctal = /^0\d/.test(text);
  if (isOctal && /[89]/.test(text)) {
    throw new FilterError('FILTER_BAD_VALUE', `${text} begins with 0, so it is octal: leave the 0 out`, span);
  }
  const value = isOctal ? Number.parseInt(text, 8) : Number(text);
  if (value <= 0xffffffff) return value;
  throw new FilterError('FILTER_BAD_VALUE', `${text} is too large: numbers go up to 4294967295`, span);
}

function readDotted(text: string, span: Span): number[] {
  const parts = text.split('.').map(Number);
  if (parts.every((part) => part <= 255)) return parts;
  throw new FilterError('FILTER_BAD_VALUE', `${text} is no IPv4 address: its parts go from 0 to 255`, span);
}
