/** Kurayami's own words, answered from the decoded row. Packets without an IP header have none: the answer is no. */
import { FilterError } from '../../shared/filter/index.ts';
import type { InnerTerm, ProtocolWord } from '../../shared/filter/syntax.ts';
import { fingerprintRules } from '../../shared/fingerprints.ts';
import { IpProtocol, trafficClass } from '../../shared/protocols.ts';
import { Tag } from '../../shared/tags.ts';
import { Answer, allOf, anyOf, type Test, yesIf } from './answer.ts';
import type { PacketView } from './packet-view.ts';
import type { Scope } from './scope.ts';

function rows({ family, ipv4, ipv6 }: PacketView) {
  return family === 4 ? ipv4 : ipv6;
}

const pairTags = new Set<number>(fingerprintRules.filter(({ needs }) => needs === 'pair').map(({ tag }) => Tag[tag]));

export function tagTest(bit: number, scope: Scope): Test {
  if (pairTags.has(bit)) scope.asksForPairs = true;
  const mask = (1 << (bit & 31)) >>> 0;
  const column = bit < 32 ? 'tagsLow' : 'tagsHigh';
  return (packet) => yesIf(packet.family !== 0 && (rows(packet)[column][packet.row]! & mask) !== 0);
}

export function classTest(id: number): Test {
  return (packet) => {
    if (packet.family === 0) return Answer.no;
    const { protocol, tcpFlags } = rows(packet);
    return yesIf(trafficClass(protocol[packet.row]!, tcpFlags[packet.row]!) === id);
  };
}

export function radiationTest(ids: readonly number[]): Test {
  return (packet) => yesIf(packet.family !== 0 && ids.includes(rows(packet).radiation[packet.row]!));
}

const hasInner: Test = (packet) => yesIf(packet.family !== 0 && rows(packet).tunnel[packet.row] !== 0);

/** What a tunnel carries, or an ICMP error quotes. */
export function innerTest(term: InnerTerm): Test {
  return allOf([hasInner, innerTermTest(term)]);
}

function innerTermTest(term: InnerTerm): Test {
  switch (term.kind) {
    case 'host':
      return innerAddressTest(
        term.direction,
        term.words,
        term.words.map(() => 0xffffffff),
      );
    case 'net':
      return innerAddressTest(term.direction, term.words, term.mask);
    case 'port': {
      const { protocol, direction, from, to } = term;
      const wanted = protocol === null ? [6, 17, 132] : [IpProtocol[protocol]];
      const ports = bothSides(
        direction,
        innerPortTest('innerSourcePort', from, to),
        innerPortTest('innerTargetPort', from, to),
      );
      return allOf([anyOf(wanted.map(innerProtocolTest)), ports]);
    }
    case 'protocolNumber': {
      const isProtocol = innerProtocolTest(term.number);
      return term.layer === 'any' ? isProtocol : allOf([innerFamilyTest(term.layer === 'ip' ? 4 : 6), isProtocol]);
    }
    case 'protocol':
      return innerWordTest(term.word, term);
  }
}

const innerNumbers: Partial<Record<ProtocolWord, readonly [number, (4 | 6)?]>> = {
  tcp: [6],
  udp: [17],
  sctp: [132],
  pim: [103],
  ah: [51],
  esp: [50],
  icmp: [1, 4],
  igmp: [2, 4],
  vrrp: [112, 4],
  carp: [112, 4],
  icmp6: [58, 6],
};

function innerWordTest(word: ProtocolWord, { span }: InnerTerm): Test {
  if (word === 'ip' || word === 'ip6') return innerFamilyTest(word === 'ip' ? 4 : 6);
  const found = innerNumbers[word];
  if (found === undefined) throw new FilterError('FILTER_UNSUPPORTED', `"inner ${word}" is not known`, span);
  const [number, family] = found;
  const isProtocol = innerProtocolTest(number);
  return family === undefined ? isProtocol : allOf([innerFamilyTest(family), isProtocol]);
}

function bothSides(side: 'src' | 'dst' | 'either' | 'both', source: Test, target: Test): Test {
  if (side === 'src') return source;
  if (side === 'dst') return target;
  return side === 'both' ? allOf([source, target]) : anyOf([source, target]);
}

function innerProtocolTest(wanted: number): Test {
  return (packet) => yesIf(rows(packet).innerProtocol[packet.row] === wanted);
}

function innerPortTest(column: 'innerSourcePort' | 'innerTargetPort', from: number, to: number): Test {
  return (packet) => {
    const port = rows(packet)[column][packet.row]!;
    return yesIf(port >= from && port <= to);
  };
}

/** IPv4 addresses stand as ::ffff:a.b.c.d. */
function isMapped(column: Uint32Array, at: number): boolean {
  return column[at] === 0 && column[at + 1] === 0 && column[at + 2] === 0xffff;
}

function innerFamilyTest(family: 4 | 6): Test {
  return (packet) => yesIf(isMapped(rows(packet).innerSource, packet.row * 4) === (family === 4));
}

function innerAddressTest(
  side: 'src' | 'dst' | 'either' | 'both',
  words: readonly number[],
  mask: readonly number[],
): Test {
  const isIpv4 = words.length === 1;
  const wanted = Uint32Array.from(isIpv4 ? [0, 0, 0xffff, ...words] : words);
  const bits = Uint32Array.from(isIpv4 ? [0xffffffff, 0xffffffff, 0xffffffff, ...mask] : mask);
  const test =
    (column: 'innerSource' | 'innerTarget'): Test =>
    (packet) => {
      const addresses = rows(packet)[column];
      const at = packet.row * 4;
      if (isMapped(addresses, at) !== isIpv4) return Answer.no;
      for (let i = 0; i < 4; i++) if ((addresses[at + i]! & bits[i]!) >>> 0 !== wanted[i]) return Answer.no;
      return Answer.yes;
    };
  return bothSides(side, test('innerSource'), test('innerTarget'));
}
