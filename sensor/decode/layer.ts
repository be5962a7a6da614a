/** Where a decoder stands in a packet. One object serves all packets: nothing is allocated for a packet. */
export interface Layer {
  /** First byte of the header to read next, and the end of what was captured of the packet. */
  start: number;
  end: number;
  /** What the next header is: an EtherType after a link layer, an IP protocol after a network layer. */
  type: number;
  /** Outermost VLAN id, 0 for none. */
  vlan: number;
}

export const EtherType = {
  ipv4: 0x0800,
  arp: 0x0806,
  vlan: 0x8100,
  ipv6: 0x86dd,
  qinq: 0x88a8,
  oldQinq: 0x9100,
} as const;

/** What a frame carries that names no EtherType: 802.3 with an LLC header other than SNAP. Counted under this number. */
export const ETHER_TYPE_LLC = 1;
