/**
 * The two departures from tcpdump (docs/filter.md), on any packet: a filter answers of a tagged packet, or of one with
 * extension headers, what it answers of the same packet without them. That answer itself is compared with tcpdump's.
 */
import { describe, expect, test } from 'vitest';
import { FilterError } from '../../../shared/filter/index.ts';
import { answers, type FilterRecord, filterBatch, packetFilter } from '../../support/filter-batch.ts';
import { madeVocabulary, manualExpressions, RandomFilters } from '../../support/filter-expressions.ts';
import { madeRecords } from '../../support/filter-packets.ts';
import { concatenate, hex, word16 } from '../../support/hex.ts';

const ADDRESSES_BYTES = 12;
const ETHERNET_BYTES = 14;
const IPV6_BYTES = 40;

const random = new RandomFilters(11, madeVocabulary, 1);
const texts = [...manualExpressions, ...Array.from({ length: 1_500 }, () => random.next())];

/** Whether the answers stay the same; `telling`: how often a filter selected some and not all. */
function compare(filters: readonly string[], plain: readonly FilterRecord[], other: readonly FilterRecord[]) {
  const [one, two] = [filterBatch(plain), filterBatch(other)];
  let [compared, telling] = [0, 0];
  for (const text of filters) {
    const filter = filterOf(text);
    if (filter === null) continue;
    const expected = answers(filter, one);
    expect(answers(filter, two), text).toEqual(expected);
    compared++;
    if (expected.includes(0) && expected.includes(1)) telling++;
  }
  return { compared, telling };
}

/** Null where packets cannot be asked. */
function filterOf(text: string) {
  try {
    return packetFilter(text);
  } catch (error) {
    if (error instanceof FilterError) return null;
    throw error;
  }
}

