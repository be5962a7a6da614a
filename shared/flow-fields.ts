/**
 * Every field of a flow, once. Memory, frames, stores, exports and the data dictionary are made from this table:
 * one line here adds a field everywhere. Ids are stored and sent: they are never reused.
 */

/**
 * How a column lies in memory and on the wire. `address` is one 32-bit word a row for IPv4, four (most significant
 * first) for IPv6; `address16` is four words in both, with IPv4 as ::ffff:a.b.c.d.
 */
export type ColumnType = 'u8' | 'u16' | 'u32' | 'f64' | 'address' | 'address16';

export interface FlowField {
  readonly id: number;
  readonly type: ColumnType;
  readonly unit: string;
  /** Part of the flow key: records of equal key add up. */
  readonly key: boolean;
  /** Filled by the server when a frame arrives, not by the sensor. */
  readonly addedAtIngest?: true;
  /** Gives away where the darknet is: leaves the server for analysts only. */
  readonly secret?: 'target';
  /** What asks for it in a filter, such as `ttl`; a single word that the grammar does not know otherwise is compared with numbers. */
  readonly filter?: string;
  readonly about: string;
  /** Name in CAIDA's FlowTuple v3, where it has the field. */
  readonly caida?: string;
  /** IPFIX information element (RFC 7012), where there is one. */
  readonly ipfix?: string;
}

const key = true;
const beside = false;

