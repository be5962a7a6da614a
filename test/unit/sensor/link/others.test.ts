/** Link types of systems, of switches, and of networks of old. */
import { describe, expect, test } from 'vitest';
import { linkDecoders } from '../../../../sensor/decode/link/index.ts';
import { pseudoHeaderBytes } from '../../../../sensor/decode/link/pseudo-header.ts';
import { hex } from '../../../support/hex.ts';
import { describeLinkType, IPV4, MACS, SNAP } from '../../../support/link-frames.ts';

/** Packet type, device, length of the address, address. */
const cooked = (device: string) => `0000 ${device} 0006 020000000001 0000`;
const cooked2 = (protocol: string, device: string) => `${protocol} 0000 00000002 ${device} 00 06 020000000001 0000`;
describeLinkType('Linux cooked', 113, [
  { name: 'LLC', header: `${cooked('0001')} 0004 ${SNAP} 86dd`, expected: 'ipv6' },
  { name: 'a frame', header: `${cooked('0001')} 0003 ${MACS} 0800`, expected: 'ipv4' },
  { name: 'PPP', header: `${cooked('0200')} 0007 ff03 0021`, expected: 'ipv4' },
  { name: 'IPX', header: `${cooked('0001')} 0001`, packet: IPV4, expected: { notIp: 'llc' } },
  { name: 'CAN', header: `${cooked('0118')} 000c`, packet: IPV4, expected: { notIp: '0x000c' } },
  { name: 'Frame Relay', header: `${cooked('0302')} 0000 1841 03 cc`, expected: 'ipv4' },
  { name: 'radiotap', header: `${cooked('0323')} 0004 0000 0800 00000004`, packet: IPV4, expected: { notIp: 'llc' } },
  { name: 'GRE', header: `${cooked('030a')} 0800`, expected: 'ipv4' },
  { name: 'PPP in GRE', header: `${cooked('030a')} 880b 0021`, expected: 'ipv4' },
  {
    name: "a VLAN's number in GRE",
    header: `${cooked('030a')} 8100 0001 0800`,
    packet: IPV4,
    expected: { notIp: '0x8100' },
  },
  { name: 'netlink', header: `${cooked('0338')} 0800`, packet: IPV4, expected: { notIp: '0x0000' } },
]);
describeLinkType('Linux cooked v2', 276, [
  { name: 'LLC', header: `${cooked2('0004', '0001')} ${SNAP} 0800`, expected: 'ipv4' },
  { name: 'IPv6', header: cooked2('86dd', '0304'), expected: 'ipv6' },
  { name: 'ARP', header: cooked2('0806', '0001'), expected: { notIp: '0x0806' } },
  { name: 'netlink', header: cooked2('0800', '0338'), packet: IPV4, expected: { notIp: '0x0000' } },
]);

describeLinkType('NFLOG', 239, [
  { name: 'IPv4', header: '02 00 0000 0800 0100 08000100 2c00 0900', expected: 'ipv4' },
  { name: 'IPv6', header: '0a 00 0000 0500 0a00 00000000 4000 0900', expected: 'ipv6' },
  { name: 'big-endian', header: '02 00 0000 0008 0001 08000100 002c 0009', expected: 'ipv4' },
  { name: 'another family', header: '07 00 0000 2c00 0900', packet: IPV4, expected: { notIp: '0x0000' } },
  {
    name: 'an attribute of length 0',
    header: '02 00 0000 0000 0100',
    packet: IPV4,
    expected: { fault: 'truncatedLink' },
  },
  { name: 'no packet', header: '02 00 0000 0800 0100 00000000', packet: '', expected: { fault: 'truncatedLink' } },
]);

describeLinkType('PKTAP', 258, [
  { name: 'Ethernet', header: `0c000000 01000000 01000000 ${MACS} 86dd`, expected: 'ipv6' },
  { name: 'raw IP, a longer header', header: '10000000 01000000 0c000000 00000000', expected: 'ipv4' },
  { name: 'no packet', header: '0c000000 02000000 0c000000', packet: IPV4, expected: { notIp: '0x0000' } },
  { name: 'a length of 0', header: '00000000 01000000 0c000000', packet: IPV4, expected: { fault: 'truncatedLink' } },
]);

