/** Filters over packets, where Kurayami departs from tcpdump or knows more; the rest is compared with tcpdump itself. */
import { describe, expect, test } from 'vitest';
import { Decoder } from '../../../sensor/decode/decoder.ts';
import { compilePacketFilter } from '../../../sensor/filter/index.ts';
import { matchFingerprints } from '../../../sensor/fingerprint/index.ts';
import { sumCounts } from '../../../shared/counters.ts';
import { FilterError, parseFilter } from '../../../shared/filter/index.ts';
import { createPacketBatch, createRecordBatch } from '../../../shared/packet-batch.ts';
import { concatenate, hex, toHex } from '../../support/hex.ts';

const MACS = '005300000001 005300000002';
/** 192.0.2.1 to 198.51.100.7, port 4660 to 23; the sequence number is the target: Mirai. */
const SYN4 = '45000028 abcd0000 40060000 c0000201 c6336407 1234 0017 c6336407 00000000 5002 0400 0000 0000';
const UDP4 = '4500001c abcd0000 40110000 c0000201 c6336407 0035 0400 0008 0000';
const ADDRESSES6 = '20010db8000000000000000000000001 20010db8000000000000000000000002';
const TCP = '1234 0017 00000001 00000000 5002 0400 0000 0000';
const ipv6 = (next: string, payload: string) =>
  `60000000 ${(hex(payload).length + 0x10000).toString(16).slice(1)} ${next} 40 ${ADDRESSES6} ${payload}`;
const HOP_BY_HOP = '06 00 0104 00000000';
const FRAGMENT = (offset: string) => `06 00 ${offset} 00000001`;
const SYN6 = ipv6('06', TCP);
/** A destination is unreachable: the quoted SYN. */
const UNREACHABLE = `45000044 abcd0000 40010000 c6336407 c0000201 0303 0000 00000000 ${SYN4}`;

interface Given {
  packet: string;
  linkType?: number;
  wireLength?: number;
}

function batchOf(packets: readonly Given[]) {
  const records = createRecordBatch(packets.length);
  const bytes = packets.map(({ packet }) => hex(packet));
  let at = 0;
  packets.forEach(({ linkType = 1, wireLength }, index) => {
    records.offset[index] = at;
    records.capturedLength[index] = bytes[index]!.length;
    records.wireLength[index] = wireLength ?? bytes[index]!.length;
    records.linkType[index] = linkType;
    at += bytes[index]!.length;
  });
  records.bytes = concatenate(bytes);
  records.view = new DataView(records.bytes.buffer);
  records.length = packets.length;
  const ipv4 = createPacketBatch(4, packets.length);
  const packets6 = createPacketBatch(6, packets.length);
  const decoder = new Decoder({ capacity: packets.length });
  decoder.decode(records, ipv4, packets6);
  matchFingerprints(ipv4, records.view);
  return { records, decoder, ipv4, ipv6: packets6 };
}

function passes(text: string, given: Given): boolean {
  const { records, decoder, ipv4, ipv6: packets6 } = batchOf([given]);
  return compilePacketFilter(parseFilter(text)).select(records, decoder, ipv4, packets6, new Uint8Array(1)) === 1;
}

const ethernet = (type: string, payload: string): Given => ({ packet: `${MACS} ${type} ${payload}` });

describe('VLAN tags are looked behind', () => {
  const one = ethernet('8100', `0064 0800 ${SYN4}`);
  const two = ethernet('88a8', `0064 8100 00c8 0800 ${SYN4}`);
  test.for([
    'ip',
    'tcp',
    'tcp dst port 23',
    'host 192.0.2.1',
    'ip[9] = 6',
    'tcp[13] = 2',
    'ether proto 0x0800',
    'vlan',
  ])('%s', (text) => {
    expect([passes(text, one), passes(text, two)]).toEqual([true, true]);
    expect(passes(`not (${text})`, one)).toBe(false);
  });
  test.for([
    ['vlan 100', true, true],
    ['vlan 200', false, false],
    ['vlan and vlan', false, true],
    ['vlan 100 and vlan 200', false, true],
    ['vlan 100 and not vlan 200', true, false],
    ['not vlan', false, false],
    ['vlan 1 or vlan 200', false, true],
    ['vlan = 100', true, true],
    ['ether[12:2] = 0x8100', true, false],
    ['len = 58', true, false],
  ] as const)('%s', ([text, ofOne, ofTwo]) => {
    expect([passes(text, one), passes(text, two)]).toEqual([ofOne, ofTwo]);
  });
  test('an untagged packet has none', () => {
    expect(passes('vlan', ethernet('0800', SYN4))).toBe(false);
    expect(passes('not vlan', ethernet('0800', SYN4))).toBe(true);
  });
});

describe('IPv6 extension headers are walked', () => {
  const plain = ethernet('86dd', SYN6);
  const hopByHop = ethernet('86dd', ipv6('00', `${HOP_BY_HOP} ${TCP}`));
  const first = ethernet('86dd', ipv6('2c', `${FRAGMENT('0001')} ${TCP}`));
  const later = ethernet('86dd', ipv6('2c', `${FRAGMENT('0009')} ${TCP}`));
  test.for([
    ['tcp', [true, true, true, true]],
    ['ip6 proto 6', [true, true, true, true]],
    ['tcp dst port 23', [true, true, true, false]],
    ['port 4660', [true, true, true, false]],
    ['udp', [false, false, false, false]],
    ['ip6 proto 0', [false, true, false, false]],
    ['ip6 proto 44', [false, false, true, true]],
    ['ip6 protochain 44', [false, false, true, true]],
    ['ip6[6] = 6', [true, false, false, false]],
    ['not tcp', [false, false, false, false]],
  ] as const)('%s', ([text, expected]) => {
    expect([plain, hopByHop, first, later].map((packet) => passes(text, packet))).toEqual(expected);
  });
  test('icmp6[…] reads behind them', () => {
    const echo = ethernet('86dd', ipv6('00', `3a 00 0104 00000000 8000 0000 0001 0002`));
    expect(passes('icmp6[icmp6type] = icmp6-echo', echo)).toBe(true);
  });
  test('one that is cut off rejects, also under not', () => {
    const cut = ethernet('86dd', ipv6('00', ''));
    expect([passes('tcp', cut), passes('not tcp', cut), passes('ip6', cut)]).toEqual([false, false, true]);
  });
});

