/** An id and what its qualifiers make of it: an address, a network, a port, a protocol. */
import { FilterError } from './filter-error.ts';
import type { Token } from './lexer.ts';
import { etherProtocols, ipProtocols, isoProtocols, services } from './names.ts';
import type { Qualifiers } from './qualifiers.ts';
import type {
  Direction,
  EthernetHostPrimitive,
  HostPrimitive,
  NetPrimitive,
  PortPrimitive,
  ProtocolNumberPrimitive,
  ProtocolWord,
} from './syntax.ts';
import type { TokenStream } from './token-stream.ts';

export type IdPrimitive =
  | HostPrimitive
  | EthernetHostPrimitive
  | NetPrimitive
  | PortPrimitive
  | ProtocolNumberPrimitive;

/** Reads one id. `start` is where its qualifiers begin, or the id itself where they are inherited. */
export function parseId(stream: TokenStream, qualifiers: Qualifiers, start: number): IdPrimitive {
  const token = stream.take();
  if (token.kind === 'end' || token.kind === 'sign') throw missingId(token, qualifiers);
  switch (qualifiers.type) {
    case 'port':
      return port(stream, token, qualifiers, start, false);
    case 'portrange':
      return port(stream, token, qualifiers, start, true);
    case 'proto':
    case 'protochain':
      return protocolNumber(stream, token, qualifiers, start);
    case 'net':
      return net(stream, token, qualifiers, start);
    case 'host':
      return host(stream, token, qualifiers, start);
  }
}

function missingId(token: Token, { type }: Qualifiers): FilterError {
  const examples = {
    host: 'an address, such as 192.0.2.1',
    net: 'a network, such as 192.0.2.0/24',
    port: 'a port, such as 80',
    portrange: 'two ports, such as 1-1023',
    proto: 'a protocol, such as 47',
    protochain: 'a protocol, such as 47',
  };
  return new FilterError('FILTER_SYNTAX', `"${type}" is followed by ${examples[type]}`, token.span);
}

type AddressDirection = HostPrimitive['direction'];

function addressDirection(direction: Direction | null): AddressDirection {
  return direction === 'src' || direction === 'dst' || direction === 'both' ? direction : 'either';
}

/** Which header an address of this family is looked for in. Throws FilterError for one that has none. */
function addressProtocol(protocol: ProtocolWord | null, family: 4 | 6, token: Token): HostPrimitive['protocol'] {
  const fits = family === 4 ? ['ip', 'arp', 'rarp'] : ['ip6'];
  if (protocol === null) return null;
  if (fits.includes(protocol)) return protocol as HostPrimitive['protocol'];
  const sentence = `"${protocol}" has no IPv${family} addresses: write "${protocol} and host ${token.text}"`;
  throw new FilterError('FILTER_BAD_VALUE', sentence, token.span);
}

function host(stream: TokenStream, token: Token, given: Qualifiers, start: number): IdPrimitive {
  if (given.protocol === 'decnet')
    throw new FilterError('FILTER_UNSUPPORTED', 'addresses of DECnet are not read here', token.span);
  if (given.protocol === 'link') return ethernetHost(stream, token, given, start);
  const direction = addressDirection(given.direction);
  if (stream.is('/', 'mask'))
    throw new FilterError('FILTER_SYNTAX', `a mask belongs to a network: write "net ${token.text}"`, token.span);
  if (token.kind === 'ipv6') {
    const protocol = addressProtocol(given.protocol, 6, token);
    return { kind: 'host', protocol, direction, family: 6, words: token.words, span: stream.node(start) };
  }
  if (token.kind === 'dotted' && token.parts.length < 4) return net(stream, token, given, start);
  if (token.kind === 'dotted' || token.kind === 'number') {
    const protocol = addressProtocol(given.protocol, 4, token);
    const word = token.kind === 'number' ? token.value : wordOfParts(token.parts);
    return { kind: 'host', protocol, direction, family: 4, words: [word], span: stream.node(start) };
  }
  if (token.kind === 'mac') {
    const sentence = `${token.text} is a hardware address: write "ether host ${token.text}"`;
    throw new FilterError('FILTER_BAD_VALUE', sentence, token.span);
  }
  const sentence = `"${token.text}" is no address, and names of hosts are not looked up: write the address`;
  throw new FilterError('FILTER_UNKNOWN_WORD', sentence, token.span);
}

