import { describe, expect, test } from 'vitest';
import { crc32c, isChecksumGood, sumWords } from '../../../shared/internet-checksum.ts';
import { hex } from '../../support/hex.ts';
import { decodeOne } from '../../support/packet-batch.ts';

const RAW = 101;
const TCP = '4500002b0001000040068e90c0000201c633640704000050000000010000000050020400e7ed00006f6464';
const UDP = '450000210001000040118e8fc0000201c633640704000035000dcb9068656c6c6f';
const UDP6 =
  '60000000000e114020010db800000000000000000000000120010db800000000000000000000000204000035000e5c3568656c6c6f21';

// Made with scapy, which fills in the checksums: 192.0.2.1 to 198.51.100.7 and 2001:db8::1 to 2001:db8::2.
const packets: readonly (readonly [name: string, packet: string])[] = [
  ['TCP with an odd byte', TCP],
  [
    'TCP over IPv6',
    '600000000018064020010db800000000000000000000000120010db800000000000000000000000204000050000000010000000050020400813400006576656e',
  ],
  ['UDP', UDP],
  ['UDP over IPv6', UDP6],
  ['ICMP', '450000210001000040018e9fc0000201c63364070800f82c0001000170696e6721'],
  [
    'ICMPv6',
    '60000000000c3a4020010db800000000000000000000000120010db8000000000000000000000002800045710001000170696e67',
  ],
  ['SCTP', '450000240001000040848e19c0000201c6336407040000500000000794eda31f0b000004'],
  [
    'UDP over IPv6 behind options',
    '6000000000113c4020010db800000000000000000000000120010db800000000000000000000000211000104000000000001000200092c6478',
  ],
  // By hand from the UDP above: protocol 136 (0x77 more in both sums), and the length's place says how much is covered.
  ['UDP-Lite that covers all', '450000210001000040888e18c0000201c633640704000035000dcb1968656c6c6f'],
  ['UDP-Lite that covers its header', '450000210001000040888e18c0000201c63364070400003500080ef168656c6c6f'],
];
const isIpv6 = (packet: string) => packet.startsWith('6');
const verify = (bytes: Uint8Array, wireLength = bytes.length) => decodeOne(RAW, bytes, { checksums: true, wireLength });

describe.for(packets)('%s', ([, packet]) => {
  const network = { good: isIpv6(packet) ? 0 : 1, bad: 0 };

  test('is good, with padding, too', () => {
    for (const bytes of [hex(packet), hex(packet, 'ffff ffff')]) {
      const { checksums, faults } = verify(bytes);
      expect(checksums).toEqual({ network, transport: { good: 1, bad: 0, notVerified: 0 } });
      expect(faults).toEqual({});
    }
  });

  test('with one bit changed it is bad, and stays decoded', () => {
    const bytes = hex(packet);
    const at = packet.includes('68656c6c6f') && packet.includes('00080ef1') ? 20 : bytes.length - 1;
    bytes[at]! ^= 1;
    const decoded = verify(bytes);
    expect(decoded.checksums).toEqual({ network, transport: { good: 0, bad: 1, notVerified: 0 } });
    expect(decoded.faults).toEqual({ badTransportChecksum: 1 });
    expect(decoded.packet).not.toBeNull();
  });

  test('cut anywhere, it is not verified', () => {
    const whole = hex(packet);
    for (let length = 0; length < whole.length; length++) {
      const { packet: cut, checksums } = verify(whole.slice(0, length), whole.length);
      if (cut === null) continue;
      expect(checksums).toEqual({ network, transport: { good: 0, bad: 0, notVerified: 1 } });
    }
  });

  test('is not looked at where nobody asks', () => {
    const bytes = hex(packet);
    bytes[bytes.length - 1]! ^= 1;
    const { checksums, faults } = decodeOne(RAW, bytes);
    expect({ checksums, faults }).toEqual({ checksums: undefined, faults: {} });
  });
});

