/** What may come next in a packet: EtherTypes, and numbers that no 16-bit field holds. */

export const EtherType = { ipv4: 0x0800, arp: 0x0806, reverseArp: 0x8035, ipv6: 0x86dd } as const;

export const Next = {
  /** Nothing that is read: the rest is payload. */
  none: -1,
  llc: 0x1_0000,
  ethernet: 0x1_0001,
  ppp: 0x1_0002,
  pppInHdlc: 0x1_0003,
  bridgedByPpp: 0x1_0004,
  ciscoHdlc: 0x1_0005,
  frameRelay: 0x1_0006,
  mpls: 0x1_0007,
  networkLayerId: 0x1_0008,
  snap: 0x1_0009,
  bsdLoopback: 0x1_000c,
  /** IP whose version is in its first four bits. */
  ip: 0x1_000d,
  /** PPP as tunnels carry it: with address and control of the HDLC framing, or without. */
  pppInTunnel: 0x1_000f,
  /** What TCP or UDP carries. */
  application: 0x1_000e,
} as const;

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
