/** What may stand between Ethernet's addresses and IP. */
import { describeLinkType, IPV4, IPV6, MACS, SNAP, SYN } from '../../../support/link-frames.ts';

const FRAME = `${MACS} 0800 ${IPV4} ${SYN}`;
const UNKNOWN = { notIp: '0x8847' } as const;

describeLinkType('Ethernet with LLC', 1, [
  { name: 'SAP of IP', header: `${MACS} 002b 060603`, expected: 'ipv4' },
  { name: 'SAP of IP, numbered', header: `${MACS} 002c 06060000`, expected: 'ipv4' },
  { name: 'SAP of IP, exchange of ids', header: `${MACS} 002b 0606af`, packet: IPV4, expected: { notIp: 'llc' } },
  { name: 'SNAP of 802.1H', header: `${MACS} 0050 aaaa03 0000f8 86dd`, expected: 'ipv6' },
  { name: 'SNAP of another', header: `${MACS} 0050 aaaa03 00000c 0800`, packet: IPV4, expected: { notIp: 'llc' } },
  { name: 'VLAN inside of SNAP', header: `${MACS} 0050 ${SNAP} 8100 0064 0800`, expected: { vlan: 100, family: 4 } },
  { name: 'a bridged frame', header: `${MACS} 0050 aaaa03 0080c2 0007 0000 ${MACS} 0800`, expected: 'ipv4' },
  { name: 'ISO network layer: IPv4', header: `${MACS} 002c fefe03 cc`, expected: 'ipv4' },
  { name: 'ISO network layer: IPv6', header: `${MACS} 0040 fefe03 8e`, expected: 'ipv6' },
  { name: 'ISO network layer: PPP', header: `${MACS} 0040 fefe03 cf 0021`, expected: 'ipv4' },
  { name: 'IS-IS', header: `${MACS} 0010 fefe03 83`, packet: IPV4, expected: { notIp: 'llc' } },
  {
    name: 'a length shorter than IP',
    header: `${MACS} 0010 ${SNAP} 0800`,
    packet: IPV4,
    expected: { fault: 'truncatedNetwork' },
  },
  { name: 'jumbo LLC', header: `${MACS} 8870 ${SNAP} 0800`, expected: 'ipv4' },
  { name: 'a length of 0', header: `${MACS} 0000 ${SNAP} 0800`, packet: IPV4, expected: { notIp: '0x0000' } },
  { name: 'neither length nor type', header: `${MACS} 05ff ${SNAP} 0800`, packet: IPV4, expected: { notIp: '0x05ff' } },
]);

describeLinkType('tags', 1, [
  { name: '0x9200', header: `${MACS} 9200 0064 8100 0065 0800`, expected: { vlan: 100, family: 4 } },
  { name: '802.1ah', header: `${MACS} 88a8 0064 88e7 00000001 ${MACS} 0800`, expected: { vlan: 100, family: 4 } },
  { name: 'VN-Tag', header: `${MACS} 8926 00000000 86dd`, expected: 'ipv6' },
  { name: 'E-Tag', header: `${MACS} 893f 000000000000 0800`, expected: 'ipv4' },
  { name: 'HSR', header: `${MACS} 892f 00340001 0800`, expected: 'ipv4' },
  { name: '802.1CB', header: `${MACS} f1c1 00000001 0800`, expected: 'ipv4' },
  { name: 'Cisco MetaData', header: `${MACS} 8909 0101 0001 0064 0800`, expected: 'ipv4' },
  { name: 'FabricPath', header: `${MACS} 8903 0840 ${MACS} 0800`, expected: 'ipv4' },
  { name: 'TRILL', header: `${MACS} 22f3 0002 0001 0002 ${MACS} 86dd`, expected: 'ipv6' },
  { name: 'TRILL with options', header: `${MACS} 22f3 0042 0001 0002 00000000 ${MACS} 0800`, expected: 'ipv4' },
  {
    name: 'ISL',
    header: `01000c0000 00 020000000001 0058 aaaa03 00000c 0014 0000 0000 ${MACS} 0800`,
    expected: { vlan: 10, family: 4 },
  },
  { name: 'MACsec, only signed', header: `${MACS} 88e5 00 00 00000001 0800`, expected: 'ipv4' },
  { name: 'MACsec with a channel', header: `${MACS} 88e5 20 00 00000001 0011223344556677 0800`, expected: 'ipv4' },
  {
    name: 'MACsec, encrypted',
    header: `${MACS} 88e5 0c 00 00000001 0800`,
    packet: IPV4,
    expected: { notIp: '0x88e5' },
  },
  { name: 'a whole frame', header: `${MACS} 6558 ${MACS} 8100 0064 0800`, expected: { vlan: 100, family: 4 } },
  {
    name: 'nothing but frames in frames',
    header: `${MACS} ${`6558 ${MACS} `.repeat(40)}`,
    expected: { fault: 'tooDeep' },
  },
  { name: 'NSH before IPv4', header: `${MACS} 894f 0fc2 01 01 00000000`, expected: 'ipv4' },
  { name: 'NSH before IPv6', header: `${MACS} 894f 0fc2 01 02 00000000`, expected: 'ipv6' },
  { name: 'NSH before Ethernet', header: `${MACS} 894f 0fc2 01 03 00000000 ${MACS} 0800`, expected: 'ipv4' },
  { name: 'NSH of length 0', header: `${MACS} 894f 0fc0 01 01 00000000`, packet: IPV4, expected: { notIp: '0x894f' } },
]);

