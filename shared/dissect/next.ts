/** What comes next in a packet that is taken apart, and the names of EtherTypes. */
import { EtherType, Next } from '../next-header.ts';

export { EtherType, Next };

/** What an IP header says of what it carries. */
export const ofIp = (protocol: number) => 0x2_0000 | protocol;
/** What a datagram carries, by a port of either side. */
export const ofUdpPort = (port: number) => 0x3_0000 | port;

const MAX_LENGTH = 1500;

/** A field that is an EtherType, or a length (802.3: LLC follows, and padding after it). `end` is set from `at`, where what follows begins. */
export function typeOrLength(value: number, walk: { end: number }, at: number): number {
  if (value > MAX_LENGTH || value === 0) return value;
  walk.end = Math.min(walk.end, at + value);
  return Next.llc;
}

const etherTypeNames: Readonly<Record<number, string>> = {
  [EtherType.ipv4]: 'IPv4',
  [EtherType.arp]: 'ARP',
  [EtherType.reverseArp]: 'RARP',
  [EtherType.ipv6]: 'IPv6',
  33024: '802.1Q',
  34984: '802.1ad',
  35047: '802.1ah',
  34887: 'MPLS',
  34888: 'MPLS',
  34915: 'PPPoE',
  34916: 'PPPoE',
  25944: 'Ethernet',
  35020: 'LLDP',
  34958: '802.1X',
  35045: 'MACsec',
};

export function etherTypeText(type: number): string {
  const name = etherTypeNames[type];
  const digits = `0x${type.toString(16).padStart(4, '0')}`;
  return name === undefined ? digits : `${digits} (${name})`;
}
