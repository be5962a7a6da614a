/** How an IP packet can lie inside another; ids are stored and sent, and never reused. 0 is none. */
export const Tunnel = {
  /** The packet that an ICMP or ICMPv6 error quotes. */
  icmpQuote: 1,
  /** IPv4 in IPv4 (RFC 2003), IPv6 in IPv4 (RFC 4213), IPv4 in IPv6 and IPv6 in IPv6 (RFC 2473). */
  ipip: 2,
  '6in4': 3,
  '4in6': 4,
  '6in6': 5,
  gre: 6,
  erspan: 7,
  vxlan: 8,
  geneve: 9,
  gtpu: 10,
  l2tp: 11,
  teredo: 12,
} as const;
export type Tunnel = (typeof Tunnel)[keyof typeof Tunnel];
export type TunnelName = keyof typeof Tunnel;

/** Names by id; index 0 is empty. */
export const tunnelNames: readonly (TunnelName | '')[] = ['', ...(Object.keys(Tunnel) as TunnelName[])];
