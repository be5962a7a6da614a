import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatAddress,
  formatIpv4,
  formatIpv6,
  formatPrefix,
  parseIpv4,
  parseIpv6,
  parsePrefix,
} from '../../../shared/address.ts';

describe('IPv4', () => {
  test.for([
    ['0.0.0.0', 0],
    ['1.2.3.4', 0x01020304],
    ['192.0.2.1', 0xc0000201],
    ['255.255.255.255', 0xffffffff],
  ] as const)('%s', ([text, word]) => {
    expect(parseIpv4(text)).toBe(word);
    expect(formatIpv4(word)).toBe(text);
  });

  test.for([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '1.2.3.-4',
    '1..2.3',
    '1.2.3.4 ',
    '0x1.2.3.4',
    '1.2.3.1000',
    '01.2.3.4',
    '1.2.3.010',
    '::1',
  ])('"%s" is none', (text) => expect(parseIpv4(text)).toBeNull());
});

describe('IPv6 text as RFC 5952 has it', () => {
  test.for([
    { name: 'nothing but zeros', groups: '0000 0000 0000 0000 0000 0000 0000 0000', text: '::' },
    { name: 'loopback', groups: '0000 0000 0000 0000 0000 0000 0000 0001', text: '::1' },
    { name: 'zeros at the end', groups: '2001 0db8 0000 0000 0000 0000 0000 0000', text: '2001:db8::' },
    {
      name: 'no leading zeros in a group',
      groups: '2001 0db8 0001 0020 0300 4000 0005 0060',
      text: '2001:db8:1:20:300:4000:5:60',
    },
    {
      name: 'a single zero group stays',
      groups: '2001 0db8 0000 0001 0001 0001 0001 0001',
      text: '2001:db8:0:1:1:1:1:1',
    },
    { name: 'the longest run', groups: '2001 0000 0000 0001 0000 0000 0000 0001', text: '2001:0:0:1::1' },
    { name: 'the first of equal runs', groups: '2001 0db8 0000 0000 0001 0000 0000 0001', text: '2001:db8::1:0:0:1' },
    {
      name: 'a run that ends in the last group',
      groups: '0001 0000 0002 0003 0004 0005 0000 0000',
      text: '1:0:2:3:4:5::',
    },
    {
      name: 'lower case',
      groups: 'ABCD EF01 ABCD EF01 ABCD EF01 ABCD EF01',
      text: 'abcd:ef01:abcd:ef01:abcd:ef01:abcd:ef01',
    },
    { name: 'IPv4-mapped', groups: '0000 0000 0000 0000 0000 ffff c000 0201', text: '::ffff:192.0.2.1' },
    {
      name: 'not mapped, though it looks so',
      groups: '0001 0000 0000 0000 0000 ffff c000 0201',
      text: '1::ffff:c000:201',
    },
  ])('$name', ({ groups, text }) => {
    const words = groups.split(' ').map((group) => Number.parseInt(group, 16));
    const column = Uint32Array.from({ length: 4 }, (_, i) => (words[i * 2]! << 16) | words[i * 2 + 1]!);
    expect(formatIpv6(column)).toBe(text);
    expect(parseIpv6(text)).toEqual(column);
  });

  test('reads what it wrote, for any address', () => {
    // Groups of zeros are frequent, or no run would ever be long.
    const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const words = Uint32Array.from({ length: 4 }, (_, i) => (groups[i * 2]! << 16) | groups[i * 2 + 1]!);
        const text = formatIpv6(words);
        expect(parseIpv6(text)).toEqual(words);
        expect(text).not.toMatch(/:::|^:[^:]|[^:]:$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('IPv6 as RFC 4291 allows it', () => {
  test.for([
    ['2001:DB8:0:0:8:800:200C:417A', '2001:db8::8:800:200c:417a'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['::13.1.68.3', '::d01:4403'],
    ['0:0:0:0:0:FFFF:129.144.52.38', '::ffff:129.144.52.38'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ] as const)('%s is %s', ([text, canonical]) => expect(formatIpv6(parseIpv6(text)!)).toBe(canonical));

  test.for([
    '',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4::5:6:7:8',
    ':1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
    '12345::',
    'g::',
    '::1.2.3',
    '::1.2.3.256',
    '::1.2.3.4:5',
    '1.2.3.4',
    'fe80::1%eth0',
    ' ::1',
  ])('"%s" is none', (text) => expect(parseIpv6(text)).toBeNull());
});

test('a row of an address column takes one word or four', () => {
  expect(formatAddress(4, Uint32Array.of(1, 0x01020304), 1)).toBe('1.2.3.4');
  expect(formatAddress(6, Uint32Array.of(9, 9, 9, 9, 0x20010db8, 0, 0, 7), 1)).toBe('2001:db8::7');
});

describe('prefixes', () => {
  test.for([
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['198.51.100.7', '198.51.100.7/32'],
    ['198.51.100.6/31', '198.51.100.6/31'],
    ['128.0.0.0/1', '128.0.0.0/1'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['2001:db8:8000::/33', '2001:db8:8000::/33'],
    ['::/0', '::/0'],
    ['2001:db8::1', '2001:db8::1/128'],
  ] as const)('%s is %s', ([text, canonical]) => expect(formatPrefix(parsePrefix(text)!)).toBe(canonical));

  test.for([
    { name: 'a host bit in the last byte', text: '192.0.2.1/24' },
    { name: 'the host bit next to the border', text: '192.0.2.128/24' },
    { name: 'any bit under /0', text: '128.0.0.0/0' },
    { name: 'a host bit in the second word', text: '2001:db8:1::/32' },
    { name: 'a host bit in the last word', text: '2001:db8::1/127' },
    { name: 'longer than an IPv4 address', text: '192.0.2.0/33' },
    { name: 'longer than an IPv6 address', text: '2001:db8::/129' },
    { name: 'no length after the slash', text: '192.0.2.0/' },
    { name: 'a negative length', text: '192.0.2.0/-1' },
    { name: 'two lengths', text: '192.0.2.0/24/24' },
    { name: 'a mask instead of a length', text: '192.0.2.0/255.255.255.0' },
    { name: 'no address', text: '/24' },
    { name: 'nothing', text: '' },
    { name: 'a name', text: 'localhost/8' },
  ])('$name: $text is none', ({ text }) => expect(parsePrefix(text)).toBeNull());
});
