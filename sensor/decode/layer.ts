/** Where a decoder stands in a packet. One object serves all packets: nothing is allocated for a packet. */
export interface Layer {
  /** First byte of the header to read next, and the end of what was captured of the packet. */
  start: number;
  end: number;
  /** What the next header is: an EtherType after a link layer, an IP protocol after a network layer. */
  type: number;
  /** Outermost VLAN id, 0 for none. */
  vlan: number;
  /** Bits of `Encapsulation`: what stood between link layer and IP. Set afresh for each packet by link/index.ts. */
  encapsulations: number;
}

export { EtherType } from '../../shared/next-header.ts';

/** What a frame carries that names no EtherType: 802.3 with an LLC header other than SNAP. Counted under this number. */
export const ETHER_TYPE_LLC = 1;

/** What `inspect` tells of the way to the IP header, a bit each. */
export const Encapsulation = {
  vlan: 1,
  /** A second VLAN tag, or a service tag. */
  qinq: 2,
  mpls: 4,
  pppoe: 8,
  /** A whole Ethernet frame inside of another header. */
  ethernet: 16,
  /** A tag of a switch, or of a fabric. */
  switchTag: 32,
  wireless: 64,
} as const;