test('the IPv4 header has a checksum of its own', () => {
  const { checksums, faults, packet } = verify(hex(TCP.replace('4006', '4106')));
  expect(checksums).toMatchObject({ network: { good: 0, bad: 1 }, transport: { good: 1 } });
  expect(faults).toEqual({ badNetworkChecksum: 1 });
  expect(packet).toMatchObject({ ttl: 65 });
});

test.for([
  { name: 'UDP without one', packet: UDP.replace('cb90', '0000'), transport: { notVerified: 1 } },
  { name: 'UDP over IPv6 without one', packet: UDP6.replace('5c35', '0000'), transport: { bad: 1 } },
  {
    name: 'a UDP length beyond the packet',
    packet: UDP.replace('000dcb90', '000ecb90'),
    transport: { notVerified: 1 },
  },
  { name: 'a UDP length below its header', packet: UDP.replace('000dcb90', '0007cb90'), transport: { notVerified: 1 } },
  { name: 'a first fragment', packet: UDP.replace('00010000', '00012000'), transport: { notVerified: 1 } },
  { name: 'a later fragment', packet: UDP.replace('00010000', '00010001'), transport: { notVerified: 1 } },
  { name: 'a protocol without', packet: UDP.replace('4011', '4059'), transport: { notVerified: 1 } },
  {
    name: 'a packet whose routing header is underway: its last target is elsewhere',
    packet: UDP6.replace('000e1140', '00162b40').replace('04000035000e', '1100000100000000 04000035000e'),
    transport: { notVerified: 1 },
  },
])('$name', ({ packet, transport }) => {
  expect(verify(hex(packet)).checksums?.transport).toEqual({ good: 0, bad: 0, notVerified: 0, ...transport });
});

describe('sums', () => {
  const view = (text: string) => new DataView(hex(text).buffer);

  test('of RFC 1071, section 3', () => {
    expect(sumWords(view('0001 f203 f4f5 f6f7'), 0, 8) % 65_535).toBe(0xddf2);
  });

  test.for(['', 'ff', '0102', '010203', '01020304', '0102030405060708090a0b'])('word by word: %s', (text) => {
    const bytes = [...hex(text)];
    const sum = bytes.reduce((total, byte, at) => total + (at % 2 === 0 ? byte * 256 : byte), 0);
    expect(sumWords(view(text), 0, bytes.length) % 65_535).toBe(sum % 65_535);
  });

  test('the longest packet of ones is summed exactly', () => {
    const ones = new DataView(new Uint8Array(262_144).fill(0xff).buffer);
    expect(isChecksumGood(sumWords(ones, 0, ones.byteLength))).toBe(true);
    ones.setUint8(262_143, 0xfe);
    expect(isChecksumGood(sumWords(ones, 0, ones.byteLength))).toBe(false);
  });

  test('CRC-32C of "123456789", and with four bytes left out', () => {
    const digits = view('313233343536373839');
    expect(crc32c(digits, 0, 9, 9)).toBe(0xe3069283);
    expect(crc32c(digits, 0, 9, 2)).toBe(crc32c(view('313200000000373839'), 0, 9, 9));
  });
});

test.for([
  { name: 'underway is not verified: the sum is over the last target', pointer: '04', sum: '8d86', good: 0, bad: 0 },
  { name: 'at its end is verified', pointer: '08', sum: '9f55', good: 1, bad: 0 },
  { name: 'at its end is verified, and wrong', pointer: '08', sum: '8d86', good: 0, bad: 1 },
])('a TCP segment with a source route of IPv4 $name', ({ pointer, sum, good, bad }) => {
  // Made with scapy; tcpdump and tshark call the first one correct.
  const packet = `4700003000010000400647fac0000201c6336407018307${pointer}cb007109040000500000000100000000500220 00${sum}0000`;
  const { transport } = verify(hex(packet)).checksums!;
  expect(transport).toEqual({ good, bad, notVerified: 1 - good - bad });
});

test('options of IPv4 that lie about their length are passed over', () => {
  for (const options of ['83000000', '83ff0401', '07010000', '01010183', '83030500']) {
    const packet = `4600002c00010000400600 00c0000201c6336407${options}0400005000000001000000005002200000000000`;
    expect(verify(hex(packet)).packet).not.toBeNull();
  }
});
