/** Numbers and names of protocols (IANA registries), and the traffic classes that colour the scene. */

export const IpProtocol = {
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  sctp: 132,
} as const;

/** TCP flag bits (RFC 9293, RFC 3168). */
export const TcpFlag = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ece: 64, cwr: 128 } as const;

/** `SYN,ACK`; `none` without any. */
export function formatTcpFlags(flags: number): string {
  const set = Object.entries(TcpFlag).filter(([, bit]) => (flags & bit) !== 0);
  return set.map(([name]) => name.toUpperCase()).join() || 'none';
}

/** What a packet is by its header alone; ids are stored and sent, and never change their meaning. */
export const TrafficClass = { tcpSyn: 1, tcpSynAck: 2, tcpRst: 3, tcpOther: 4, udp: 5, icmp: 6, other: 7 } as const;
export type TrafficClass = (typeof TrafficClass)[keyof typeof TrafficClass];
export type TrafficClassName = keyof typeof TrafficClass;

/** Names in the order of the ids; index 0 is unused. */
export const trafficClassNames: readonly (TrafficClassName | '')[] = [
  '',
  ...(Object.keys(TrafficClass) as TrafficClassName[]),
];

/** Class of a packet or flow: SYN is SYN without ACK and RST, SYN-ACK is both without RST, RST is any with RST. */
export function trafficClass(protocol: number, tcpFlags: number): TrafficClass {
  if (protocol === IpProtocol.tcp) {
    if ((tcpFlags & TcpFlag.rst) !== 0) return TrafficClass.tcpRst;
    if ((tcpFlags & TcpFlag.syn) === 0) return TrafficClass.tcpOther;
    return (tcpFlags & TcpFlag.ack) !== 0 ? TrafficClass.tcpSynAck : TrafficClass.tcpSyn;
  }
  if (protocol === IpProtocol.udp) return TrafficClass.udp;
  if (protocol === IpProtocol.icmp || protocol === IpProtocol.icmpv6) return TrafficClass.icmp;
  return TrafficClass.other;
}

/** Short name of an IP protocol: `tcp`, `udp`, `icmp`, `icmpv6`, else its number as text. */
export function protocolName(protocol: number): string {
  for (const [name, number] of Object.entries(IpProtocol)) if (number === protocol) return name;
  return String(protocol);
}
