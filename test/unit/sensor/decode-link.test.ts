import { describe, expect, test } from 'vitest';
import { hex } from '../../support/hex.ts';
import { decodeOne } from '../../support/packet-batch.ts';

const ETHERNET = 1;
//           version length id   fragment TTL,TCP sum  192.0.2.1 to 198.51.100.7
const IPV4 = '45 00 0028 abcd 0000 f306 0000 c0000201 c6336407';
//           ports     sequence acknowledge offset, SYN  window sum  urgent
const SYN = '9c40 0017 11223344 00000000 50 02 0400 0000 0000';
//           version  payload next hops 2001:db8::1                      to 2001:db8:ffff::7
const IPV6 = '60000000 0014 06 40 20010db8000000000000000000000001 20010db8ffff00000000000000000007';
const MACS = '0200 0000 0001 0200 0000 0002';

/** Where the packet came to. */
const found = (linkType: number, ...parts: string[]) => {
  const { packet, notIp, undecodable } = decodeOne(linkType, hex(...parts));
  return packet === null
    ? { notIp, undecodable }
    : { family: packet.family, port: packet.targetPort, vlan: packet.vlan };
};
const ipv4 = (vlan = 0) => ({ family: 4, port: 23, vlan });
const ipv6 = (vlan = 0) => ({ family: 6, port: 23, vlan });
const notIp = (name: string) => ({ notIp: { [name]: 1 }, undecodable: {} });
const undecodable = (fault: string) => ({ notIp: {}, undecodable: { [fault]: 1 } });

describe('Ethernet', () => {
  test.for([
    { name: 'IPv4', header: '0800', packet: IPV4, expected: ipv4() },
    { name: 'IPv6', header: '86dd', packet: IPV6, expected: ipv6() },
    { name: 'ARP', header: '0806', packet: '', expected: notIp('0x0806') },
    { name: 'the lowest EtherType', header: '0600', packet: '', expected: notIp('0x0600') },
    { name: 'a VLAN', header: '8100 0064 0800', packet: IPV4, expected: ipv4(100) },
    { name: 'a VLAN with priority bits', header: '8100 f064 86dd', packet: IPV6, expected: ipv6(100) },
    { name: 'QinQ: the outermost tag counts', header: '88a8 00c8 8100 0064 0800', packet: IPV4, expected: ipv4(200) },
    { name: 'QinQ as before 802.1ad', header: '9100 00c8 8100 0064 0800', packet: IPV4, expected: ipv4(200) },
    { name: 'a priority tag, then a VLAN', header: '8100 e000 8100 0064 0800', packet: IPV4, expected: ipv4(100) },
    { name: '32 tags', header: `${'8100 0001 '.repeat(32)}0800`, packet: IPV4, expected: ipv4(1) },
    { name: '33 tags', header: `${'8100 0001 '.repeat(33)}0800`, packet: IPV4, expected: undecodable('tooDeep') },
    { name: 'nothing but tags', header: '8100 0001 '.repeat(40), packet: '', expected: undecodable('tooDeep') },
    { name: 'a tag cut off', header: '8100 0064 08', packet: '', expected: undecodable('truncatedLink') },
    { name: 'ARP in a VLAN', header: '8100 0064 0806', packet: '', expected: notIp('0x0806') },
    { name: '802.3 with SNAP', header: '0030 aaaa 03 000000 0800', packet: IPV4, expected: ipv4() },
    { name: '802.3 with SNAP and ARP', header: '0030 aaaa 03 000000 0806', packet: '', expected: notIp('0x0806') },
    {
      name: '802.3 with SNAP in a VLAN',
      header: '8100 0064 0050 aaaa 03 000000 86dd',
      packet: IPV6,
      expected: ipv6(100),
    },
    { name: 'spanning tree (LLC)', header: '0026 4242 03 0000000000', packet: '', expected: notIp('llc') },
    { name: 'SNAP of another organisation', header: '0030 aaaa 03 00000c 2000', packet: '', expected: notIp('llc') },
    { name: 'SNAP cut off', header: '0030 aaaa 03 000000 08', packet: '', expected: undecodable('truncatedLink') },
    { name: 'a header and no more', header: '0800', packet: '', expected: undecodable('truncatedNetwork') },
    { name: 'IPv6 where IPv4 was told', header: '0800', packet: IPV6, expected: undecodable('badNetworkHeader') },
    {
      name: 'IPv4 where IPv6 was told',
      header: '86dd',
      packet: `${IPV4}${SYN}`,
      expected: undecodable('badNetworkHeader'),
    },
  ])('$name', ({ header, packet, expected }) => {
    expect(found(ETHERNET, MACS, header, packet, packet === '' ? '' : SYN)).toEqual(expected);
  });

  test('a header cut off anywhere', () => {
    const header = hex(MACS, '0800');
    for (let length = 0; length < header.length; length++)
      expect(decodeOne(ETHERNET, header.subarray(0, length)).undecodable, `${length}`).toEqual({ truncatedLink: 1 });
  });
});