const ipnet = (family: string) => `01${family} 0000 00000000 00000001 00000001 00000001 00000001`;
describeLinkType('IPNET', 226, [
  { name: 'IPv4', header: ipnet('02'), expected: 'ipv4' },
  { name: 'IPv6', header: ipnet('1a'), expected: 'ipv6' },
  { name: 'neither', header: ipnet('00'), packet: IPV4, expected: { notIp: '0x0000' } },
]);

describeLinkType('Token Ring', 6, [
  { name: 'IPv4', header: `1040 ${MACS} ${SNAP} 0800`, expected: 'ipv4' },
  { name: 'a route', header: `1040 020000000001 820000000002 0630 0011 0022 ${SNAP} 86dd`, expected: 'ipv6' },
  { name: 'management', header: `1000 ${MACS} ${SNAP} 0800`, packet: IPV4, expected: { notIp: 'llc' } },
]);
describeLinkType('FDDI', 10, [
  { name: 'IPv4', header: `50 ${MACS} ${SNAP} 0800`, expected: 'ipv4' },
  { name: 'IPv6', header: `57 ${MACS} ${SNAP} 86dd`, expected: 'ipv6' },
  { name: 'management', header: `41 ${MACS} ${SNAP} 0800`, packet: IPV4, expected: { notIp: 'llc' } },
]);
for (const linkType of [100, 11]) {
  describeLinkType('ATM', linkType, [
    { name: 'IPv4', header: `${SNAP} 0800`, expected: 'ipv4' },
    { name: 'IPv6', header: 'fefe03 8e', expected: 'ipv6' },
    { name: 'a bridged frame', header: `aaaa03 0080c2 0007 0000 ${MACS} 0800`, expected: 'ipv4' },
    { name: 'ARP', header: `${SNAP} 0806`, expected: { notIp: '0x0806' } },
  ]);
}
describeLinkType('ATM of SunOS', 123, [
  { name: 'IPv4', header: `82 00 0064 ${SNAP} 0800`, expected: 'ipv4' },
  { name: 'IPv6', header: `02 00 0064 ${SNAP} 86dd`, expected: 'ipv6' },
  { name: 'signalling', header: '86 00 0005', packet: IPV4, expected: { notIp: '0x0000' } },
]);
describeLinkType('Fibre Channel', 122, [
  { name: 'IPv4', header: `${'00'.repeat(16)} ${SNAP} 0800`, expected: 'ipv4' },
  { name: 'IPv6', header: `${'00'.repeat(16)} ${SNAP} 86dd`, expected: 'ipv6' },
  { name: 'ARP', header: `${'00'.repeat(16)} ${SNAP} 0806`, expected: { notIp: '0x0806' } },
]);
describeLinkType('ARCNET', 7, [
  { name: 'IPv4', header: '0102 d4 00 0001', expected: 'ipv4' },
  { name: 'IPv4 of RFC 1051', header: '0102 f0', expected: 'ipv4' },
  { name: 'IPv6', header: '0102 c4 00 0001', expected: 'ipv6' },
  { name: 'filling', header: '0102 d4 ff ffff d4 00 0001', expected: 'ipv4' },
  { name: 'ARP', header: '0102 d5 00 0001', expected: { notIp: '0x0806' } },
  { name: 'another', header: '0102 fa', packet: IPV4, expected: { notIp: '0x00fa' } },
]);
describeLinkType('ARCNET of Linux', 129, [{ name: 'IPv4', header: '0102 0000 d4 00 0001', expected: 'ipv4' }]);
describeLinkType('IEEE 1394', 138, [
  { name: 'IPv4', header: '0011223344556677 8899aabbccddeeff 0800', expected: 'ipv4' },
  { name: 'IPv6', header: '0011223344556677 8899aabbccddeeff 86dd', expected: 'ipv6' },
  { name: 'ARP', header: '0011223344556677 8899aabbccddeeff 0806', expected: { notIp: '0x0806' } },
]);