describeLinkType('MPLS', 1, [
  { name: 'IPv4', header: `${MACS} 8847 00010140`, expected: 'ipv4' },
  { name: 'IPv6, multicast', header: `${MACS} 8848 00010140`, expected: 'ipv6' },
  { name: 'two labels', header: `${MACS} 8847 00010040 00020140`, expected: 'ipv4' },
  { name: 'no bottom', header: `${MACS} 8847 ${'00010040'.repeat(40)}`, packet: IPV4, expected: { fault: 'tooDeep' } },
  { name: 'a pseudowire', header: `${MACS} 8847 00010140 ${MACS} 0800`, expected: 'ipv4' },
  { name: 'a pseudowire with a control word', header: `${MACS} 8847 00010140 00000000 ${MACS} 86dd`, expected: 'ipv6' },
  { name: 'an associated channel', header: `${MACS} 8847 00010140 10000021`, expected: 'ipv4' },
  { name: 'a channel of something else', header: `${MACS} 8847 00010140 10000007`, packet: IPV4, expected: UNKNOWN },
  { name: 'an alert label', header: `${MACS} 8847 0000e140`, packet: IPV4, expected: UNKNOWN },
  { name: 'what begins with neither 4 nor 6', header: `${MACS} 8847 00010140 55`, packet: IPV4, expected: UNKNOWN },
  { name: 'nothing behind the labels', header: `${MACS} 8847 00010140`, packet: '', expected: UNKNOWN },
]);

describeLinkType('PPPoE', 1, [
  { name: 'IPv4', header: `${MACS} 8864 1100 0001 002a 0021`, expected: 'ipv4' },
  { name: 'IPv6', header: `${MACS} 8864 1100 0001 003e 0057`, expected: 'ipv6' },
  { name: 'a protocol of one byte', header: `${MACS} 8864 1100 0001 0029 21`, expected: 'ipv4' },
  { name: 'in a VLAN', header: `${MACS} 8100 0007 8864 1100 0001 002a 0021`, expected: { vlan: 7, family: 4 } },
  { name: 'MPLS in PPP', header: `${MACS} 8864 1100 0001 002e 0281 00010140`, expected: 'ipv4' },
  { name: 'a bridged frame', header: `${MACS} 8864 1100 0001 0040 0031 0001 ${MACS} 0800`, expected: 'ipv4' },
  {
    name: 'a bridged frame of a LAN with a number',
    header: `${MACS} 8864 1100 0001 0044 0031 2001 00000001 ${MACS} 0800`,
    expected: 'ipv4',
  },
  { name: 'link control', header: `${MACS} 8864 1100 0001 002a c021`, packet: IPV4, expected: { notIp: '0xc021' } },
  {
    name: "a protocol with a VLAN's number",
    header: `${MACS} 8864 1100 0001 002a 88a8 0001 0800`,
    packet: IPV4,
    expected: { notIp: '0x88a8' },
  },
  {
    name: "a protocol with ARP's number",
    header: `${MACS} 8864 1100 0001 002a 0806`,
    packet: IPV4,
    expected: { notIp: '0x0000' },
  },
  {
    name: 'a length of 0',
    header: `${MACS} 8864 1100 0001 0000 0021`,
    packet: IPV4,
    expected: { fault: 'truncatedLink' },
  },
  { name: 'discovery', header: `${MACS} 8863 1109 0000 0010`, packet: IPV4, expected: { notIp: '0x8863' } },
]);

describeLinkType('a frame', 1, [{ name: 'alone', header: '', packet: FRAME, expected: 'ipv4' }]);
describeLinkType('a frame', 1, [{ name: 'alone', header: `${MACS} 86dd`, packet: IPV6 + SYN, expected: 'ipv6' }]);
