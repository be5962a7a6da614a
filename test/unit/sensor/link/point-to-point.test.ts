/** PPP, HDLC, Frame Relay, and what begins with an address family. */
import { describeLinkType, IPV4, MACS } from '../../../support/link-frames.ts';

for (const linkType of [9, 50]) {
  describeLinkType('PPP', linkType, [
    { name: 'in HDLC', header: 'ff03 0021', expected: 'ipv4' },
    { name: 'IPv6 in HDLC', header: 'ff03 0057', expected: 'ipv6' },
    { name: 'without HDLC', header: '0021', expected: 'ipv4' },
    { name: 'compressed', header: '21', expected: 'ipv4' },
    { name: 'compressed in HDLC', header: 'ff03 57', expected: 'ipv6' },
    { name: 'MPLS', header: 'ff03 0281 00010140', expected: 'ipv4' },
    { name: 'ISO network layer', header: 'ff03 0023 cc', expected: 'ipv4' },
    { name: "Cisco's HDLC", header: '0f00 0800', expected: 'ipv4' },
    { name: 'link control', header: 'ff03 c021', packet: IPV4, expected: { notIp: '0xc021' } },
  ]);
}

describeLinkType('PPP with direction', 204, [
  { name: 'IPv4', header: '00 ff03 0021', expected: 'ipv4' },
  { name: 'IPv6', header: '01 57', expected: 'ipv6' },
  { name: 'link control', header: '01 ff03 c021', packet: IPV4, expected: { notIp: '0xc021' } },
]);

describeLinkType('PPP of pppd', 166, [
  { name: 'IPv4', header: '00 03 0021', expected: 'ipv4' },
  { name: 'IPv6', header: '01 03 0057', expected: 'ipv6' },
  { name: 'link control', header: '01 03 c021', packet: IPV4, expected: { notIp: '0xc021' } },
]);

describeLinkType('PPPoE', 51, [
  { name: 'IPv4', header: '1100 0001 002a 0021', expected: 'ipv4' },
  { name: 'IPv6', header: '1100 0001 003e 0057', expected: 'ipv6' },
  { name: 'link control', header: '1100 0001 002a c021', packet: IPV4, expected: { notIp: '0xc021' } },
]);

for (const linkType of [104, 112]) {
  describeLinkType('Cisco HDLC', linkType, [
    { name: 'IPv4', header: '0f00 0800', expected: 'ipv4' },
    { name: 'IPv6 to all', header: '8f00 86dd', expected: 'ipv6' },
    { name: 'MPLS', header: '0f00 8847 00010140', expected: 'ipv4' },
    { name: 'a frame', header: `0f00 6558 ${MACS} 0800`, expected: 'ipv4' },
    { name: 'ISO network layer', header: '0f00 fefe 03 8e', expected: 'ipv6' },
    { name: 'keep-alive', header: '8f00 8035', packet: IPV4, expected: { notIp: '0x0000' } },
    { name: "a VLAN's number", header: '8f00 8100 0001 0800', packet: IPV4, expected: { notIp: '0x8100' } },
  ]);
}

describeLinkType('Frame Relay', 107, [
  { name: 'IPv4', header: '1841 03 cc', expected: 'ipv4' },
  { name: 'IPv6', header: '1841 03 8e', expected: 'ipv6' },
  { name: 'an address of four bytes', header: '18404041 03 cc', expected: 'ipv4' },
  { name: 'an address without end', header: '1840404040 03 cc', packet: IPV4, expected: { fault: 'truncatedLink' } },
  { name: 'padding', header: '1841 03 00 cc', expected: 'ipv4' },
  { name: 'SNAP', header: '1841 03 00 80 000000 86dd', expected: 'ipv6' },
  { name: 'a bridged frame', header: `1841 03 00 80 0080c2 0007 ${MACS} 0800`, expected: 'ipv4' },
  { name: 'PPP', header: '1841 03 cf 0021', expected: 'ipv4' },
  { name: "Cisco's", header: '1841 0800', expected: 'ipv4' },
  { name: "Cisco's with MPLS", header: '1841 8847 00010140', expected: 'ipv4' },
  { name: 'signalling', header: '1841 03 08', packet: IPV4, expected: { notIp: 'llc' } },
]);

describeLinkType('BSD loopback', 0, [
  { name: 'an EtherType', header: '0000 86dd', expected: 'ipv6' },
  { name: 'a family of 16 bits', header: '0002 0000', expected: 'ipv4' },
  { name: 'PPP', header: 'ff03 0021', expected: 'ipv4' },
  { name: 'no family', header: '01000002', packet: IPV4, expected: { notIp: '0x0000' } },
]);

describeLinkType('OpenBSD loopback', 108, [
  { name: 'IPv4', header: '00000002', expected: 'ipv4' },
  { name: 'IPv6', header: '00000018', expected: 'ipv6' },
  { name: 'the wrong order', header: '02000000', packet: IPV4, expected: { notIp: '0x0000' } },
]);

for (const linkType of [109, 13]) {
  describeLinkType('ENC', linkType, [
    { name: 'IPv4', header: '00000002 00000001 00000000', expected: 'ipv4' },
    { name: 'IPv6, little-endian', header: '18000000 01000000 00000000', expected: 'ipv6' },
    { name: 'another family', header: '00000007 00000001 00000000', packet: IPV4, expected: { notIp: '0x0000' } },
  ]);
}

describeLinkType('PFLOG', 117, [
  { name: 'IPv4', header: `3d 02 0000 ${'00'.repeat(60)}`, expected: 'ipv4' },
  { name: 'IPv6', header: `64 18 0000 ${'00'.repeat(96)}`, expected: 'ipv6' },
  { name: 'another family', header: `3d 07 0000 ${'00'.repeat(60)}`, packet: IPV4, expected: { notIp: '0x0000' } },
  { name: 'a length of 0', header: '00 02 0000', packet: IPV4, expected: { fault: 'truncatedLink' } },
]);

for (const linkType of [106, 16, 18, 19])
  describeLinkType('IP over ATM', linkType, [{ name: 'IPv4', header: '', expected: 'ipv4' }]);
