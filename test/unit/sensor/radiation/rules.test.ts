/** Every class with its near misses, alone; order, truncated captures and hostile packets are in order.test.ts. */
import { describe, expect, test } from 'vitest';
import { radiationRules } from '../../../../sensor/radiation/index.ts';
import { TcpFlag } from '../../../../shared/protocols.ts';
import { radiationNames } from '../../../../shared/radiation.ts';
import { hex } from '../../../support/hex.ts';
import { classOf, icmp, ipv4, ipv6, type Network, tcp, text, udp } from './packets.ts';

const { fin, syn, rst, psh, ack, urg, ece, cwr } = TcpFlag;
const TCP = 6;
const UDP = 17;
const LINUX = '020405b40402080a000000000000000001030307';

type Case = readonly [name: string, packet: Uint8Array, expected: string];
const cases = (list: readonly Case[]) =>
  test.for(list)('%s', ([, packet, expected]) => expect(classOf(packet)).toBe(expected));

const from = (source: string): Uint8Array => ipv4(TCP, tcp(syn), { source });
const from6 = (source: string): Uint8Array => ipv6(TCP, tcp(syn), { source });

describe('bogon', () => {
  cases([
    ...['0.1.2.3', '10.255.255.254', '100.64.0.1', '100.127.255.254', '127.0.0.1', '169.254.9.9', '172.16.0.1'].map(
      (source): Case => [source, from(source), 'bogon'],
    ),
    ...['172.31.255.254', '192.0.0.1', '192.0.2.1', '192.88.99.1', '192.168.255.254', '198.18.0.1', '198.19.9.9'].map(
      (source): Case => [source, from(source), 'bogon'],
    ),
    ...['198.51.100.9', '203.0.113.1', '224.0.0.1', '239.1.1.1', '240.0.0.1', '255.255.255.255'].map(
      (source): Case => [source, from(source), 'bogon'],
    ),
    ...['1.0.0.1', '9.255.255.254', '11.0.0.1', '100.63.255.254', '100.128.0.1', '126.9.9.9', '128.0.0.1'].map(
      (source): Case => [`not ${source}`, from(source), 'scan'],
    ),
    ...['172.15.255.254', '172.32.0.1', '192.0.1.1', '192.0.3.1', '192.88.98.1', '192.167.1.1', '198.17.255.254'].map(
      (source): Case => [`not ${source}`, from(source), 'scan'],
    ),
    ...['198.20.0.1', '198.51.99.1', '203.0.112.1', '223.255.255.254'].map(
      (source): Case => [`not ${source}`, from(source), 'scan'],
    ),
    ...['::', '::1', '::ffff:8.8.8.8', '64:ff9b:0:1::1', '64:ff9b:1::1', '100::1', '2001:2::1', '2001:10::1'].map(
      (source): Case => [source, from6(source), 'bogon'],
    ),
    ...['2001:2f::1', '2001:db8::1', '3fff:1::1', '4000::1', 'fc00::1', 'fe80::1', 'ff02::1'].map(
      (source): Case => [source, from6(source), 'bogon'],
    ),
    ...['64:ff9b::808:808', '2000::1', '2001::1', '2001:2:1::1', '2001:30::1', '2001:db9::1', '2002::1'].map(
      (source): Case => [`not ${source}`, from6(source), 'scan'],
    ),
    ['not 3ffe:ffff::1', from6('3ffe:ffff::1'), 'scan'],
  ]);
});

