/** IPv4 (RFC 791), IPv6 and its extension headers (RFC 8200). */
import { isChecksumGood, sumWords } from '../internet-checksum.ts';
import { protocolName } from '../protocols.ts';
import type { DissectNote } from './names.ts';
import { EtherType, Next, ofIp } from './next.ts';
import { hexNumber, type Step, type Walk } from './walk.ts';

const IPV4_BYTES = 20;
const IPV6_BYTES = 40;
const MIN_EXTENSION_BYTES = 8;

export function protocolText(protocol: number): string {
  const name = extensionNames[protocol] ?? protocolName(protocol);
  return name === String(protocol) ? name : `${protocol} (${name})`;
}

const ipv4: Step = (walk) => {
  const length = walk.has(0, 1) ? (walk.byte(0) & 0x0f) * 4 : IPV4_BYTES;
  walk.begin('IPv4', Math.max(IPV4_BYTES, length));
  const total = walk.has(2, 2) ? walk.word(2) : 0;
  const isOdd = !walk.has(0, 1) || length < IPV4_BYTES || walk.byte(0) >> 4 !== 4 || (total !== 0 && total < length);
  fillIpv4(walk, length);
  if (walk.available < IPV4_BYTES) return Next.none;
  if (isOdd) {
    walk.layer.note = 'badHeader';
    return Next.none;
  }
  takeIpv4(walk, length, total);
  return walk.fragment === 'later' ? Next.none : ofIp(walk.type);
};

function fillIpv4(walk: Walk, headerBytes: number): void {
  walk.add('version', 0, 1, () => String(walk.byte(0) >> 4));
  walk.add('headerLength', 0, 1, () => String(headerBytes));
  walk.number('trafficClass', 1, 1, hexNumber(2));
  walk.number('length', 2, 2);
  walk.number('identification', 4, 2, hexNumber(4));
  walk.add('flags', 6, 1, () => fragmentFlags(walk.byte(6)));
  walk.add('fragmentOffset', 6, 2, () => String((walk.word(6) & 0x1fff) * 8));
  walk.number('ttl', 8, 1);
  walk.number('protocol', 9, 1, protocolText);
  const checksum = walk.number('checksum', 10, 2, hexNumber(4));
  if (checksum >= 0) walk.layer.fields.at(-1)!.note = headerVerdict(walk, Math.max(IPV4_BYTES, headerBytes), checksum);
  walk.address('source', 12, 4);
  walk.address('target', 16, 4);
  fillOptions(walk, IPV4_BYTES, headerBytes);
}

function fragmentFlags(byte: number): string {
  const names = ['reserved', "don't fragment", 'more fragments'];
  return names.filter((_, bit) => (byte & (0x80 >> bit)) !== 0).join(', ') || '–';
}

function headerVerdict(walk: Walk, headerBytes: number, checksum: number): DissectNote {
  if (!walk.has(0, headerBytes)) return 'checksumNotWhole';
  if (isChecksumGood(sumWords(walk.view, walk.start, walk.start + headerBytes))) return 'checksumRight';
  return checksum === 0 ? 'checksumOffloaded' : 'checksumWrong';
}

const optionNames: Readonly<Record<number, string>> = {
  0: 'end',
  1: 'nop',
  7: 'record route',
  68: 'timestamp',
  131: 'loose source route',
  137: 'strict source route',
  148: 'router alert',
};

/** Options of IPv4. Each step goes forward. */
function fillOptions(walk: Walk, from: number, to: number): void {
  for (let at = from; at < to && walk.has(at, 1); ) {
    const type = walk.byte(at);
    const isSingle = type <= 1;
    const length = isSingle ? 1 : at + 1 < to && walk.has(at + 1, 1) ? walk.byte(at + 1) : 0;
    if (length === 0 || (!isSingle && length < 2) || at + length > to) {
      walk.note('badHeader');
      return;
    }
    walk.add('option', at, length, () => optionNames[type] ?? String(type));
    if (type === 0) return;
    at += length;
  }
}

/** As `sensor/decode` does: what is said of length and fragments decides what is read next. */
function takeIpv4(walk: Walk, headerBytes: number, total: number): void {
  const { start } = walk;
  const fragment = walk.word(6);
  walk.family = 4;
  walk.ipStart = start;
  walk.type = walk.byte(9);
  walk.rerouted = isUnderway(walk, headerBytes);
  walk.fragment = (fragment & 0x1fff) !== 0 ? 'later' : (fragment & 0x2000) !== 0 ? 'first' : 'whole';
  if (total !== 0) {
    walk.end = Math.min(walk.end, start + total);
    walk.wireEnd = Math.min(walk.wireEnd, start + total);
  }
  walk.ipEnd = total === 0 ? walk.wireEnd : start + total;
  walk.start = Math.min(walk.end, start + headerBytes);
}

/** A source route that is not at its end: then the target is that of a hop. */
function isUnderway(walk: Walk, headerBytes: number): boolean {
  for (let at = IPV4_BYTES; at + 2 < headerBytes && walk.has(at, 3); ) {
    const type = walk.byte(at);
    if (type === 0) return false;
    const length = type === 1 ? 1 : walk.byte(at + 1);
    if (type === 131 || type === 137) return length >= 2 && walk.byte(at + 2) <= length;
    if (type !== 1 && length < 2) return false;
    at += length;
  }
  return false;
}

