/** A tree as text: canonical, so that equal filters have equal texts. Reading it gives the same tree. */

import { formatIpv4, formatIpv6 } from '../address.ts';
import { wlanTypes } from './names.ts';
import type { Arithmetic, Expression, InnerTerm, NetPrimitive } from './syntax.ts';
import { otherWords, protocolWords, refusedWords, wordOfField } from './words.ts';

export function printFilter(expression: Expression): string {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return expression.terms.map(printTerm).join(` ${expression.kind} `);
    case 'not':
      return `not ${printTerm(expression.term)}`;
    case 'host':
      return words(expression.protocol, direction(expression.direction), 'host', address(expression.words));
    case 'ethernetHost':
      return words('ether', direction(expression.direction), 'host', expression.bytes.map(hexByte).join(':'));
    case 'net':
      return words(expression.protocol, direction(expression.direction), 'net', network(expression));
    case 'port': {
      const { protocol, from, to } = expression;
      const ports = from === to ? `port ${from}` : `portrange ${from}-${to}`;
      return words(protocol, direction(expression.direction), ports);
    }
    case 'protocol':
      return expression.word;
    case 'protocolNumber': {
      const { layer, chain, number } = expression;
      const before = layer === 'any' ? null : layer === 'link' ? 'ether' : layer;
      return words(before, chain ? 'protochain' : 'proto', String(number));
    }
    case 'broadcast':
    case 'multicast':
      return `${expression.protocol === 'link' ? 'ether' : expression.protocol} ${expression.kind}`;
    case 'vlan':
      return withValue('vlan', expression.id);
    case 'mpls':
      return withValue('mpls', expression.label);
    case 'pppoed':
    case 'pppoes':
      return withValue(expression.kind, expression.session);
    case 'geneve':
      return withValue('geneve', expression.network);
    case 'llc':
      return expression.type === null ? 'llc' : `llc ${expression.type}`;
    case 'wlanType':
      return wlanType(expression.value, expression.mask);
    case 'wlanDirection':
      return `dir ${expression.value}`;
    case 'inbound':
    case 'outbound':
      return expression.kind;
    case 'ifindex':
      return `ifindex ${expression.index}`;
    case 'comparison':
      return `${arithmetic(expression.left)} ${expression.relation} ${arithmetic(expression.right)}`;
    case 'tag':
    case 'class':
      return `${expression.kind} ${expression.name}`;
    case 'radiation':
      return `radiation ${expression.name}`;
    case 'country':
      return `country ${expression.code || 'unknown'}`;
    case 'asn':
      return `asn ${expression.number}`;
    case 'sensor':
      return `sensor ${quoted(expression.name)}`;
    case 'organisation':
      return `organisation ${expression.id}`;
    case 'inner':
      return `inner ${printFilter(expression.term satisfies InnerTerm)}`;
  }
}

/** `and` and `or` bind equally: inside of one another they need parentheses. */
function printTerm(expression: Expression): string {
  const text = printFilter(expression);
  return expression.kind === 'and' || expression.kind === 'or' ? `(${text})` : text;
}

function words(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null).join(' ');
}

function withValue(word: string, value: number | null): string {
  return value === null ? word : `${word} ${value}`;
}

function direction(value: string): string | null {
  return value === 'either' ? null : value === 'both' ? 'src and dst' : value;
}

function address(value: readonly number[]): string {
  return value.length === 1 ? formatIpv4(value[0]!) : formatIpv6(value);
}

function network({ words: value, mask }: NetPrimitive): string {
  const length = mask.reduce((sum, word) => sum + bitsSet(word), 0);
  const isPrefix = mask.every((word, index) => word === prefixWord(length - index * 32));
  return isPrefix ? `${address(value)}/${length}` : `${address(value)} mask ${address(mask)}`;
}

function bitsSet(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function prefixWord(bits: number): number {
  return bits <= 0 ? 0 : bits >= 32 ? 0xffffffff : (0xffffffff << (32 - bits)) >>> 0;
}

function hexByte(value: number): string {
  return value.toString(16).padStart(2, '0');
}

/** Numbers where there are no names: type 12 is reserved. */
function wlanType(value: number, mask: number): string {
  const type = value & 0x0c;
  const name = Object.keys(wlanTypes).find((key) => wlanTypes[key] === type) ?? String(type);
  return mask === 0x0c ? `type ${name}` : `type ${name} subtype ${value & 0xf0}`;
}

function quoted(name: string): string {
  // Only a name behind a backslash can have a quotation mark; it has no blanks.
  if (name.includes('"')) return `\\${name}`;
  const isWord = otherWords.has(name) || Object.hasOwn(protocolWords, name) || Object.hasOwn(refusedWords, name);
  return /^[A-Za-z][-_A-Za-z0-9]*[A-Za-z0-9]$/.test(name) && !isWord ? name : `"${name}"`;
}

/** Every operation inside another is in parentheses: nobody has to know which binds tighter. */
function arithmetic(value: Arithmetic, inside = false): string {
  switch (value.kind) {
    case 'number':
      return String(value.value);
    case 'length':
      return 'len';
    case 'field':
      return wordOfField(value.name);
    case 'load': {
      const { protocol, offset, size } = value;
      const word = protocol === 'link' ? 'ether' : protocol;
      return `${word}[${arithmetic(offset)}${size === 1 ? '' : `:${size}`}]`;
    }
    case 'negation':
      return `-(${arithmetic(value.operand)})`;
    case 'binary': {
      const text = `${arithmetic(value.left, true)} ${value.operator} ${arithmetic(value.right, true)}`;
      return inside ? `(${text})` : text;
    }
  }
}