describe('backscatter of TCP', () => {
  const answer = (flags: number) => ipv4(TCP, tcp(flags, { from: 443, to: 40_000 }));
  cases([
    ['SYN and ACK', answer(syn | ack), 'backscatterSynAck'],
    ['with ECN', answer(syn | ack | ece), 'backscatterSynAck'],
    ['over IPv6', ipv6(TCP, tcp(syn | ack)), 'backscatterSynAck'],
    ['a reset', answer(rst), 'backscatterRst'],
    ['a reset with ACK', answer(rst | ack), 'backscatterRst'],
    ['a reset that says why', answer(rst | ack | psh), 'backscatterRst'],
    ['from port 0, which was flooded', ipv4(TCP, tcp(rst | ack, { from: 0 })), 'backscatterRst'],
    ['from a router whose TTL starts at 255', ipv4(TCP, tcp(syn | ack), { ttl: 245 }), 'backscatterSynAck'],
    ['SYN, ACK and FIN', answer(syn | ack | fin), 'spoofed'],
    ['SYN and RST', answer(syn | rst), 'spoofed'],
    ['RST and FIN', answer(rst | fin), 'spoofed'],
    ['SYN, ACK and URG', answer(syn | ack | urg), 'spoofed'],
    ['ACK alone', answer(ack), 'other'],
    ['cut before its flags', ipv4(TCP, tcp(syn | ack).subarray(0, 13)), 'other'],
  ]);
});

describe('backscatter of ICMP', () => {
  const type = (number: number): Uint8Array => ipv4(1, icmp(number));
  const type6 = (number: number): Uint8Array => ipv6(58, icmp(number));
  cases([
    ['unreachable', type(3), 'backscatterIcmpUnreachable'],
    ['time exceeded', type(11), 'backscatterIcmpExceeded'],
    ...[0, 4, 5, 12, 14, 16, 18].map((number): Case => [`type ${number}`, type(number), 'backscatterIcmpOther']),
    ...[8, 13, 15, 17].map((number): Case => [`question ${number}`, type(number), 'scan']),
    ...[1, 2, 6, 7, 9, 10, 19, 128, 255].map((number): Case => [`not ${number}`, type(number), 'other']),
    ['IPv6: unreachable', type6(1), 'backscatterIcmpUnreachable'],
    ['IPv6: time exceeded', type6(3), 'backscatterIcmpExceeded'],
    ...[2, 4, 129, 137, 140].map((number): Case => [`IPv6: type ${number}`, type6(number), 'backscatterIcmpOther']),
    ...[128, 139].map((number): Case => [`IPv6: question ${number}`, type6(number), 'scan']),
    ...[0, 8, 11, 130, 135].map((number): Case => [`IPv6: not ${number}`, type6(number), 'other']),
    ['ICMPv6 in IPv4', ipv4(58, icmp(1)), 'spoofed'],
    ['without its type', ipv4(1, icmp(0).subarray(0, 1)), 'other'],
  ]);
});

const QUESTION = '1234 0100 0001 0000 0000 0000 07766572';
const ANSWER = '1234 8180 0001 0001 0000 0000 07766572';
const sent = (source: number, target: number, payload: string | Uint8Array, network: Network = {}) =>
  ipv4(UDP, udp(source, target, payload), network);

describe('backscatter of UDP', () => {
  cases([
    ['an answer of DNS', sent(53, 40_000, ANSWER), 'backscatterDns'],
    ['that says no', sent(53, 40_000, '1234 8005 0001 0000 0000 0000'), 'backscatterDns'],
    ['to port 53', sent(53, 53, ANSWER), 'backscatterDns'],
    ['behind extensions of IPv6', ipv6(60, udp(53, 9, ANSWER), { extensions: '1100010400000000' }), 'backscatterDns'],
    [
      'a question from port 53 behind them',
      ipv6(60, udp(53, 9, QUESTION), { extensions: '1100010400000000' }),
      'erratic',
    ],
    ['a question from port 53', sent(53, 53, QUESTION), 'amplificationProbe'],
    ['a question from port 53 to another', sent(53, 40_000, QUESTION), 'erratic'],
    ['shorter than a header of DNS', sent(53, 40_000, '1234 8180 0001'), 'erratic'],
    ['an answer from another port', sent(5353, 40_000, ANSWER), 'backscatterUdp'],
    ['an answer from no port of a service', sent(40_001, 40_000, ANSWER), 'erratic'],
    ['SNMP', sent(161, 1024, '30'), 'backscatterUdp'],
    ['a time server', sent(123, 40_000, '24'), 'backscatterUdp'],
    ['from a low port to a low port', sent(161, 1023, '30'), 'other'],
    ['from its port to its port', sent(1900, 1900, '00'), 'other'],
    ['a service above those of servers', sent(27_015, 40_000, '00'), 'other'],
    ['SIP', sent(5060, 40_000, '00'), 'other'],
  ]);
});

