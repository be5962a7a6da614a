/** The words of the language: those of tcpdump (pcap-filter(7) of libpcap 1.10), and Kurayami's own. */
import { type FlowField, type FlowFieldName, flowFields } from '../flow-fields.ts';
import type { LlcType, ProtocolWord } from './syntax.ts';

/** Words that name a protocol, and what they stand for. */
export const protocolWords: Readonly<Record<string, ProtocolWord>> = {
  ether: 'link',
  link: 'link',
  fddi: 'link',
  tr: 'link',
  wlan: 'link',
  ppp: 'link',
  slip: 'link',
  ...sameWords(
    ...(['ip', 'ip6', 'arp', 'rarp', 'tcp', 'udp', 'sctp', 'icmp', 'icmp6', 'igmp', 'igrp', 'pim', 'vrrp'] as const),
    ...(['carp', 'ah', 'esp', 'atalk', 'aarp', 'decnet', 'lat', 'sca', 'moprc', 'mopdl', 'iso', 'esis'] as const),
    ...(['isis', 'clnp', 'l1', 'l2', 'iih', 'lsp', 'snp', 'csnp', 'psnp', 'stp', 'ipx', 'netbeui', 'radio'] as const),
  ),
  'es-is': 'esis',
  'is-is': 'isis',
};

function sameWords(...words: ProtocolWord[]): Record<string, ProtocolWord> {
  return Object.fromEntries(words.map((word) => [word, word]));
}

/** Numbers with a name: offsets and values of ICMP, ICMPv6 and TCP. */
export const constants: Readonly<Record<string, number>> = {
  icmptype: 0,
  icmpcode: 1,
  'icmp-echoreply': 0,
  'icmp-unreach': 3,
  'icmp-sourcequench': 4,
  'icmp-redirect': 5,
  'icmp-echo': 8,
  'icmp-routeradvert': 9,
  'icmp-routersolicit': 10,
  'icmp-timxceed': 11,
  'icmp-paramprob': 12,
  'icmp-tstamp': 13,
  'icmp-tstampreply': 14,
  'icmp-ireq': 15,
  'icmp-ireqreply': 16,
  'icmp-maskreq': 17,
  'icmp-maskreply': 18,
  icmp6type: 0,
  icmp6code: 1,
  'icmp6-destinationunreach': 1,
  'icmp6-packettoobig': 2,
  'icmp6-timeexceeded': 3,
  'icmp6-parameterproblem': 4,
  'icmp6-echo': 128,
  'icmp6-echoreply': 129,
  'icmp6-multicastlistenerquery': 130,
  'icmp6-multicastlistenerreportv1': 131,
  'icmp6-multicastlistenerdone': 132,
  'icmp6-routersolicit': 133,
  'icmp6-routeradvert': 134,
  'icmp6-neighborsolicit': 135,
  'icmp6-neighboradvert': 136,
  'icmp6-redirect': 137,
  'icmp6-routerrenum': 138,
  'icmp6-nodeinformationquery': 139,
  'icmp6-nodeinformationresponse': 140,
  'icmp6-ineighbordiscoverysolicit': 141,
  'icmp6-ineighbordiscoveryadvert': 142,
  'icmp6-multicastlistenerreportv2': 143,
  'icmp6-homeagentdiscoveryrequest': 144,
  'icmp6-homeagentdiscoveryreply': 145,
  'icmp6-mobileprefixsolicit': 146,
  'icmp6-mobileprefixadvert': 147,
  'icmp6-certpathsolicit': 148,
  'icmp6-certpathadvert': 149,
  'icmp6-multicastrouteradvert': 151,
  'icmp6-multicastroutersolicit': 152,
  'icmp6-multicastrouterterm': 153,
  tcpflags: 13,
  'tcp-fin': 0x01,
  'tcp-syn': 0x02,
  'tcp-rst': 0x04,
  'tcp-push': 0x08,
  'tcp-ack': 0x10,
  'tcp-urg': 0x20,
  'tcp-ece': 0x40,
  'tcp-cwr': 0x80,
};

/** Words of tcpdump that are refused, each with what to do instead. */
export const refusedWords: Readonly<Record<string, string>> = {
  gateway:
    'gateway needs the names and hardware addresses of hosts, which are not looked up here: write "ether host MAC and not host ADDRESS"',
  byte: 'byte is an old form: write "ether[N] = VALUE", with & or | where they are needed',
  geneve: 'geneve changes what the words behind it mean: write "udp dst port 6081", and "inner …" for what is inside',
  vxlan: 'vxlan changes what the words behind it mean: write "udp dst port 4789", and "inner …" for what is inside',
  ...refused('is only in logs of the packet filter pf, which are not read here', [
    ...['on', 'ifname', 'rset', 'ruleset', 'rnr', 'rulenum', 'srnr', 'subrulenum', 'reason', 'action'],
  ]),
  ...refused('is only in captures of ATM, which are not read here', [
    ...['lane', 'metac', 'bcc', 'oam', 'oamf4', 'oamf4ec', 'oamf4sc', 'sc', 'ilmic', 'vpi', 'vci'],
    ...['connectmsg', 'metaconnect'],
  ]),
  ...refused('is only in captures of SS7 (MTP2, MTP3), which are not read here', [
    ...['fisu', 'lssu', 'lsu', 'msu', 'hfisu', 'hlssu', 'hmsu', 'sio', 'opc', 'dpc', 'sls'],
    ...['hsio', 'hopc', 'hdpc', 'hsls'],
  ]),
};

function refused(why: string, words: readonly string[]): Record<string, string> {
  return Object.fromEntries(words.map((word) => [word, `"${word}" ${why}`]));
}

/** Every other word with a meaning of its own: none of them can be a name. */
export const otherWords: ReadonlySet<string> = new Set([
  ...['and', 'or', 'not', 'src', 'dst', 'host', 'net', 'mask', 'port', 'portrange', 'proto', 'protochain'],
  ...['type', 'subtype', 'dir', 'direction', 'ra', 'ta', 'addr1', 'addr2', 'addr3', 'addr4'],
  ...['address1', 'address2', 'address3', 'address4', 'less', 'greater', 'broadcast', 'multicast'],
  ...['len', 'length', 'inbound', 'outbound', 'ifindex', 'vlan', 'mpls', 'pppoed', 'pppoes', 'llc'],
  ...['tag', 'class', 'radiation', 'country', 'asn', 'sensor', 'organisation', 'inner'],
]);

export const llcTypes: readonly LlcType[] = [
  ...(['i', 's', 'u', 'rr', 'rnr', 'rej', 'ui', 'ua', 'disc', 'sabme', 'test', 'xid', 'frmr'] as const),
];

/** Fields of a flow that are numbers in a comparison: a single word in the table's `filter` that means nothing else here. */
export const fieldWords: ReadonlyMap<string, FlowFieldName> = new Map(
  Object.entries(flowFields as Record<string, FlowField>).flatMap(([name, { filter }]) =>
    filter === undefined || !isFieldWord(filter) ? [] : [[filter, name as FlowFieldName] as const],
  ),
);

/** `vlan` is both: `vlan 100` tests the tags of a packet, `vlan = 100` is the field. */
function isFieldWord(word: string): boolean {
  return word === 'vlan' || (/^[a-z]+$/.test(word) && !otherWords.has(word) && protocolWords[word] === undefined);
}

/** The word of a field, for printing. */
export function wordOfField(name: FlowFieldName): string {
  return (flowFields as Record<string, FlowField>)[name]?.filter ?? name;
}