function ethernetHost(stream: TokenStream, token: Token, given: Qualifiers, start: number): EthernetHostPrimitive {
  if (token.kind !== 'mac') {
    const sentence = `"${token.text}" is no hardware address: write one such as 00:53:00:12:34:56`;
    throw new FilterError('FILTER_BAD_VALUE', sentence, token.span);
  }
  const direction = given.direction ?? 'either';
  return { kind: 'ethernetHost', direction, bytes: token.bytes, span: stream.node(start) };
}

function net(stream: TokenStream, token: Token, given: Qualifiers, start: number): NetPrimitive {
  const direction = addressDirection(given.direction);
  if (token.kind === 'ipv6') {
    const protocol = addressProtocol(given.protocol, 6, token);
    const length = stream.takeIf('/') ? prefixLength(stream, 128) : 128;
    const mask = [0, 1, 2, 3].map((word) => prefixWord(length - word * 32));
    checkHostBits(token, token.words, mask);
    return { kind: 'net', protocol, direction, family: 6, words: token.words, mask, span: stream.node(start) };
  }
  if (token.kind !== 'dotted' && token.kind !== 'number') {
    const sentence = `"${token.text}" is no network: write one such as 192.0.2.0/24 or 2001:db8::/32`;
    throw new FilterError('FILTER_BAD_VALUE', sentence, token.span);
  }
  const protocol = addressProtocol(given.protocol, 4, token);
  const { word, length } = network(token);
  const mask = maskOf(stream, length);
  checkHostBits(token, [word], [mask]);
  return { kind: 'net', protocol, direction, family: 4, words: [word], mask: [mask], span: stream.node(start) };
}

/** `10` is 10.0.0.0/8, `192.168` is 192.168.0.0/16; a large number is an address. */
function network(token: Token & { kind: 'dotted' | 'number' }): { word: number; length: number } {
  if (token.kind === 'dotted') return { word: wordOfParts(token.parts), length: token.parts.length * 8 };
  let word = token.value;
  let length = 32;
  while (word !== 0 && word < 0x01000000) {
    word *= 256;
    length -= 8;
  }
  return { word, length };
}

function maskOf(stream: TokenStream, length: number): number {
  if (stream.takeIf('/')) return prefixWord(prefixLength(stream, 32));
  if (!stream.takeIf('mask')) return prefixWord(length);
  const token = stream.take();
  if (token.kind === 'dotted') return wordOfParts(token.parts);
  throw new FilterError('FILTER_BAD_VALUE', '"mask" is followed by a mask, such as 255.255.0.0', token.span);
}

function prefixLength(stream: TokenStream, maximum: number): number {
  const token = stream.take();
  if (token.kind === 'number' && token.value <= maximum) return token.value;
  throw new FilterError('FILTER_BAD_VALUE', `"/" is followed by a number from 0 to ${maximum}`, token.span);
}

function prefixWord(bits: number): number {
  return bits <= 0 ? 0 : bits >= 32 ? 0xffffffff : (0xffffffff << (32 - bits)) >>> 0;
}

function checkHostBits(token: Token, words: readonly number[], mask: readonly number[]): void {
  if (words.every((word, index) => (word & ~mask[index]!) === 0)) return;
  const sentence = `${token.text} has bits set outside of its mask: set them to 0, or write a longer mask`;
  throw new FilterError('FILTER_BAD_VALUE', sentence, token.span);
}

/** The parts there are, from the left; the rest is 0. */
function wordOfParts(parts: readonly number[]): number {
  return [0, 1, 2, 3].reduce((word, index) => word * 256 + (parts[index] ?? 0), 0);
}