describe('own words', () => {
  const syn = ethernet('0800', SYN4);
  const unreachable = ethernet('0800', UNREACHABLE);
  const arp = ethernet('0806', '0001080006040001 005300000001 c0000201 000000000000 c6336407');
  test.for([
    ['tag mirai', [true, false, false]],
    ['not tag mirai', [false, true, true]],
    ['class tcpSyn', [true, false, false]],
    ['class icmp', [false, true, false]],
    ['ttl = 64', [true, true, false]],
    ['iplength > 40', [false, true, false]],
    ['ttl < 64 or arp', [false, false, true]],
    ['inner tcp', [false, true, false]],
    ['inner dst port 23', [false, true, false]],
    ['inner src host 192.0.2.1', [false, true, false]],
    ['inner net 198.51.100.0/24', [false, true, false]],
    ['inner dst net 192.0.2.0/24', [false, false, false]],
    ['inner ip and not inner ip6', [false, true, false]],
    ['inner udp or inner proto 17', [false, false, false]],
    ['inner host 2001:db8::1', [false, false, false]],
  ] as const)('%s', ([text, expected]) => {
    expect([syn, unreachable, arp].map((packet) => passes(text, packet))).toEqual(expected);
  });

  test.for([
    ['tcp and country JP', 'country JP'],
    ['asn 64496', 'asn 64496'],
    ['sensor roof', 'sensor roof'],
    ['organisation 1', 'organisation 1'],
    ['tcp and packets > 3', 'packets'],
    ['wirebytes < 100', 'wirebytes'],
    ['synwindow = 1024', 'synwindow'],
    ['mpls and arp', 'arp'],
    ['pppoes and vlan 3', 'vlan 3'],
    ['pppoes and ether multicast', 'ether multicast'],
  ] as const)('%s is not for packets', ([text, word]) => {
    try {
      compilePacketFilter(parseFilter(text));
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(FilterError);
      const { code, span } = error as FilterError;
      expect([code, text.slice(span.start, span.end)]).toEqual(['FILTER_NOT_HERE', word]);
    }
  });
});

test('a link type that is not read answers for its length and its bytes, and is no IP', () => {
  const unknown: Given = { packet: '0102030405', linkType: 147, wireLength: 90 };
  expect(['len = 90', 'link[0] = 1', 'less 100 or tcp'].map((text) => passes(text, unknown))).toEqual([
    true,
    true,
    true,
  ]);
  expect(['ip', 'not ip', 'tcp or len = 90'].map((text) => passes(text, unknown))).toEqual([false, true, true]);
});

test('where libpcap knows no headers, the outermost IP header is the one that was decoded', () => {
  // NFLOG: family, version, resource; one attribute of type 9, the packet, with its length in the capturing machine's order.
  const attributeBytes = (4 + SYN4.replaceAll(' ', '').length / 2).toString(16).padStart(2, '0');
  const nflog: Given = { packet: `02000000${attributeBytes}000900${SYN4}`, linkType: 239 };
  const words = ['ip', 'tcp', 'tcp[13] = 2', 'ip[0] = 0x45', 'udp', 'ip6', 'arp', 'not tcp'];
  expect(words.filter((text) => passes(text, nflog))).toEqual(['ip', 'tcp', 'tcp[13] = 2', 'ip[0] = 0x45']);
});

test('what does not pass leaves records and rows, and is counted once', () => {
  const given = [
    ethernet('0800', SYN4),
    ethernet('0800', UDP4),
    ethernet('0806', '0001'),
    ethernet('86dd', SYN6),
    ethernet('0800', '45'),
    ethernet('86dd', ipv6('11', '0035040000080000')),
    { packet: '00', linkType: 147 },
    ethernet('0800', SYN4),
  ];
  const { records, decoder, ipv4, ipv6: packets6 } = batchOf(given);
  compilePacketFilter(parseFilter('tcp or arp')).apply(records, decoder, ipv4, packets6);
  expect(records.length).toBe(4);
  const kept = [0, 1, 2, 3].map((row) => {
    const start = records.offset[row]!;
    return toHex(records.bytes.subarray(start, start + records.capturedLength[row]!));
  });
  expect(kept).toEqual([0, 2, 3, 7].map((index) => toHex(hex(given[index]!.packet))));
  expect([ipv4.length, packets6.length]).toEqual([2, 1]);
  expect([ipv4.protocol[0], ipv4.protocol[1], packets6.protocol[0]]).toEqual([6, 6, 6]);
  const { captured, filteredOut, decoded } = decoder;
  expect({ captured, filteredOut, decoded, notIp: decoder.notIp(), undecodable: decoder.undecodable() }).toEqual({
    captured: 8,
    filteredOut: 4,
    decoded: 3,
    notIp: { '0x0806': 1 },
    undecodable: {},
  });
  expect(captured).toBe(filteredOut + decoded + sumCounts(decoder.notIp()) + sumCounts(decoder.undecodable()));
});
