/** TCP (RFC 9293), UDP (RFC 768) and its kin, ICMP (RFC 792, RFC 4443). */
import { formatTcpFlags, IpProtocol } from '../protocols.ts';
import { tcpOptionNames, tcpOptionOfKind } from '../tcp-options.ts';
import { verdictAlone, verdictSctp, verdictWithAddresses } from './checksum.ts';
import type { DissectNote } from './names.ts';
import { EtherType, Next, ofIp, ofUdpPort } from './next.ts';
import { isTunnelPort } from './tunnels.ts';
import { hexNumber, type Step, type Walk } from './walk.ts';

const TCP_BYTES = 20;
const UDP_BYTES = 8;
const ICMP_BYTES = 8;
const DCCP = 33;
const UDP_LITE = 136;

/** A checksum's field, and what verifying it says. Without its bytes nothing is said. */
function checksum(walk: Walk, at: number, verdict: (checksum: number) => DissectNote): void {
  const value = walk.number('checksum', at, 2, hexNumber(4));
  if (value >= 0) walk.layer.fields.at(-1)!.note = verdict(value);
}

function ports(walk: Walk): void {
  walk.number('sourcePort', 0, 2);
  walk.number('targetPort', 2, 2);
}

const tcp: Step = (walk) => {
  const length = walk.has(12, 1) ? (walk.byte(12) >> 4) * 4 : TCP_BYTES;
  const isWhole = walk.begin('TCP', Math.max(TCP_BYTES, length));
  ports(walk);
  walk.number('sequence', 4, 4);
  walk.number('acknowledgement', 8, 4);
  walk.add('headerLength', 12, 1, () => String(length));
  walk.number('flags', 13, 1, formatTcpFlags);
  walk.number('window', 14, 2);
  checksum(walk, 16, (value) => verdictWithAddresses(walk, walk.available, value));
  walk.number('urgent', 18, 2);
  if (length < TCP_BYTES) {
    walk.note('badHeader');
    return Next.none;
  }
  tcpOptions(walk, length);
  if (!isWhole) return Next.none;
  walk.start += length;
  return Next.application;
};

/** Each step goes forward, so that no length can make it loop. */
function tcpOptions(walk: Walk, headerBytes: number): void {
  for (let at = TCP_BYTES; at < headerBytes && walk.has(at, 1); ) {
    const kind = walk.byte(at);
    const isSingle = kind <= 1;
    const length = isSingle ? 1 : at + 1 < headerBytes && walk.has(at + 1, 1) ? walk.byte(at + 1) : 0;
    if (length === 0 || (!isSingle && length < 2) || at + length > headerBytes) {
      walk.note(walk.has(0, headerBytes) ? 'badHeader' : 'cutOff');
      return;
    }
    walk.add('option', at, length, () => tcpOptionText(walk, kind, at, length));
    if (kind === 0) return;
    at += length;
  }
}

function tcpOptionText(walk: Walk, kind: number, at: number, length: number): string {
  const name = tcpOptionNames[tcpOptionOfKind[kind]!]!;
  const called = name === 'other' ? String(kind) : name;
  if (kind === 2 && length === 4) return `${called} ${walk.word(at + 2)}`;
  if (kind === 3 && length === 3) return `${called} ${walk.byte(at + 2)}`;
  if (kind !== 8 || length !== 10) return called;
  const word = (from: number) => walk.view.getUint32(walk.start + at + from);
  return `${called} ${word(2)} ${word(6)}`;
}

const udp: Step = (walk) => {
  const isWhole = walk.begin('UDP', UDP_BYTES);
  ports(walk);
  const length = walk.number('length', 4, 2);
  checksum(walk, 6, (value) => udpVerdict(walk, length, value));
  if (!isWhole) return Next.none;
  const [source, target] = [walk.word(0), walk.word(2)];
  const wireBytes = (walk.fragment === 'first' ? walk.start + 65_535 : walk.wireEnd) - walk.start;
  // 0 is a jumbogram, or a datagram that the network card cut up later.
  const told = length || wireBytes;
  if (told < UDP_BYTES || told > wireBytes) {
    walk.note('badHeader');
    walk.start += UDP_BYTES;
    return Next.none;
  }
  walk.end = Math.min(walk.end, walk.start + told);
  walk.wireEnd = walk.start + told;
  walk.start += UDP_BYTES;
  if (isTunnelPort(target)) return ofUdpPort(target);
  return isTunnelPort(source) ? ofUdpPort(source) : Next.application;
};

