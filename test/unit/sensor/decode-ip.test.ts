import { describe, expect, test } from 'vitest';
import { hex, zeros } from '../../support/hex.ts';
import { decodeOne } from '../../support/packet-batch.ts';

const RAW = 101;
const decode = (...parts: string[]) => decodeOne(RAW, hex(...parts));
//           ports     sequence acknowledge offset, SYN  window sum  urgent
const SYN = '9c40 0017 11223344 00000000 50 02 0400 0000 0000';

describe('IPv4', () => {
  //           version length id   fragment TTL,TCP sum  192.0.2.1 to 198.51.100.7
  const IPV4 = '45 00 0028 abcd 0000 f306 0000 c0000201 c6336407';
  const header = (fields: { first?: string; length?: string; fragment?: string; protocol?: string }) =>
    `${fields.first ?? '45'} 00 ${fields.length ?? '0028'} abcd ${fields.fragment ?? '0000'} f3${fields.protocol ?? '06'} 0000 c0000201 c6336407`;

  test('a SYN, field by field', () => {
    expect(decode(IPV4, SYN)).toEqual({
      packet: {
        family: 4,
        source: '192.0.2.1',
        target: '198.51.100.7',
        protocol: 6,
        sourcePort: 40_000,
        targetPort: 23,
        tcpFlags: 2,
        tcpSequence: 0x11223344,
        tcpWindow: 1024,
        ttl: 243,
        ipLength: 40,
        ipId: 0xabcd,
        vlan: 0,
        fragment: 0,
        synOptions: '',
        tunnel: '',
        inner: '',
      },
      notIp: {},
      undecodable: {},
      faults: {},
    });
  });

  test('addresses above 128.0.0.0 are unsigned', () => {
    const { packet } = decode('4500 0028 0000 0000 0106 0000 ffffffff ff000001', SYN);
    expect(packet).toMatchObject({ source: '255.255.255.255', target: '255.0.0.1' });
  });

  test.for([
    {
      name: 'options are passed over',
      bytes: [header({ first: '46', length: '002c' }), '94040000', SYN],
      expected: { targetPort: 23, ipLength: 44 },
      faults: {},
    },
    {
      name: 'the most options',
      bytes: [header({ first: '4f', length: '0050' }), zeros(40), SYN],
      expected: { targetPort: 23 },
      faults: {},
    },
    {
      name: 'padding of Ethernet is no payload',
      bytes: [header({ length: '0014' }), zeros(26)],
      expected: { targetPort: 0 },
      faults: { truncatedTransport: 1 },
    },
    {
      name: 'padding is no TCP header either',
      bytes: [header({ length: '0018' }), '9c400017', zeros(22)],
      expected: { sourcePort: 40_000, targetPort: 23, tcpFlags: 0 },
      faults: { truncatedTransport: 1 },
    },
    {
      name: 'length 0: the frame’s end holds',
      bytes: [header({ length: '0000' }), SYN],
      expected: { targetPort: 23, ipLength: 0 },
      faults: {},
    },
    {
      name: 'a length of more than was captured',
      bytes: [header({ length: 'ffff' }), SYN],
      expected: { targetPort: 23, ipLength: 65_535 },
      faults: {},
    },
    {
      name: 'options cut off',
      bytes: [header({ first: '4f', length: '003c' }), zeros(8)],
      expected: { protocol: 6, targetPort: 0 },
      faults: { truncatedTransport: 1 },
    },
    {
      name: 'do not fragment',
      bytes: [header({ fragment: '4000' }), SYN],
      expected: { fragment: 0, targetPort: 23 },
      faults: {},
    },
    {
      name: 'the evil bit',
      bytes: [header({ fragment: '8000' }), SYN],
      expected: { fragment: 0, targetPort: 23 },
      faults: {},
    },
    {
      name: 'a first fragment has ports',
      bytes: [header({ fragment: '2000' }), SYN],
      expected: { fragment: 1, targetPort: 23 },
      faults: {},
    },
    {
      name: 'a later fragment has none',
      bytes: [header({ fragment: '20b9' }), SYN],
      expected: { fragment: 2, targetPort: 0, tcpFlags: 0, protocol: 6 },
      faults: {},
    },
    {
      name: 'the last fragment',
      bytes: [header({ fragment: '0001' }), SYN],
      expected: { fragment: 2, targetPort: 0 },
      faults: {},
    },
    {
      name: 'a later fragment may be of any length',
      bytes: [header({ fragment: '0001', length: '0015' }), '00'],
      expected: { fragment: 2 },
      faults: {},
    },
    {
      name: 'an unknown protocol',
      bytes: [header({ protocol: 'fd' }), SYN],
      expected: { protocol: 253, targetPort: 0 },
      faults: {},
    },
    {
      name: 'no payload at all',
      bytes: [header({ protocol: 'fd', length: '0014' })],
      expected: { protocol: 253 },
      faults: {},
    },
  ])('$name', ({ bytes, expected, faults }) => {
    const decoded = decode(...bytes);
    expect(decoded.packet).toMatchObject(expected);
    expect(decoded).toMatchObject({ notIp: {}, undecodable: {}, faults });
  });

  test.for([
    { name: 'one byte short', bytes: [IPV4.slice(0, -2)], fault: 'truncatedNetwork' },
    { name: 'a single byte', bytes: ['45'], fault: 'truncatedNetwork' },
    { name: 'a header of 16 bytes', bytes: [header({ first: '44' }), SYN], fault: 'badNetworkHeader' },
    { name: 'a header of no bytes', bytes: [header({ first: '40' }), SYN], fault: 'badNetworkHeader' },
    { name: 'version 5', bytes: [header({ first: '55' }), SYN], fault: 'badNetworkHeader' },
  ])('$name is $fault', ({ bytes, fault }) => {
    expect(decode(...bytes)).toEqual({ packet: null, notIp: {}, undecodable: { [fault]: 1 }, faults: {} });
  });
});

