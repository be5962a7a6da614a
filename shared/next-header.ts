/** What may come next in a packet, for the decoder and for who takes one apart: EtherTypes, and numbers that no 16-bit field holds. */

export const EtherType = {
  ipv4: 0x0800,
  arp: 0x0806,
  reverseArp: 0x8035,
  vlan: 0x8100,
  ipv6: 0x86dd,
  qinq: 0x88a8,
  oldQinq: 0x9100,
} as const;

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
  /** 802.11 from its frame control on, and with a radiotap header before it. */
  wireless: 0x1_000a,
  radiotap: 0x1_000b,
  bsdLoopback: 0x1_000c,
  /** IP whose version is in its first four bits. */
  ip: 0x1_000d,
  /** What TCP or UDP carries. */
  application: 0x1_000e,
  /** PPP as tunnels carry it: with address and control of the HDLC framing, or without. */
  pppInTunnel: 0x1_000f,
} as const;
