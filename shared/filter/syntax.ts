/**
 * The syntax tree of a filter: what the parser makes of a text, and what both levels (packets, flows) are made from.
 * Plain objects that are never changed. Qualifiers are written out in every primitive: `tcp dst port 80 or 443` gives two
 * ports that both say `tcp` and `dst`. Names are numbers already, except those that only Kurayami's tables know.
 */
import type { FlowFieldName } from '../flow-fields.ts';

/** Where in the text a node stands: UTF-16 units, half-open. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Words that name a protocol, alone (`tcp`), before a primitive (`tcp port 80`) or before brackets (`tcp[13]`). `link` also stands for ether, fddi, tr, wlan, ppp and slip. */
export type ProtocolWord =
  | 'link'
  | 'ip'
  | 'ip6'
  | 'arp'
  | 'rarp'
  | 'tcp'
  | 'udp'
  | 'sctp'
  | 'icmp'
  | 'icmp6'
  | 'igmp'
  | 'igrp'
  | 'pim'
  | 'vrrp'
  | 'carp'
  | 'ah'
  | 'esp'
  | 'atalk'
  | 'aarp'
  | 'decnet'
  | 'lat'
  | 'sca'
  | 'moprc'
  | 'mopdl'
  | 'iso'
  | 'esis'
  | 'isis'
  | 'clnp'
  | 'l1'
  | 'l2'
  | 'iih'
  | 'lsp'
  | 'snp'
  | 'csnp'
  | 'psnp'
  | 'stp'
  | 'ipx'
  | 'netbeui'
  | 'radio';

/** `either` is `src or dst`, and what holds where no direction is given; `both` is `src and dst`. The rest is for 802.11. */
export type Direction = 'src' | 'dst' | 'either' | 'both' | 'addr1' | 'addr2' | 'addr3' | 'addr4' | 'ra' | 'ta';

export type Expression =
  | AndExpression
  | OrExpression
  | NotExpression
  | HostPrimitive
  | EthernetHostPrimitive
  | NetPrimitive
  | PortPrimitive
  | ProtocolPrimitive
  | ProtocolNumberPrimitive
  | CastPrimitive
  | VlanPrimitive
  | MplsPrimitive
  | PppoePrimitive
  | GenevePrimitive
  | LlcPrimitive
  | WlanTypePrimitive
  | WlanDirectionPrimitive
  | FlowDirectionPrimitive
  | InterfaceIndexPrimitive
  | Comparison
  | TagPrimitive
  | ClassPrimitive
  | RadiationPrimitive
  | CountryPrimitive
  | AsnPrimitive
  | SensorPrimitive
  | OrganisationPrimitive
  | InnerPrimitive;

/** Two terms or more, tested from left to right until one is false. No term is itself an `and`. */
export interface AndExpression {
  readonly kind: 'and';
  readonly span: Span;
  readonly terms: readonly Expression[];
}

/** Two terms or more, tested from left to right until one is true. No term is itself an `or`. */
export interface OrExpression {
  readonly kind: 'or';
  readonly span: Span;
  readonly terms: readonly Expression[];
}

export interface NotExpression {
  readonly kind: 'not';
  readonly span: Span;
  readonly term: Expression;
}

/** `[ip|ip6|arp|rarp|tcp…] [direction] host ADDRESS`. Protocols other than those four do not occur here: the parser refuses them. */
export interface HostPrimitive {
  readonly kind: 'host';
  readonly span: Span;
  readonly protocol: 'ip' | 'ip6' | 'arp' | 'rarp' | null;
  readonly direction: 'src' | 'dst' | 'either' | 'both';
  readonly family: 4 | 6;
  /** One word for IPv4, four for IPv6, most significant first. */
  readonly words: readonly number[];
}

/** `ether [direction] host MAC`. */
export interface EthernetHostPrimitive {
  readonly kind: 'ethernetHost';
  readonly span: Span;
  readonly direction: Direction;
  /** Six bytes. */
  readonly bytes: readonly number[];
}

/** `net ADDRESS/LENGTH`, `net ADDRESS mask MASK`, `net 192.168`. */
export interface NetPrimitive {
  readonly kind: 'net';
  readonly span: Span;
  readonly protocol: 'ip' | 'ip6' | 'arp' | 'rarp' | null;
  readonly direction: 'src' | 'dst' | 'either' | 'both';
  readonly family: 4 | 6;
  /** The network: no bit outside of `mask` is set. */
  readonly words: readonly number[];
  /** Bits that are compared. Contiguous, except that `mask` may give an IPv4 network any. */
  readonly mask: readonly number[];
}

/** `port N` and `portrange FROM-TO`, both ends included. Without a protocol: TCP, UDP and SCTP. */
export interface PortPrimitive {
  readonly kind: 'port';
  readonly span: Span;
  readonly protocol: 'tcp' | 'udp' | 'sctp' | null;
  readonly direction: 'src' | 'dst' | 'either' | 'both';
  readonly from: number;
  readonly to: number;
}

/** A protocol's word alone: `tcp`, `ip6`, `stp`. */
export interface ProtocolPrimitive {
  readonly kind: 'protocol';
  readonly span: Span;
  readonly word: Exclude<ProtocolWord, 'link' | 'radio'>;
}

/** `ip proto 6`, `ip6 protochain 44`, `ether proto 0x0806`, `iso proto 0x83`, `proto 17`. */
export interface ProtocolNumberPrimitive {
  readonly kind: 'protocolNumber';
  readonly span: Span;
  /** Whose field is looked at; `any` is the IPv4 or IPv6 header. */
  readonly layer: 'link' | 'ip' | 'ip6' | 'any' | 'iso' | 'isis';
  readonly number: number;
  /** `protochain`: any header of the chain. */
  readonly chain: boolean;
}