describe('raw IP', () => {
  test.for([
    { name: 'IPv4', linkType: 101, bytes: IPV4 + SYN, expected: ipv4() },
    { name: 'IPv6', linkType: 101, bytes: IPV6 + SYN, expected: ipv6() },
    { name: 'IPv4 as link type 12', linkType: 12, bytes: IPV4 + SYN, expected: ipv4() },
    { name: 'IPv6 as link type 14', linkType: 14, bytes: IPV6 + SYN, expected: ipv6() },
    { name: 'IPv4 alone', linkType: 228, bytes: IPV4 + SYN, expected: ipv4() },
    { name: 'IPv6 alone', linkType: 229, bytes: IPV6 + SYN, expected: ipv6() },
    {
      name: 'IPv6 where only IPv4 can be',
      linkType: 228,
      bytes: IPV6 + SYN,
      expected: undecodable('badNetworkHeader'),
    },
    {
      name: 'IPv4 where only IPv6 can be',
      linkType: 229,
      bytes: IPV4 + SYN,
      expected: undecodable('badNetworkHeader'),
    },
    { name: 'neither', linkType: 101, bytes: `15${IPV4.slice(2)}${SYN}`, expected: undecodable('badNetworkHeader') },
    { name: 'nothing', linkType: 101, bytes: '', expected: undecodable('truncatedLink') },
    { name: 'nothing of IPv4', linkType: 228, bytes: '', expected: undecodable('truncatedNetwork') },
  ])('$name', ({ linkType, bytes, expected }) => expect(found(linkType, bytes)).toEqual(expected));
});

describe('Linux cooked', () => {
  //          packet type, ARPHRD, address length, address
  const v1 = '0000 0001 0006 020000000001 0000';
  //          EtherType stands first; reserved, interface, ARPHRD, packet type, address length, address
  const v2 = '0000 00000002 0001 00 06 020000000001 0000';
  test.for([
    { name: 'IPv4', linkType: 113, header: `${v1} 0800`, packet: IPV4, expected: ipv4() },
    { name: 'IPv6', linkType: 113, header: `${v1} 86dd`, packet: IPV6, expected: ipv6() },
    { name: 'a VLAN', linkType: 113, header: `${v1} 8100 0064 0800`, packet: IPV4, expected: ipv4(100) },
    { name: 'ARP', linkType: 113, header: `${v1} 0806`, packet: '', expected: notIp('0x0806') },
    { name: 'cut off', linkType: 113, header: `${v1} 08`, packet: '', expected: undecodable('truncatedLink') },
    { name: 'IPv4 in version 2', linkType: 276, header: `0800 ${v2}`, packet: IPV4, expected: ipv4() },
    { name: 'IPv6 in version 2', linkType: 276, header: `86dd ${v2}`, packet: IPV6, expected: ipv6() },
    {
      name: 'version 2 cut off',
      linkType: 276,
      header: `0800 ${v2.slice(0, -2)}`,
      packet: '',
      expected: undecodable('truncatedLink'),
    },
  ])('$name', ({ linkType, header, packet, expected }) => {
    expect(found(linkType, header, packet, packet === '' ? '' : SYN)).toEqual(expected);
  });
});

describe('BSD loopback', () => {
  test.for([
    { name: 'IPv4, little-endian', bytes: `02000000${IPV4}`, expected: ipv4() },
    { name: 'IPv4, big-endian', bytes: `00000002${IPV4}`, expected: ipv4() },
    { name: 'IPv6 of NetBSD', bytes: `18000000${IPV6}`, expected: ipv6() },
    { name: 'IPv6 of FreeBSD', bytes: `0000001c${IPV6}`, expected: ipv6() },
    { name: 'IPv6 of macOS', bytes: `1e000000${IPV6}`, expected: ipv6() },
    { name: 'another family', bytes: `07000000${IPV4}`, expected: notIp('0x0000') },
  ])('$name', ({ bytes, expected }) => expect(found(0, bytes, SYN)).toEqual(expected));

  test('cut off', () => expect(found(0, '020000')).toEqual(undecodable('truncatedLink')));
});

test.for([195, 230, 65_535])('link type %i is counted under its number', (linkType) => {
  expect(found(linkType, IPV4, SYN)).toEqual(notIp(`link ${linkType}`));
});