describe('VLAN tags', () => {
  /** Long enough for a type field: what is cut off before it has no tags. */
  const plain = madeRecords(1).filter(({ bytes }) => bytes.length >= ETHERNET_BYTES);
  const withTags = (tags: string): FilterRecord[] =>
    plain.map(({ bytes, wireLength }) => ({
      bytes: concatenate([bytes.subarray(0, ADDRESSES_BYTES), hex(tags), bytes.subarray(ADDRESSES_BYTES)]),
      wireLength,
    }));
  /** Of the frame's own bytes, filters read what is there. */
  const looksAtFrame = /\b(?:ether|link|wlan|fddi|vlan)\[|\bvlan\b/;
  const filters = texts.filter((text) => !looksAtFrame.test(text));

  test.for([
    ['one', '8100 0064'],
    ['one of a provider', '88a8 0fff'],
    ['two', '88a8 0064 8100 00c8'],
    ['three', '9100 0001 9200 0002 8100 0003'],
    ['32', '8100 0001'.repeat(32)],
  ] as const)('%s', ([, tags]) => {
    const { compared, telling } = compare(filters, plain, withTags(tags));
    expect(compared).toBeGreaterThan(1_500);
    expect(telling / compared).toBeGreaterThan(0.5);
  });

  const SYN = '45000028 abcd0000 40060000 c0000201 c6336407 1234 0017 00000001 00000000 5002 0400 0000 0000';
  const MACS = '005300000001 005300000002';
  const tagged = ['', '8100 0005', '88a8 0005 8100 0007', '88a8 0005 8100 0007 8100 0009', '8100 0007 8100 0005'];
  const batch = filterBatch([
    ...tagged.map((tags) => ({ bytes: hex(MACS, tags, '0800', SYN) })),
    { bytes: hex(MACS, '8100 0005 0806 0001080006040001 005300000001 c0000201 000000000000 c6336407') },
    { bytes: hex(MACS, '8100 00') },
  ]);
  /** Untagged; 5; 5 7; 5 7 9; 7 5; ARP in 5; a tag that is cut off. */
  test.for([
    ['vlan', [0, 1, 1, 1, 1, 1, 1]],
    ['not vlan', [1, 0, 0, 0, 0, 0, 0]],
    ['vlan 5', [0, 1, 1, 1, 0, 1, 0]],
    ['vlan 7', [0, 0, 0, 0, 1, 0, 0]],
    ['not vlan 5', [1, 0, 0, 0, 1, 0, 0]],
    ['vlan and vlan', [0, 0, 1, 1, 1, 0, 0]],
    ['vlan and vlan and vlan', [0, 0, 0, 1, 0, 0, 0]],
    ['vlan 5 and vlan 7', [0, 0, 1, 1, 0, 0, 0]],
    ['vlan 7 and vlan 5', [0, 0, 0, 0, 1, 0, 0]],
    ['vlan 5 and vlan 7 and vlan 9', [0, 0, 0, 1, 0, 0, 0]],
    ['vlan 5 and vlan 5', [0, 0, 0, 0, 0, 0, 0]],
    ['vlan and tcp', [0, 1, 1, 1, 1, 0, 0]],
    ['vlan 5 and tcp dst port 23', [0, 1, 1, 1, 0, 0, 0]],
    ['vlan and arp', [0, 0, 0, 0, 0, 1, 0]],
    ['tcp', [1, 1, 1, 1, 1, 0, 0]],
    ['tcp and not vlan', [1, 0, 0, 0, 0, 0, 0]],
    ['ip[8] = 64 and tcp[13] = 2', [1, 1, 1, 1, 1, 0, 0]],
    ['vlan = 5 and ip', [0, 1, 1, 1, 0, 0, 0]],
    ['ip and vlan = 0', [1, 0, 0, 0, 0, 0, 0]],
  ] as const)('%s', ([text, expected]) => {
    expect(answers(packetFilter(text), batch)).toEqual(expected);
  });
});

describe('IPv6 extension headers', () => {
  const isIpv6 = ({ bytes }: FilterRecord) =>
    bytes.length >= ETHERNET_BYTES + IPV6_BYTES && bytes[12] === 0x86 && bytes[13] === 0xdd && bytes[14]! >> 4 === 6;
  const plain = madeRecords(1).filter(isIpv6);
  /** Headers follow one another: number of the first, and bytes in which `NN` is the number of what follows. */
  const extended = (headers: readonly (readonly [number: number, bytes: string])[]): FilterRecord[] =>
    plain.map(({ bytes, wireLength }) => {
      const [start, end] = [ETHERNET_BYTES, ETHERNET_BYTES + IPV6_BYTES];
      const ipv6 = bytes.slice(start, end);
      const numbers = [...headers.map(([number]) => number), ipv6[6]!];
      ipv6[6] = numbers[0]!;
      const made = headers.map(([, text], index) => hex(text.replace('NN', hexByte(numbers[index + 1]!))));
      const added = made.reduce((sum, header) => sum + header.length, 0);
      ipv6.set(word16(((ipv6[4]! << 8) | ipv6[5]!) + added), 4);
      return { bytes: concatenate([bytes.subarray(0, start), ipv6, ...made, bytes.subarray(end)]), wireLength };
    });
  const hexByte = (value: number) => value.toString(16).padStart(2, '0');
  /** What reads at a fixed place, follows tcpdump's chain, or asks for extension headers themselves. */
  const looksAtHeaders =
    /\b(?:ether|link|wlan|fddi|ip6|ip)\[|protochain|\bah\b|proto (?:0|44|51|255|256)\b|mpls|pppoes|\b(?:lat|sca|decnet|atalk|moprc|mopdl|arp|rarp|tcp|udp|sctp|icmp|igmp|igrp|pim|vrrp|carp)\[/;
  const filters = texts.filter((text) => !looksAtHeaders.test(text));

  const PADDING = '0104 00000000';
  const hopByHop = [0, `NN00 ${PADDING}`] as const;
  const destination = [60, `NN00 ${PADDING}`] as const;
  test.for([
    ['hop-by-hop options', [hopByHop]],
    ['long hop-by-hop options', [[0, `NN02 0114 ${'00'.repeat(20)}`]]],
    ['a routing header', [[43, `NN02 0400 00000000 ${'20010db8'.repeat(4)}`]]],
    ['a fragment header of a whole packet', [[44, 'NN00 0000 00000001']]],
    ['the first fragment', [[44, 'NN00 0001 00000001']]],
    ['an authentication header', [[51, `NN04 0000 00000001 00000002 ${'ab'.repeat(12)}`]]],
    ['destination options', [destination]],
    ['a mobility header', [[135, 'NN00 0000 0000 0000']]],
    ['HIP', [[139, 'NN00 0011 0000 0000']]],
    ['Shim6', [[140, 'NN00 8000 0000 0000']]],
    ['four of them', [hopByHop, destination, [43, 'NN00 0400 00000000'], [44, 'NN00 0001 00000001']]],
    ['40 of them', Array.from({ length: 40 }, () => destination)],
  ] as const)('%s', ([, headers]) => {
    const { compared, telling } = compare(filters, plain, extended(headers));
    expect(compared).toBeGreaterThan(600);
    expect(telling).toBeGreaterThan(80);
  });

  test('each is found by its own number, and what is behind it as well', () => {
    for (const number of [0, 43, 44, 51, 60, 135, 139, 140]) {
      const text = number === 51 ? 'NN00 0000 00000000' : number === 44 ? 'NN00 0000 00000001' : `NN00 ${PADDING}`;
      const batch = filterBatch(extended([[number, text]]));
      const without = filterBatch(plain);
      const all = plain.map(() => 1);
      expect(answers(packetFilter(`ip6 proto ${number}`), batch)).toEqual(all);
      expect(answers(packetFilter(`proto ${number}`), batch)).toEqual(all);
      expect(answers(packetFilter('ip6 proto 17'), batch)).toEqual(answers(packetFilter('ip6 proto 17'), without));
    }
  });

  test('a chain is followed as tcpdump does', () => {
    const batch = filterBatch(extended([hopByHop, destination]));
    const all = plain.map(() => 1);
    expect(answers(packetFilter('ip6 protochain 60'), batch)).toEqual(all);
    expect(answers(packetFilter('protochain 6 and tcp'), batch)).toEqual(answers(packetFilter('tcp'), batch));
  });

  test('a later fragment keeps its protocol and has no ports', () => {
    const batch = filterBatch(extended([[44, 'NN00 0009 00000001']]));
    const without = filterBatch(plain);
    for (const text of ['tcp', 'udp', 'icmp6', 'ip6 proto 17'])
      expect(answers(packetFilter(text), batch), text).toEqual(answers(packetFilter(text), without));
    for (const text of ['port 53', 'portrange 0-65535', 'icmp6[0] >= 0'])
      expect(answers(packetFilter(text), batch), text).toEqual(plain.map(() => 0));
    expect(answers(packetFilter('portrange 0-65535'), without)).toContain(1);
  });
});
