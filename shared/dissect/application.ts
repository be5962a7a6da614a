/**
 * The beginnings of what telescopes see most: DNS, TLS, NTP, and whatever begins with a line (HTTP, SSDP, SIP, SSH). Told by
 * the bytes, and by the port where these alone would prove nothing.
 */
import { Next } from './next.ts';
import { hexNumber, type Step, type Walk } from './walk.ts';

const DNS_PORTS = [53, 5353, 5355];
const NTP_PORT = 123;
const DNS_HEADER_BYTES = 12;
const NTP_BYTES = 48;
const MAX_NAME_BYTES = 255;
const MAX_LINE_BYTES = 512;

/** What TCP or UDP carries: one layer at most, and the rest is payload. */
export const application: Step = (walk) => {
  if (walk.available === 0) return Next.none;
  const [source, target] = portsOf(walk);
  const isAt = (ports: readonly number[]) => ports.includes(source) || ports.includes(target);
  const isTcp = walk.layer.name === 'TCP';
  if (isAt(DNS_PORTS)) return dns(walk, isTcp ? 2 : 0);
  if (!isTcp && isAt([NTP_PORT])) return ntp(walk);
  return isTls(walk) ? tls(walk) : firstLine(walk);
};

function portsOf(walk: Walk): readonly [number, number] {
  const of = (name: string) => Number(walk.layer.fields.find((field) => field.name === name)?.value ?? 0);
  return [of('sourcePort'), of('targetPort')];
}

/** RFC 1035; over TCP its length stands before it. */
function dns(walk: Walk, at: number): number {
  if (!walk.has(at, DNS_HEADER_BYTES)) return Next.none;
  const nameEnd = nameEndOf(walk, at + DNS_HEADER_BYTES);
  const hasQuestion = walk.word(at + 4) > 0 && nameEnd > 0 && walk.has(nameEnd, 4);
  walk.begin('DNS', hasQuestion ? nameEnd + 4 : at + DNS_HEADER_BYTES);
  if (at > 0) walk.number('length', 0, 2);
  walk.number('dnsId', at, 2, hexNumber(4));
  walk.number('flags', at + 2, 2, (flags) => `${hexNumber(4)(flags)} (${(flags & 0x8000) !== 0 ? 'answer' : 'query'})`);
  walk.add('dnsCounts', at + 4, 8, () => [4, 6, 8, 10].map((count) => walk.word(at + count)).join(' / '));
  if (hasQuestion) {
    const from = at + DNS_HEADER_BYTES;
    walk.add('dnsQuestion', from, nameEnd - from, () => nameOf(walk, from, nameEnd));
    walk.number('type', nameEnd, 2, dnsType);
  }
  walk.start += walk.layer.length;
  return Next.none;
}

/** Behind the labels of a name without pointers; 0 where it is not there in full. */
function nameEndOf(walk: Walk, from: number): number {
  for (let at = from; at - from <= MAX_NAME_BYTES && walk.has(at, 1); ) {
    const length = walk.byte(at);
    if (length > 63) return 0;
    if (length === 0) return at + 1;
    at += 1 + length;
  }
  return 0;
}

function nameOf(walk: Walk, from: number, end: number): string {
  let name = '';
  for (let at = from; at < end - 1; ) {
    const length = walk.byte(at);
    for (let index = 1; index <= length; index++) {
      const byte = walk.byte(at + index);
      name += byte > 0x20 && byte < 0x7f && byte !== 0x2e ? String.fromCharCode(byte) : '?';
    }
    name += '.';
    at += 1 + length;
  }
  return name || '.';
}

const dnsTypes: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  43: 'DS',
  48: 'DNSKEY',
  255: 'ANY',
};
const dnsType = (type: number) => (dnsTypes[type] ? `${type} (${dnsTypes[type]})` : String(type));

const ntpModes = ['reserved', 'active', 'passive', 'client', 'server', 'broadcast', 'control', 'private'];

/** RFC 5905, and modes 6 and 7, which have nothing in common with it but their first byte. */
function ntp(walk: Walk): number {
  const mode = walk.byte(0) & 7;
  const version = (walk.byte(0) >> 3) & 7;
  const isTime = mode >= 1 && mode <= 5;
  if (version === 0 || version > 4 || mode === 0) return Next.none;
  walk.begin('NTP', isTime ? NTP_BYTES : Math.min(8, walk.available));
  walk.add('version', 0, 1, () => String(version));
  walk.add('mode', 0, 1, () => `${mode} (${ntpModes[mode]})`);
  if (isTime) {
    walk.number('stratum', 1, 1);
    walk.hex('time', 40, 8);
  } else walk.number('code', mode === 7 ? 3 : 1, 1);
  walk.start += walk.layer.length;
  return Next.none;
}

const CLIENT_HELLO = 1;
const RECORD_BYTES = 5;
const HANDSHAKE_BYTES = 4;