/** `[ether|ip|ip6] broadcast` and `multicast`. */
export interface CastPrimitive {
  readonly kind: 'broadcast' | 'multicast';
  readonly span: Span;
  readonly protocol: 'link' | 'ip' | 'ip6';
}

export interface VlanPrimitive {
  readonly kind: 'vlan';
  readonly span: Span;
  readonly id: number | null;
}

export interface MplsPrimitive {
  readonly kind: 'mpls';
  readonly span: Span;
  readonly label: number | null;
}

/** `pppoed` (discovery) and `pppoes [SESSION]`. */
export interface PppoePrimitive {
  readonly kind: 'pppoed' | 'pppoes';
  readonly span: Span;
  /** Null for `pppoed`, and where none is given. */
  readonly session: number | null;
}

export interface GenevePrimitive {
  readonly kind: 'geneve';
  readonly span: Span;
  readonly network: number | null;
}

export type LlcType = 'i' | 's' | 'u' | 'rr' | 'rnr' | 'rej' | 'ui' | 'ua' | 'disc' | 'sabme' | 'test' | 'xid' | 'frmr';

export interface LlcPrimitive {
  readonly kind: 'llc';
  readonly span: Span;
  readonly type: LlcType | null;
}

/** `type mgt subtype beacon`: the first byte of the 802.11 header under `mask` is `value`. */
export interface WlanTypePrimitive {
  readonly kind: 'wlanType';
  readonly span: Span;
  readonly value: number;
  readonly mask: number;
}

/** `dir tods`: the two lowest bits of the second byte of the 802.11 header. */
export interface WlanDirectionPrimitive {
  readonly kind: 'wlanDirection';
  readonly span: Span;
  readonly value: number;
}

/** `inbound`, `outbound`: what the capturing host says about the packet. */
export interface FlowDirectionPrimitive {
  readonly kind: 'inbound' | 'outbound';
  readonly span: Span;
}

/** `ifindex N`, in Linux cooked captures v2. */
export interface InterfaceIndexPrimitive {
  readonly kind: 'ifindex';
  readonly span: Span;
  readonly index: number;
}

export type Relation = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** `less N` is `len <= N`, `greater N` is `len >= N`. */
export interface Comparison {
  readonly kind: 'comparison';
  readonly span: Span;
  readonly relation: Relation;
  readonly left: Arithmetic;
  readonly right: Arithmetic;
}

/** Unsigned 32-bit numbers. */
export type Arithmetic = NumberAtom | LengthAtom | FieldAtom | LoadExpression | BinaryExpression | NegationExpression;

export interface NumberAtom {
  readonly kind: 'number';
  readonly span: Span;
  readonly value: number;
}

/** `len`: the packet's length on the wire. */
export interface LengthAtom {
  readonly kind: 'length';
  readonly span: Span;
}

/** A field of the table in shared/flow-fields.ts, by its filter word. */
export interface FieldAtom {
  readonly kind: 'field';
  readonly span: Span;
  readonly name: FlowFieldName;
}

/** `ip[2:2]`. */
export interface LoadExpression {
  readonly kind: 'load';
  readonly span: Span;
  readonly protocol: ProtocolWord;
  readonly offset: Arithmetic;
  readonly size: 1 | 2 | 4;
}

export type BinaryOperator = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' | '<<' | '>>';

export interface BinaryExpression {
  readonly kind: 'binary';
  readonly span: Span;
  readonly operator: BinaryOperator;
  readonly left: Arithmetic;
  readonly right: Arithmetic;
}

export interface NegationExpression {
  readonly kind: 'negation';
  readonly span: Span;
  readonly operand: Arithmetic;
}

/** `tag mirai`: a rule of shared/tags.ts. */
export interface TagPrimitive {
  readonly kind: 'tag';
  readonly span: Span;
  readonly name: string;
  /** The rule's bit, 0 to 63. */
  readonly bit: number;
}

/** `class tcpSyn`: a traffic class of shared/protocols.ts. */
export interface ClassPrimitive {
  readonly kind: 'class';
  readonly span: Span;
  readonly name: string;
  readonly id: number;
}

/** `radiation scan`: a class of shared/radiation.ts, or all kinds of `backscatter`. */
export interface RadiationPrimitive {
  readonly kind: 'radiation';
  readonly span: Span;
  readonly name: string;
  readonly ids: readonly number[];
}

/** `country JP`: ISO 3166-1 alpha-2 in capitals; `country unknown` is the empty code. */
export interface CountryPrimitive {
  readonly kind: 'country';
  readonly span: Span;
  readonly code: string;
}

export interface AsnPrimitive {
  readonly kind: 'asn';
  readonly span: Span;
  readonly number: number;
}

/** `sensor NAME`, or `sensor "a name with blanks"`. */
export interface SensorPrimitive {
  readonly kind: 'sensor';
  readonly span: Span;
  readonly name: string;
}

export interface OrganisationPrimitive {
  readonly kind: 'organisation';
  readonly span: Span;
  readonly id: number;
}

export type InnerTerm = HostPrimitive | NetPrimitive | PortPrimitive | ProtocolPrimitive | ProtocolNumberPrimitive;

/** `inner dst port 53`: the same question, asked of what a tunnel carries or an ICMP error quotes. */
export interface InnerPrimitive {
  readonly kind: 'inner';
  readonly span: Span;
  readonly term: InnerTerm;
}