function udpVerdict(walk: Walk, length: number, value: number): DissectNote {
  if (value === 0 && walk.family === 4) return 'checksumNone';
  const covered = length || walk.available;
  if (covered < UDP_BYTES) return 'checksumNotWhole';
  return value === 0 ? 'checksumWrong' : verdictWithAddresses(walk, covered, value);
}

/** UDP-Lite (RFC 3828): in place of the length, the number of bytes that the checksum covers; 0 is all. */
const udpLite: Step = (walk) => {
  const isWhole = walk.begin('UDP-Lite', UDP_BYTES);
  ports(walk);
  const told = walk.number('checksumCoverage', 4, 2);
  const covered = told || walk.available;
  checksum(walk, 6, (value) => {
    const isImpossible = covered < UDP_BYTES || covered > walk.available;
    return isImpossible ? 'checksumWrong' : verdictWithAddresses(walk, walk.available, value, covered);
  });
  if (isWhole) walk.start += UDP_BYTES;
  return Next.none;
};

const sctp: Step = (walk) => {
  const isWhole = walk.begin('SCTP', 12);
  ports(walk);
  walk.number('tag', 4, 4, hexNumber(8));
  walk.add('checksum', 8, 4, () => hexNumber(8)(walk.view.getUint32(walk.start + 8)), verdictOf(walk, isWhole));
  if (isWhole) walk.start += 12;
  return Next.none;
};

const verdictOf = (walk: Walk, isWhole: boolean): DissectNote => (isWhole ? verdictSctp(walk) : 'checksumNotWhole');

const dccp: Step = (walk) => {
  const isWhole = walk.begin('DCCP', 12);
  ports(walk);
  if (isWhole) walk.start += 12;
  return Next.none;
};

const icmpNames: Readonly<Record<number, string>> = {
  0: 'echo reply',
  3: 'unreachable',
  4: 'source quench',
  5: 'redirect',
  8: 'echo',
  11: 'time exceeded',
  12: 'parameter problem',
  13: 'timestamp',
  14: 'timestamp reply',
};
const icmpv6Names: Readonly<Record<number, string>> = {
  1: 'unreachable',
  2: 'packet too big',
  3: 'time exceeded',
  4: 'parameter problem',
  128: 'echo',
  129: 'echo reply',
  133: 'router solicitation',
  134: 'router advertisement',
  135: 'neighbour solicitation',
  136: 'neighbour advertisement',
};

const icmp: Step = (walk) => control(walk, 'ICMP', icmpNames, [3, 4, 5, 11, 12], [0, 8, 13, 14]);
const icmpv6: Step = (walk) => control(walk, 'ICMPv6', icmpv6Names, [1, 2, 3, 4], [128, 129]);

/** Errors quote the packet that caused them, or its beginning. */
function control(
  walk: Walk,
  name: string,
  names: Readonly<Record<number, string>>,
  errors: readonly number[],
  echoes: readonly number[],
): number {
  const isWhole = walk.begin(name, ICMP_BYTES);
  const type = walk.number('type', 0, 1, (value) => (names[value] ? `${value} (${names[value]})` : String(value)));
  walk.number('code', 1, 1);
  checksum(walk, 2, (value) =>
    name === 'ICMP' ? verdictAlone(walk) : verdictWithAddresses(walk, walk.available, value),
  );
  if (echoes.includes(type)) {
    walk.number('identification', 4, 2, hexNumber(4));
    walk.number('sequence', 6, 2);
  }
  if (!isWhole) return Next.none;
  if (walk.fragment === 'first') walk.wireEnd = walk.start + 65_535;
  walk.start += ICMP_BYTES;
  if (!errors.includes(type)) return Next.none;
  return name === 'ICMP' ? EtherType.ipv4 : EtherType.ipv6;
}

export const transportHeaders: readonly (readonly [number, Step])[] = [
  [ofIp(IpProtocol.tcp), tcp],
  [ofIp(IpProtocol.udp), udp],
  [ofIp(UDP_LITE), udpLite],
  [ofIp(IpProtocol.sctp), sctp],
  [ofIp(DCCP), dccp],
  [ofIp(IpProtocol.icmp), icmp],
  [ofIp(IpProtocol.icmpv6), icmpv6],
];