/** A record of TLS: its kind, and a version that begins with 3. */
function isTls(walk: Walk): boolean {
  return (
    walk.has(0, RECORD_BYTES) && walk.byte(0) >= 20 && walk.byte(0) <= 23 && walk.byte(1) === 3 && walk.byte(2) <= 4
  );
}

const tlsKinds: Readonly<Record<number, string>> = { 20: 'change cipher', 21: 'alert', 22: 'handshake', 23: 'data' };
const handshakes: Readonly<Record<number, string>> = { 1: 'ClientHello', 2: 'ServerHello', 11: 'Certificate' };

function tls(walk: Walk): number {
  const kind = walk.byte(0);
  walk.begin('TLS', RECORD_BYTES + walk.word(3));
  walk.number('type', 0, 1, (value) => `${value} (${tlsKinds[value]})`);
  walk.number('version', 1, 2, hexNumber(4));
  walk.number('length', 3, 2);
  const message = kind === 22 && walk.has(RECORD_BYTES, 1) ? walk.byte(RECORD_BYTES) : 0;
  if (message !== 0)
    walk.number('message', RECORD_BYTES, 1, (value) =>
      handshakes[value] ? `${value} (${handshakes[value]})` : `${value}`,
    );
  if (message === CLIENT_HELLO) serverName(walk);
  walk.start += walk.layer.length;
  return Next.none;
}

/** RFC 8446, 4.1.2, and RFC 6066, 3. What is cut off on the way ends the search. */
function serverName(walk: Walk): void {
  let at = RECORD_BYTES + HANDSHAKE_BYTES + 2 + 32;
  at = behindList(walk, at, 1);
  at = behindList(walk, at, 2);
  at = behindList(walk, at, 1);
  if (!walk.has(at, 2)) return;
  const end = at + 2 + walk.word(at);
  for (at += 2; at + 4 <= end && walk.has(at, 4); at += 4 + walk.word(at + 2)) {
    if (walk.word(at) !== 0 || !walk.has(at, 9)) continue;
    const length = walk.word(at + 7);
    if (walk.has(at + 9, length) && length > 0) walk.text('serverName', at + 9, length);
    return;
  }
}

/** A length of `size` bytes, and what it counts. */
function behindList(walk: Walk, at: number, size: 1 | 2): number {
  if (!walk.has(at, size)) return Number.MAX_SAFE_INTEGER;
  return at + size + (size === 1 ? walk.byte(at) : walk.word(at));
}

const LINE_NAMES = [
  ['HTTP', /^(GET|HEAD|POST|PUT|DELETE|OPTIONS|TRACE|CONNECT|PATCH|PRI) \S.* HTTP\/\d|^HTTP\/\d/],
  ['SSDP', /^(M-SEARCH|NOTIFY) \S* HTTP\/\d/],
  ['SIP', /^[A-Z]{3,9} sips?:\S* SIP\/2|^SIP\/2/],
  ['RTSP', /^[A-Z_]{3,13} \S+ RTSP\/\d|^RTSP\/\d/],
  ['SSH', /^SSH-\d/],
] as const;

/** Protocols whose first line says what they want. */
function firstLine(walk: Walk): number {
  const length = lineBytes(walk, 0);
  let line = '';
  for (let at = 0; at < length; at++) line += String.fromCharCode(walk.byte(at));
  const name = LINE_NAMES.find(([, form]) => form.test(line))?.[0];
  if (name === undefined) return Next.none;
  const host = hostAt(walk, length);
  walk.begin(name, host === null ? length : host.at + host.length);
  walk.text('firstLine', 0, length);
  if (host !== null) walk.text('host', host.at, host.length);
  walk.start += walk.layer.length;
  return Next.none;
}

/** Up to the end of the line, or of what is there. */
function lineBytes(walk: Walk, from: number): number {
  let at = from;
  while (at - from < MAX_LINE_BYTES && walk.has(at, 1) && walk.byte(at) !== 0x0d && walk.byte(at) !== 0x0a) at++;
  return at - from;
}

const MAX_HEADER_LINES = 40;

/** The line that names the host, among the first. */
function hostAt(walk: Walk, from: number): { at: number; length: number } | null {
  let at = from;
  for (let lines = 0; lines < MAX_HEADER_LINES; lines++) {
    if (!walk.has(at, 2) || walk.byte(at) !== 0x0d || walk.byte(at + 1) !== 0x0a) return null;
    at += 2;
    const length = lineBytes(walk, at);
    if (length === 0) return null;
    if (length > 5 && isHost(walk, at)) return { at, length };
    at += length;
  }
  return null;
}

function isHost(walk: Walk, at: number): boolean {
  return [...'host:'].every((letter, index) => (walk.byte(at + index) | 0x20) === (letter.charCodeAt(0) | 0x20));
}