function port(stream: TokenStream, token: Token, given: Qualifiers, start: number, isRange: boolean): PortPrimitive {
  const { protocol } = given;
  if (protocol !== null && protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp') {
    const sentence = `"${protocol}" has no ports: write tcp, udp or sctp before "${given.type}", or nothing`;
    throw new FilterError('FILTER_BAD_VALUE', sentence, token.span);
  }
  const [first, second] = isRange ? rangeOf(token) : [token.text, token.text];
  const from = portOf(token, first, protocol);
  const to = portOf(token, second, protocol);
  const named = from.protocol === to.protocol ? from.protocol : null;
  return {
    kind: 'port',
    protocol: protocol ?? named,
    direction: addressDirection(given.direction),
    from: Math.min(from.port, to.port),
    to: Math.max(from.port, to.port),
    span: stream.node(start),
  };
}

function rangeOf(token: Token): [string, string] {
  const parts = token.text.split('-');
  if (token.kind === 'number') return [token.text, token.text];
  if (token.kind === 'word' && parts.length === 2) return [parts[0]!, parts[1]!];
  throw new FilterError('FILTER_BAD_VALUE', `"${token.text}" is no range: write two ports, such as 1-1023`, token.span);
}

function portOf(token: Token, text: string, wanted: 'tcp' | 'udp' | 'sctp' | null) {
  const isNumber = token.kind === 'number' || (token.kind === 'word' && /^(?:\d+|0x[0-9a-f]+)$/i.test(text));
  if (isNumber) {
    const value = token.kind === 'number' ? token.value : /^0\d/.test(text) ? Number.parseInt(text, 8) : Number(text);
    if (value <= 65_535) return { port: value, protocol: null };
    throw new FilterError('FILTER_BAD_VALUE', `${text} is no port: ports go from 0 to 65535`, token.span);
  }
  const found = token.kind !== 'dotted' && Object.hasOwn(services, text) ? services[text] : undefined;
  if (found === undefined) {
    const sentence = `"${text}" is no service that is known here: give the port as a number`;
    throw new FilterError('FILTER_UNKNOWN_WORD', sentence, token.span);
  }
  if (wanted !== null && found.protocol !== null && found.protocol !== wanted) {
    const sentence = `${text} is a service of ${found.protocol}: write "${wanted} port ${found.port}"`;
    throw new FilterError('FILTER_BAD_VALUE', sentence, token.span);
  }
  return found;
}

function protocolNumber(stream: TokenStream, token: Token, given: Qualifiers, start: number): ProtocolNumberPrimitive {
  const chain = given.type === 'protochain';
  const layer = layerOf(token, given);
  const number = token.kind === 'number' ? token.value : protocolByName(token, layer);
  return { kind: 'protocolNumber', layer, number, chain, span: stream.node(start) };
}

function layerOf(token: Token, { protocol, type }: Qualifiers): ProtocolNumberPrimitive['layer'] {
  const layers = type === 'proto' ? ['link', 'ip', 'ip6', 'iso', 'isis'] : ['ip', 'ip6'];
  if (protocol === null) return 'any';
  if (layers.includes(protocol)) return protocol as ProtocolNumberPrimitive['layer'];
  const sentence = `"${protocol} ${type}" means nothing: before "${type}" stands ${layers.join(', ').replace('link', 'ether')} or nothing`;
  throw new FilterError('FILTER_BAD_VALUE', sentence, token.span);
}

function protocolByName(token: Token, layer: ProtocolNumberPrimitive['layer']): number {
  const names =
    layer === 'link' ? etherProtocols : layer === 'iso' ? isoProtocols : layer === 'isis' ? {} : ipProtocols;
  const name = layer === 'link' ? token.text : token.text.toLowerCase();
  const known = names as Readonly<Record<string, number>>;
  if (token.kind !== 'dotted' && Object.hasOwn(known, name)) return known[name]!;
  const sentence = `"${token.text}" is no protocol that is known here: give its number`;
  throw new FilterError('FILTER_UNKNOWN_WORD', sentence, token.span);
}