describe('IPv6', () => {
  const header = (next: string, payload = 'ffff') =>
    `60000000 ${payload} ${next} 40 20010db8000000000000000000000001 20010db8ffff00000000000000000007`;
  /** Hop-by-hop, routing or destination options of eight bytes. */
  const extension = (next: string) => `${next} 00 010400000000`;
  const fragmentHeader = (next: string, offsetAndMore: string) => `${next} 00 ${offsetAndMore} 12345678`;

  test('a SYN, field by field', () => {
    expect(decode(header('06', '0014'), SYN)).toEqual({
      packet: {
        family: 6,
        source: '2001:db8::1',
        target: '2001:db8:ffff::7',
        protocol: 6,
        sourcePort: 40_000,
        targetPort: 23,
        tcpFlags: 2,
        tcpSequence: 0x11223344,
        tcpWindow: 1024,
        ttl: 64,
        ipLength: 60,
        ipId: 0,
        vlan: 0,
        fragment: 0,
        synOptions: '',
        tunnel: '',
        inner: '',
      },
      notIp: {},
      undecodable: {},
      faults: {},
    });
  });

  test.for([
    {
      name: 'hop-by-hop options',
      bytes: [header('00'), extension('06'), SYN],
      expected: { protocol: 6, targetPort: 23 },
    },
    { name: 'routing', bytes: [header('2b'), extension('06'), SYN], expected: { protocol: 6, targetPort: 23 } },
    {
      name: 'destination options of 24 bytes',
      bytes: [header('3c'), '06 02', zeros(22), SYN],
      expected: { targetPort: 23 },
    },
    {
      name: 'authentication counts in words of four',
      bytes: [header('33'), '06 04 0000', zeros(20), SYN],
      expected: { targetPort: 23 },
    },
    {
      name: 'mobility, HIP and shim6',
      bytes: [header('87'), extension('8b'), extension('8c'), extension('06'), SYN],
      expected: { targetPort: 23 },
    },
    {
      name: 'several in a row',
      bytes: [header('00'), extension('2b'), extension('3c'), extension('06'), SYN],
      expected: { protocol: 6, targetPort: 23 },
    },
    {
      name: 'the most that are walked',
      bytes: [header('3c'), extension('3c').repeat(15), extension('06'), SYN],
      expected: { protocol: 6, targetPort: 23 },
    },
    {
      name: 'a first fragment has ports',
      bytes: [header('2c'), fragmentHeader('06', '0001'), SYN],
      expected: { fragment: 1, targetPort: 23 },
    },
    {
      name: 'a later fragment has none',
      bytes: [header('2c'), fragmentHeader('06', '0b51'), SYN],
      expected: { fragment: 2, protocol: 6, targetPort: 0 },
    },
    {
      name: 'the last fragment',
      bytes: [header('2c'), fragmentHeader('06', '0008'), SYN],
      expected: { fragment: 2, targetPort: 0 },
    },
    {
      name: 'an atomic fragment is whole',
      bytes: [header('2c'), fragmentHeader('06', '0000'), SYN],
      expected: { fragment: 0, targetPort: 23 },
    },
    {
      name: 'what follows a later fragment’s header is no header',
      bytes: [header('2c'), fragmentHeader('3c', '0008'), '00'],
      expected: { fragment: 2, protocol: 60 },
    },
    { name: 'nothing follows', bytes: [header('3b', '0000')], expected: { protocol: 59 } },
    {
      name: 'payload length 0: the frame’s end holds',
      bytes: [header('06', '0000'), SYN],
      expected: { targetPort: 23, ipLength: 40 },
    },
    { name: 'the longest payload', bytes: [header('06', 'ffff'), SYN], expected: { ipLength: 65_535 } },
    { name: 'ESP is not looked into', bytes: [header('32'), SYN], expected: { protocol: 50, targetPort: 0 } },
  ])('$name', ({ bytes, expected }) => {
    const decoded = decode(...bytes);
    expect(decoded.packet).toMatchObject(expected);
    expect(decoded).toMatchObject({ notIp: {}, undecodable: {}, faults: {} });
  });

  test.for([
    {
      name: 'an option that reaches past the packet',
      bytes: [header('3c'), '06 00 c9ff 00000000', SYN],
      fault: 'badExtension',
      expected: { protocol: 60, targetPort: 0 },
    },
    { name: 'an extension that is not there', bytes: [header('00')], fault: 'badExtension', expected: { protocol: 0 } },
    {
      name: 'an extension cut off',
      bytes: [header('00'), '06 00 0104'],
      fault: 'badExtension',
      expected: { protocol: 0, targetPort: 0 },
    },
    {
      name: 'an extension longer than the packet',
      bytes: [header('00'), '06 ff', zeros(40)],
      fault: 'badExtension',
      expected: { protocol: 0 },
    },
    {
      name: 'an extension that the payload length cuts off',
      bytes: [header('00', '0004'), extension('06'), SYN],
      fault: 'badExtension',
      expected: { protocol: 0 },
    },
    {
      name: 'a fragment header cut off',
      bytes: [header('2c'), '06 00 0b51'],
      fault: 'badExtension',
      expected: { protocol: 44, fragment: 0 },
    },
    {
      name: 'TCP cut off behind an extension',
      bytes: [header('00'), extension('06'), SYN.slice(0, -2)],
      fault: 'truncatedTransport',
      expected: { targetPort: 23 },
    },
    {
      name: 'padding is no payload',
      bytes: [header('06', '0004'), SYN],
      fault: 'truncatedTransport',
      expected: { targetPort: 23, tcpFlags: 0 },
    },
  ])('$name is decoded, with a fault', ({ bytes, fault, expected }) => {
    const decoded = decode(...bytes);
    expect(decoded.packet).toMatchObject({ source: '2001:db8::1', ...expected });
    expect(decoded).toMatchObject({ notIp: {}, undecodable: {}, faults: { [fault]: 1 } });
  });

  test.for([
    { name: 'one byte short', bytes: [header('06').slice(0, -2)], fault: 'truncatedNetwork' },
    { name: 'a single byte', bytes: ['60'], fault: 'truncatedNetwork' },
  ])('$name is $fault', ({ bytes, fault }) => {
    expect(decode(...bytes)).toEqual({ packet: null, notIp: {}, undecodable: { [fault]: 1 }, faults: {} });
  });
});

test.for([
  { name: 'before 1970', seconds: -1 },
  { name: 'after 2255', seconds: 9_000_000_000 },
])('a packet of a time $name is decoded, with a fault', ({ seconds }) => {
  const { packet, faults } = decodeOne(RAW, hex('4500 0028 0000 0000 0106 0000 c0000201 c6336407', SYN), { seconds });
  expect(packet).not.toBeNull();
  expect(faults).toEqual({ timeOutOfRange: 1 });
});