const ipv6: Step = (walk) => {
  walk.begin('IPv6', IPV6_BYTES);
  const isOdd = walk.has(0, 1) && walk.byte(0) >> 4 !== 6;
  walk.add('version', 0, 1, () => String(walk.byte(0) >> 4));
  walk.add('trafficClass', 0, 2, () => hexNumber(2)((walk.word(0) >> 4) & 0xff));
  walk.add('label', 1, 3, () => hexNumber(5)(walk.view.getUint32(walk.start) & 0xfffff));
  const payloadBytes = walk.number('length', 4, 2);
  const next = walk.number('nextHeader', 6, 1, protocolText);
  walk.number('hopLimit', 7, 1);
  walk.address('source', 8, 6);
  walk.address('target', 24, 6);
  if (isOdd) walk.layer.note = 'badHeader';
  if (isOdd || walk.available < IPV6_BYTES) return Next.none;
  takeIpv6(walk, payloadBytes);
  return behindIpv6(walk, next);
};

/** A payload length of 0 is a jumbogram, or a packet that the card cut up later: the frame's end holds. */
function takeIpv6(walk: Walk, payloadBytes: number): void {
  walk.family = 6;
  walk.ipStart = walk.start;
  walk.fragment = 'whole';
  walk.rerouted = false;
  walk.start += IPV6_BYTES;
  if (payloadBytes !== 0) {
    walk.end = Math.min(walk.end, walk.start + payloadBytes);
    walk.wireEnd = Math.min(walk.wireEnd, walk.start + payloadBytes);
  }
  walk.ipEnd = payloadBytes === 0 ? walk.wireEnd : walk.start + payloadBytes;
}

function behindIpv6(walk: Walk, type: number): number {
  walk.type = type;
  return walk.fragment === 'later' ? Next.none : ofIp(type);
}

const Extension = { hopByHop: 0, routing: 43, fragment: 44, authentication: 51, destination: 60 } as const;
const HOME_ADDRESS = 0xc9;

const extensionNames: Readonly<Record<number, string>> = {
  0: 'hop-by-hop options',
  43: 'routing',
  44: 'fragment',
  51: 'authentication',
  60: 'destination options',
  135: 'mobility',
  139: 'HIP',
  140: 'Shim6',
};

/** Extension headers are such behind IPv6 only; behind IPv4 the same numbers are protocols of their own. */
const extension =
  (type: number): Step =>
  (walk) => {
    if (walk.family === 4) return Next.none;
    const length = walk.has(1, 1) ? extensionBytes(type, walk.byte(1)) : MIN_EXTENSION_BYTES;
    if (!walk.begin(`IPv6 ${extensionNames[type]}`, length)) return Next.none;
    const next = walk.number('nextHeader', 0, 1, protocolText);
    if (type !== Extension.fragment) walk.number('headerLength', 1, 1, () => String(length));
    fillExtension(walk, type, length);
    if (walk.layer.note !== undefined) return Next.none;
    walk.start += length;
    return behindIpv6(walk, next);
  };

function extensionBytes(type: number, length: number): number {
  if (type === Extension.fragment) return 8;
  return type === Extension.authentication ? Math.max(MIN_EXTENSION_BYTES, (length + 2) * 4) : (length + 1) * 8;
}

function fillExtension(walk: Walk, type: number, length: number): void {
  if (type === Extension.fragment) fillFragment(walk);
  else if (type === Extension.routing) {
    walk.number('type', 2, 1);
    walk.add('routing', 3, 1, () => String(walk.byte(3)));
    if (walk.byte(3) !== 0) walk.rerouted = true;
  } else if (type === Extension.hopByHop || type === Extension.destination) fillExtensionOptions(walk, length);
  else if (type === Extension.authentication && length >= 12) {
    walk.number('key', 4, 4, hexNumber(8));
    walk.number('sequence', 8, 4);
  }
}

function fillFragment(walk: Walk): void {
  const offsetAndMore = walk.word(2);
  walk.add('fragmentOffset', 2, 2, () => String((offsetAndMore >> 3) * 8));
  walk.add('flags', 3, 1, () => ((offsetAndMore & 1) !== 0 ? 'more fragments' : '–'));
  walk.number('identification', 4, 4, hexNumber(8));
  if (offsetAndMore >> 3 !== 0) walk.fragment = 'later';
  else if ((offsetAndMore & 1) !== 0) walk.fragment = 'first';
}

/** An option that reaches past the packet ends the chain: what seems to follow is not believed. */
function fillExtensionOptions(walk: Walk, length: number): void {
  for (let at = 2; at < length - 1; ) {
    const type = walk.byte(at);
    if (type === HOME_ADDRESS) walk.rerouted = true;
    const optionBytes = type === 0 ? 1 : 2 + walk.byte(at + 1);
    if (!walk.has(at, optionBytes)) {
      walk.layer.note = 'badHeader';
      return;
    }
    if (type > 1) walk.add('option', at, Math.min(optionBytes, length - at), () => hexNumber(2)(type));
    at += optionBytes;
  }
}

export const networkHeaders: readonly (readonly [number, Step])[] = [
  [EtherType.ipv4, ipv4],
  [EtherType.ipv6, ipv6],
  ...Object.keys(extensionNames).map((type) => [ofIp(Number(type)), extension(Number(type))] as const),
];