describe('spoofed', () => {
  const linux = tcp(syn, { options: LINUX });
  const masscan = (options: string, window = 1024) => ipv4(TCP, tcp(syn, { window, options }), { ttl: 240 });
  cases([
    ['to itself', ipv4(TCP, linux, { source: '8.8.4.4', target: '8.8.4.4' }), 'spoofed'],
    ['to itself, an answer', ipv4(TCP, tcp(syn | ack), { source: '8.8.4.4', target: '8.8.4.4' }), 'spoofed'],
    ['to itself over IPv6', ipv6(TCP, linux, { source: '2a00::1', target: '2a00::1' }), 'spoofed'],
    ['to its neighbour over IPv6', ipv6(TCP, linux, { source: '2a00::1', target: '2a00:0:0:1::1' }), 'scan'],
    ['TTL of 200', ipv4(TCP, linux, { ttl: 200 }), 'spoofed'],
    ['TTL of 199', ipv4(TCP, linux, { ttl: 199 }), 'scan'],
    ['hop limit of 255', ipv6(TCP, linux, { ttl: 255 }), 'scan'],
    ['Masscan without options', masscan(''), 'scan'],
    ['Masscan with a segment size', masscan('020405b4'), 'scan'],
    ['Masscan with other options', masscan(LINUX), 'spoofed'],
    ['Masscan with another window', masscan('', 1025), 'spoofed'],
    ['ZMap of old', ipv4(TCP, tcp(syn, { window: 65_535 }), { ttl: 240, id: 54_321 }), 'scan'],
    ['nearly ZMap of old', ipv4(TCP, tcp(syn, { window: 65_535 }), { ttl: 240, id: 54_320 }), 'spoofed'],
    ['a last octet of 0', from('8.8.4.0'), 'spoofed'],
    ['a last octet of 255', from('8.8.4.255'), 'spoofed'],
    ['a last octet of 254', from('8.8.4.254'), 'scan'],
    ['the reserved bit', ipv4(TCP, linux, { fragment: 0x8000 }), 'spoofed'],
    ['do not fragment', ipv4(TCP, linux, { fragment: 0x4000 }), 'scan'],
    ['a first fragment', ipv4(TCP, linux, { fragment: 0x2000 }), 'scan'],
    ['a later fragment', ipv4(TCP, linux, { fragment: 0x2001 }), 'spoofed'],
    ['a later fragment over IPv6', ipv6(44, linux, { extensions: '0600000800000001' }), 'spoofed'],
    ['a first fragment over IPv6', ipv6(44, linux, { extensions: '0600000100000001' }), 'scan'],
    ['GRE', ipv4(47, hex('00000800')), 'spoofed'],
    ['ICMP in IPv6', ipv6(1, icmp(8)), 'spoofed'],
    ['an extension of IPv6 that is cut off', ipv6(60, hex('1100')), 'other'],
    ['from TCP port 0', ipv4(TCP, tcp(syn, { from: 0 })), 'spoofed'],
    ['to TCP port 0', ipv4(TCP, tcp(syn, { to: 0 })), 'spoofed'],
    ['TCP without ports', ipv4(TCP, tcp(syn).subarray(0, 3)), 'other'],
    ['PSH and URG', ipv4(TCP, tcp(psh | urg)), 'spoofed'],
    ['SYN and PSH', ipv4(TCP, tcp(syn | psh)), 'spoofed'],
    ['SYN with ECN', ipv4(TCP, tcp(syn | ece | cwr)), 'scan'],
    ['SYN and FIN', ipv4(TCP, tcp(syn | fin)), 'scan'],
    ['FIN and ACK', ipv4(TCP, tcp(fin | ack)), 'other'],
    ['from UDP port 0', sent(0, 9, '00'), 'spoofed'],
    ['to UDP port 0', sent(9, 0, '00'), 'spoofed'],
    ['UDP without ports', ipv4(UDP, hex('00')), 'other'],
    ['UDP to the web', sent(9, 80, '00'), 'spoofed'],
    ['UDP to the encrypted web', sent(9, 443, '00'), 'other'],
  ]);
});