/** Widest first, so that columns laid one after another stay aligned. */
export const flowFields = {
  interval: {
    id: 1,
    type: 'f64',
    unit: 's since 1970 UTC',
    key,
    about: 'start of the interval',
    caida: 'time',
    ipfix: 'flowStartSeconds',
  },
  source: {
    id: 2,
    type: 'address',
    unit: 'address',
    key,
    filter: 'src host',
    about: 'source address',
    caida: 'src_ip',
    ipfix: 'sourceIPv4Address',
  },
  target: {
    id: 3,
    type: 'address',
    unit: 'address',
    key,
    secret: 'target',
    filter: 'dst host',
    about: 'target address',
    caida: 'dst_ip',
    ipfix: 'destinationIPv4Address',
  },
  // 21 is kept for payloadDigest.
  innerSource: {
    id: 24,
    type: 'address16',
    unit: 'address',
    key: beside,
    secret: 'target',
    filter: 'inner src host',
    about: 'source address of the packet inside, of the first packet; void without a tunnel',
  },
  innerTarget: {
    id: 25,
    type: 'address16',
    unit: 'address',
    key: beside,
    secret: 'target',
    filter: 'inner dst host',
    about: 'target address of the packet inside, of the first packet; void without a tunnel',
  },
  firstMicros: {
    id: 10,
    type: 'u32',
    unit: 'µs after interval',
    key: beside,
    about: 'first packet',
    ipfix: 'flowStartMicroseconds',
  },
  lastMicros: {
    id: 11,
    type: 'u32',
    unit: 'µs after interval',
    key: beside,
    about: 'last packet',
    ipfix: 'flowEndMicroseconds',
  },
  packets: {
    id: 12,
    type: 'u32',
    unit: 'packets',
    key: beside,
    filter: 'packets',
    about: 'packets of the record',
    caida: 'packet_cnt',
    ipfix: 'packetDeltaCount',
  },
  wireBytes: {
    id: 13,
    type: 'u32',
    unit: 'bytes',
    key: beside,
    filter: 'wirebytes',
    about: 'lengths on the wire, link header included',
    ipfix: 'layer2OctetDeltaCount',
  },
  synOptions: {
    id: 15,
    type: 'u32',
    unit: 'list',
    key: beside,
    about: 'kinds of the TCP options of the first packet, where it has SYN, in their order: see shared/tcp-options.ts',
  },
  tagsLow: {
    id: 16,
    type: 'u32',
    unit: 'bits',
    key: beside,
    filter: 'tag',
    about: 'rules 0–31 that matched any packet of the record',
  },
  tagsHigh: {
    id: 17,
    type: 'u32',
    unit: 'bits',
    key: beside,
    filter: 'tag',
    about: 'rules 32–63 that matched any packet of the record',
  },
  session: { id: 31, type: 'u32', unit: 'id', key: beside, addedAtIngest: true, about: 'session: 0 is live' },
  asn: {
    id: 33,
    type: 'u32',
    unit: 'number',
    key: beside,
    addedAtIngest: true,
    filter: 'asn',
    about: 'network (autonomous system) that announces the source address, 0 for none',
    caida: 'prefix2asn',
    ipfix: 'bgpSourceAsNumber',
  },
  sourcePort: {
    id: 4,
    type: 'u16',
    unit: 'port',
    key,
    filter: 'src port',
    about: 'source port, or ICMP type',
    caida: 'src_port',
    ipfix: 'sourceTransportPort',
  },
  targetPort: {
    id: 5,
    type: 'u16',
    unit: 'port',
    key,
    filter: 'dst port',
    about: 'target port, or ICMP code',
    caida: 'dst_port',
    ipfix: 'destinationTransportPort',
  },
  ipLength: {
    id: 9,
    type: 'u16',
    unit: 'bytes',
    key,
    filter: 'iplength',
    about: 'length of the IP packet as its header says',
    caida: 'ip_len',
    ipfix: 'ipTotalLength',
  },
  synWindow: {
    id: 14,
    type: 'u16',
    unit: 'bytes, unscaled',
    key: beside,
    filter: 'synwindow',
    about: 'TCP window of the first packet',
    caida: 'tcp_synwinlen',
    ipfix: 'tcpWindowSize',
  },
  innerSourcePort: {
    id: 26,
    type: 'u16',
    unit: 'port',
    key: beside,
    secret: 'target',
    filter: 'inner src port',
    about: 'source port (ICMP type) of the packet inside, of the first packet',
  },
  innerTargetPort: {
    id: 27,
    type: 'u16',
    unit: 'port',
    key: beside,
    secret: 'target',
    filter: 'inner dst port',
    about: 'target port (ICMP code) of the packet inside, of the first packet',
  },
  vlan: {
    id: 19,
    type: 'u16',
    unit: 'id',
    key: beside,
    filter: 'vlan',
    about: 'outermost VLAN of the first packet, 0 for none',
    ipfix: 'vlanId',
  },
  sensor: {
    id: 30,
    type: 'u16',
    unit: 'id',
    key: beside,
    addedAtIngest: true,
    filter: 'sensor',
    about: 'sensor that saw it',
  },
  country: {
    id: 32,
    type: 'u16',
    unit: 'two letters',
    key: beside,
    addedAtIngest: true,
    filter: 'country',
    about: 'country the source address is registered in (ISO 3166-1 alpha-2), 0 for unknown',
    caida: 'maxmind_country',
  },
  protocol: {
    id: 6,
    type: 'u8',
    unit: 'number',
    key,
    filter: 'proto',
    about: 'IP protocol, IPv6 extension headers walked',
    caida: 'protocol',
    ipfix: 'protocolIdentifier',
  },
  tcpFlags: {
    id: 7,
    type: 'u8',
    unit: 'bits',
    key,
    filter: 'tcp[tcpflags]',
    about: 'TCP flags, 0 for others',
    caida: 'tcp_flags',
    ipfix: 'tcpControlBits',
  },
  ttl: {
    id: 8,
    type: 'u8',
    unit: 'hops',
    key,
    filter: 'ttl',
    about: 'time to live, or IPv6 hop limit',
    caida: 'ttl',
    ipfix: 'ipTTL',
  },
  class: {
    id: 18,
    type: 'u8',
    unit: 'id',
    key: beside,
    filter: 'class',
    about: 'traffic class by header: see shared/protocols.ts',
  },
  fragment: {
    id: 20,
    type: 'u8',
    unit: 'id',
    key: beside,
    filter: 'fragment',
    about: '0 whole, 1 first fragment, 2 later fragment (without ports)',
  },
  tunnel: {
    id: 22,
    type: 'u8',
    unit: 'id',
    key: beside,
    filter: 'tunnel',
    about: 'how the first packet carries another, or quotes it; 0 for none',
  },
  innerProtocol: {
    id: 23,
    type: 'u8',
    unit: 'number',
    key: beside,
    filter: 'inner proto',
    about: 'IP protocol of the packet inside, of the first packet',
  },
  radiation: {
    id: 28,
    type: 'u8',
    unit: 'id',
    key,
    filter: 'radiation',
    about: 'class of background radiation, by header and payload: see radiation.md; 0 for unknown',
  },
} as const satisfies Record<string, FlowField>;

export type FlowFieldName = keyof typeof flowFields;
export const flowFieldNames = Object.keys(flowFields) as FlowFieldName[];
