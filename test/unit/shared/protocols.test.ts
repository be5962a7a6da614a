import { expect, test } from 'vitest';
import {
  IpProtocol,
  protocolName,
  TcpFlag,
  TrafficClass,
  trafficClass,
  trafficClassNames,
} from '../../../shared/protocols.ts';
import { Tag, tagNames } from '../../../shared/tags.ts';

const { fin, syn, rst, psh, ack, urg, ece, cwr } = TcpFlag;
test.for([
  { name: 'SYN', protocol: IpProtocol.tcp, flags: syn, expected: 'tcpSyn' },
  { name: 'SYN with ECN bits', protocol: IpProtocol.tcp, flags: syn | ece | cwr, expected: 'tcpSyn' },
  { name: 'SYN and FIN', protocol: IpProtocol.tcp, flags: syn | fin, expected: 'tcpSyn' },
  { name: 'SYN and ACK', protocol: IpProtocol.tcp, flags: syn | ack, expected: 'tcpSynAck' },
  { name: 'RST', protocol: IpProtocol.tcp, flags: rst, expected: 'tcpRst' },
  { name: 'RST and ACK', protocol: IpProtocol.tcp, flags: rst | ack, expected: 'tcpRst' },
  { name: 'all flags', protocol: IpProtocol.tcp, flags: 255, expected: 'tcpRst' },
  { name: 'ACK', protocol: IpProtocol.tcp, flags: ack, expected: 'tcpOther' },
  { name: 'no flags', protocol: IpProtocol.tcp, flags: 0, expected: 'tcpOther' },
  { name: 'Xmas', protocol: IpProtocol.tcp, flags: fin | psh | urg, expected: 'tcpOther' },
  { name: 'UDP', protocol: IpProtocol.udp, flags: 0, expected: 'udp' },
  { name: 'ICMP', protocol: IpProtocol.icmp, flags: 0, expected: 'icmp' },
  { name: 'ICMPv6', protocol: IpProtocol.icmpv6, flags: 0, expected: 'icmp' },
  { name: 'GRE', protocol: IpProtocol.gre, flags: 0, expected: 'other' },
  { name: 'flags of what is no TCP', protocol: IpProtocol.udp, flags: syn, expected: 'udp' },
] as const)('class of $name is $expected', ({ protocol, flags, expected }) => {
  expect(trafficClassNames[trafficClass(protocol, flags)]).toBe(expected);
});

test('ids that are stored never change', () => {
  expect(TrafficClass).toEqual({ tcpSyn: 1, tcpSynAck: 2, tcpRst: 3, tcpOther: 4, udp: 5, icmp: 6, other: 7 });
  expect(Tag).toEqual({
    zmapLegacyTcp: 1,
    masscanTcp: 2,
    mirai: 3,
    zmapLegacyUdp: 4,
    zmapTcp: 5,
    nmapOs: 6,
    unicornscanMd5: 7,
    irregularSyn: 8,
    nmapSyn: 9,
    unicornscan: 10,
  });
  for (const [name, id] of Object.entries(TrafficClass)) expect(trafficClassNames[id]).toBe(name);
  expect(new Set(tagNames.map((name) => Tag[name])).size).toBe(tagNames.length);
});

test.for([
  [6, 'tcp'],
  [17, 'udp'],
  [1, 'icmp'],
  [58, 'icmpv6'],
  [132, 'sctp'],
  [0, '0'],
  [253, '253'],
] as const)('protocol %i is called %s', ([protocol, name]) => expect(protocolName(protocol)).toBe(name));