const SNMP = `3029 020101 0406 ${Buffer.from('public').toString('hex')}`;
const NAMES = `1234 0000 0001 0000 0000 0000 20 ${Buffer.from('CKAAAAAA').toString('hex')}`;
const probe = (port: number, payload: string | Uint8Array) => sent(40_000, port, payload);

describe('probes for amplifiers', () => {
  const of = (port: number, payload: string | Uint8Array, near: readonly (string | Uint8Array)[] = []): Case[] => [
    [`port ${port}`, probe(port, payload), 'amplificationProbe'],
    [`port ${port} over IPv6`, ipv6(UDP, udp(40_000, port, payload)), 'amplificationProbe'],
    ...near.map((other, at): Case => [`port ${port}, nearly (${at})`, probe(port, other), 'not']),
  ];
  const all = [
    of(17, '0d0a'),
    of(17, ''),
    of(19, '01'),
    of(53, QUESTION, ['1234 0100 0002', ANSWER, '1234 01']),
    of(69, '0001 61', ['0002 61', '00']),
    of(111, '00000001 00000000 00000002 000186a0', ['00000001 00000001 00000002 000186a0', '00000001 00000000']),
    of(123, '1700032a 00000000', ['1700032b', '17']),
    of(137, NAMES, [NAMES.replace('434b', '434c')]),
    of(161, SNMP, [SNMP.replace('7075', '7076')]),
    of(389, '3025 020101 63', ['3025 020101 60']),
    of(389, '3084 00000025 020101 63'),
    of(520, '0101 0000', ['0201 0000']),
    of(623, '0600ff07', ['0600ff06']),
    of(1434, '02', ['05']),
    of(1900, text('M-SEARCH * HTTP/1.1'), [text('NOTIFY * HTTP/1.1')]),
    of(3283, '0014000103', ['0014000104']),
    of(3702, text('<?xml'), [text('xml')]),
    of(5060, text('OPTIONS sip:1'), [text('OPTION sip:1')]),
    of(5093, '7a0000000000', ['7a0000000001']),
    of(5353, `0000 0000 0001 0000 0000 0000 09 ${Buffer.from('_services').toString('hex')}`, ['0000 8400 0001']),
    of(5683, `40010000 bb ${Buffer.from('.well-known').toString('hex')}`, [`40020000 bb`]),
    of(10_001, '01000000', ['02000000']),
    of(11_211, `0000 0000 0001 0000 ${Buffer.from('stats').toString('hex')}`, ['0000 0000 0001 0000 00']),
    of(16_464, '00'.repeat(16), ['00'.repeat(15)]),
    of(27_015, `ffffffff ${Buffer.from('TSource').toString('hex')}`, ['ffffffff 55']),
    of(27_960, `ffffffff ${Buffer.from('getstatus').toString('hex')}`, ['ffffffff 55']),
    [['names from host to host', sent(137, 137, NAMES), 'erratic'] as const],
    [['the same to another port', probe(124, '1700032a'), 'other'] as const],
    [['over TCP', ipv4(TCP, tcp(ack, { to: 17 })), 'other'] as const],
  ].flat();
  test.for(all)('%s', ([, packet, expected]) => {
    if (expected === 'not') expect(classOf(packet)).not.toBe('amplificationProbe');
    else expect(classOf(packet)).toBe(expected);
  });
});

describe('scan', () => {
  cases([
    ['SYN', ipv4(TCP, tcp(syn, { options: LINUX })), 'scan'],
    ['SYN to Telnet', ipv4(TCP, tcp(syn, { to: 23, options: LINUX })), 'scan'],
    ['FIN alone', ipv4(TCP, tcp(fin)), 'scan'],
    ['no flags', ipv4(TCP, tcp(0)), 'scan'],
    ['Xmas', ipv4(TCP, tcp(fin | psh | urg)), 'scan'],
    ['no flags, and no room for them', ipv4(TCP, tcp(0).subarray(0, 13)), 'other'],
    ['Slammer', probe(1434, `04${'01'.repeat(375)}`), 'scan'],
    ['what time is it', probe(123, `e3000afa${'00'.repeat(44)}`), 'scan'],
    ['an answer to that', probe(123, `24000afa${'00'.repeat(44)}`), 'other'],
    ['SIP: who is there', probe(5060, text('REGISTER sip:1')), 'scan'],
    ['SIP: goodbye', probe(5060, text('BYE sip:1')), 'other'],
    ['Netis', probe(53_413, 'aa'), 'scan'],
    ['a command for Realtek’s SDK', probe(9_034, '6f72663b6364'), 'scan'],
    ['another word there', probe(9_034, '6f72663a6364'), 'other'],
    ['next to Netis', probe(53_414, 'aa'), 'other'],
  ]);
});