for (const linkType of [281, 284]) {
  describeLinkType('switch tag', linkType, [
    { name: 'IPv4', header: `${MACS} 20000001 0800`, expected: 'ipv4' },
    { name: 'a VLAN', header: `${MACS} 20000001 8100 0005 86dd`, expected: { vlan: 5, family: 6 } },
    { name: 'ARP', header: `${MACS} 20000001 0806`, expected: { notIp: '0x0806' } },
  ]);
}
describeLinkType('EDSA', 285, [{ name: 'IPv4', header: `${MACS} dada 0000 40000001 0800`, expected: 'ipv4' }]);
describeLinkType('Broadcom before the frame', 282, [
  { name: 'IPv6', header: `20000001 ${MACS} 86dd`, expected: 'ipv6' },
  { name: 'ARP', header: `20000001 ${MACS} 0806`, expected: { notIp: '0x0806' } },
]);

describeLinkType('Ethernet of Juniper', 178, [
  { name: 'IPv4', header: `4d4743 01 ${MACS} 0800`, expected: 'ipv4' },
  { name: 'extensions', header: `4d4743 80 0006 010101020102 ${MACS} 86dd`, expected: 'ipv6' },
  { name: 'without the frame', header: '4d4743 02 00000002', packet: IPV4, expected: { notIp: '0x0000' } },
  { name: 'another magic number', header: `4d4744 00 ${MACS} 0800`, packet: IPV4, expected: { notIp: '0x0000' } },
  { name: 'extensions beyond', header: '4d4743 80 ffff', packet: IPV4, expected: { fault: 'truncatedLink' } },
]);
describeLinkType('PPP of Juniper', 179, [{ name: 'IPv4', header: '4d4743 00 ff03 0021', expected: 'ipv4' }]);
describeLinkType('Frame Relay of Juniper', 180, [{ name: 'IPv4', header: '4d4743 00 1841 03 cc', expected: 'ipv4' }]);
describeLinkType('Cisco HDLC of Juniper', 181, [{ name: 'IPv6', header: '4d4743 00 0f00 86dd', expected: 'ipv6' }]);

const endace = (type: string) => `0000000000000000 ${type} 04 0050 0000 0040`;
describeLinkType('ERF', 197, [
  { name: 'Ethernet', header: `${endace('02')} 0000 ${MACS} 0800`, expected: 'ipv4' },
  {
    name: 'extensions',
    header: `${endace('82')} 80${'00'.repeat(7)} 05${'00'.repeat(7)} 0000 ${MACS} 86dd`,
    expected: 'ipv6',
  },
  { name: 'HDLC', header: `${endace('01')} 0f00 0800`, expected: 'ipv4' },
  { name: 'IPv6', header: endace('17'), expected: 'ipv6' },
  { name: 'another kind', header: endace('03'), packet: IPV4, expected: { notIp: '0x0000' } },
]);

describe('the list', () => {
  test('has each number once', () => {
    const numbers = linkDecoders.flatMap((decoder) => decoder.linkTypes);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test.for(linkDecoders)('$name: every packet begins without encapsulations', (decoder) => {
    const layer = { start: 0, end: 0, type: 0, vlan: 0, encapsulations: 0xff };
    decoder.decode(new DataView(new ArrayBuffer(0)), layer);
    expect(layer.encapsulations).toBe(0);
  });

  test('encapsulations add up', () => {
    const bytes = hex(MACS, '88a8 0001 8100 0002 8864 1100 0001 0040 0281 00010140', IPV4);
    const layer = { start: 0, end: bytes.length, type: 0, vlan: 0, encapsulations: 0 };
    linkDecoders[0]?.decode(new DataView(bytes.buffer), layer);
    expect(layer).toMatchObject({ type: 0x0800, vlan: 1, encapsulations: 1 | 2 | 4 | 8 });
  });
});

test.for([
  { linkType: 1, record: '00'.repeat(20), bytes: 0 },
  { linkType: 204, record: '00 ff03 0021', bytes: 1 },
  { linkType: 204, record: '', bytes: 0 },
  { linkType: 196, record: '00'.repeat(9), bytes: 5 },
  { linkType: 177, record: '00'.repeat(20), bytes: 16 },
  { linkType: 197, record: endace('16') + IPV4, bytes: 16 },
  { linkType: 197, record: `${endace('82')} 05${'00'.repeat(7)} 0000 ${MACS}`, bytes: 26 },
  { linkType: 197, record: '00'.repeat(5), bytes: 5 },
])('of $record, link type $linkType, $bytes bytes were not on the wire', ({ linkType, record, bytes }) => {
  const data = hex(record);
  expect(pseudoHeaderBytes(linkType, new DataView(data.buffer), 0, data.length)).toBe(bytes);
});