describe('misconfiguration', () => {
  const transport = (first: string) => `${first}${'00'.repeat(18)}`;
  cases([
    ['a question between peers', probe(9999, text('d1:ad2:id20:abcdefghij')), 'misconfiguration'],
    ['an answer between peers', probe(9999, text('d1:rd2:id20:abcdefghij')), 'misconfiguration'],
    ['nearly', probe(9999, text('d1:ad2:id21:abcdefghij')), 'other'],
    ['a greeting', probe(9999, text('\x13BitTorrent protocol')), 'misconfiguration'],
    ['its transport', probe(9999, transport('4100')), 'misconfiguration'],
    ['its transport with an extension', probe(9999, transport('2102')), 'misconfiguration'],
    ['another version', probe(9999, transport('4200')), 'other'],
    ['another extension', probe(9999, transport('4101')), 'other'],
    ['data', probe(9999, transport('0100')), 'other'],
    ['shorter than its header', probe(9999, '4100'), 'other'],
    ['syslog', probe(514, text('<13>1 ')), 'misconfiguration'],
    ['syslog without a priority', probe(514, text('<a>1 ')), 'other'],
    ['syslog elsewhere', probe(515, text('<13>1 ')), 'other'],
    ['a trap', probe(162, '3020'), 'misconfiguration'],
    ['no trap', probe(162, '2020'), 'other'],
  ]);
});

describe('erratic', () => {
  const zeros = (bytes: number) => `0000000000000000 3100 ${'00'.repeat(bytes)}`;
  cases([
    ['data to Telnet', ipv4(TCP, tcp(psh | ack, { to: 23 })), 'erratic'],
    ['data to the web', ipv4(TCP, tcp(ack, { to: 80 })), 'erratic'],
    ['data to 5000', ipv4(TCP, tcp(ack, { to: 5000 })), 'erratic'],
    ['data to 5001', ipv4(TCP, tcp(ack, { to: 5001 })), 'other'],
    ['zeros, then 31 00', probe(9999, zeros(20)), 'erratic'],
    ['of another length', probe(9999, zeros(21)), 'other'],
    ['others', probe(9999, zeros(20).replace('31', '32')), 'other'],
    ['SIP answers', sent(5060, 5060, text('SIP/2.0 200 OK')), 'erratic'],
    ['SIP answers another port', sent(5060, 5061, text('SIP/2.0 200 OK')), 'other'],
    ['96 bytes', probe(9999, '00'.repeat(68)), 'erratic'],
    ['97 bytes', probe(9999, '00'.repeat(69)), 'other'],
    ['1500 bytes', probe(9999, '00'.repeat(1472)), 'erratic'],
    ['to DNS, and no question', probe(53, '00'), 'erratic'],
    ['an answer of DNS between odd ports', probe(9999, ANSWER), 'erratic'],
    ['with a code', probe(9999, ANSWER.replace('8180', '8183')), 'erratic'],
    ['with too many records', probe(9999, ANSWER.replace('0001 0001', '0001 000a')), 'other'],
    ['from an authority', probe(9999, ANSWER.replace('8180', '8580')), 'other'],
  ]);
});

test('every class is given by a rule or left over, and every rule says where it comes from', () => {
  const given = new Set([...radiationRules.flatMap(({ gives }) => gives), 'other']);
  expect([...given].sort()).toEqual([...radiationNames].sort());
  for (const { reference } of radiationRules) expect(reference.length).toBeGreaterThan(20);
});
