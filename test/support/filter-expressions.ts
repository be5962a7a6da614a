/** Filters to compare with tcpdump's: every primitive of its manual, and random ones from the grammar. */
import { constants } from '../../shared/filter/words.ts';

const addresses = ['192.0.2.1', '198.51.100.7', '10.1.2.3', '203.0.113.5', '224.0.0.22', '255.255.255.255'];
const addresses6 = ['2001:db8::1', '2001:db8:1::2', 'fe80::3', 'ff02::1'];
const nets = ['10', '192.0', '192.0.2', '10.0.0.0/8', '192.0.2.0/24', '0.0.0.0/0', '128.0.0.0/1', '203.0.113.4/31'];
const nets6 = ['2001:db8::/32', '2001:db8:1::/48', 'fe80::/10', '::/0', 'ff00::/8', '2001:db8::1/128'];
const masks = ['192.0.2.0 mask 255.255.255.0', '10.0.0.3 mask 255.0.0.255', '0.1.0.0 mask 0.255.0.0'];
const macs = ['00:53:00:00:00:01', '0053.0000.0002', 'ff-ff-ff-ff-ff-ff', '01005e000016'];
const ports = ['22', '23', '53', '80', '443', '1024', '33434', '65535', '0', 'domain', 'http', 'ntp', '0x17'];
const ranges = ['1-1023', '23-80', '443-443', '65535-22', '0-65535', 'ssh-http'];
const protocols = ['1', '6', '17', '50', '51', '58', '132', '0', '44', '255', '256', 'gre', '\\udp', '\\sctp', 'ospf'];
const etherProtocols = ['0x0800', '0x86dd', '0x0806', '\\arp', '\\ip6', '\\stp', '\\ipx', '\\iso', '\\atalk', '\\aarp'];
const moreEtherProtocols = ['\\netbeui', 'loopback', '0x88cc', '0x42', '0xaa', '6', '1500', '0x1234'];
const directions = ['', 'src ', 'dst ', 'src or dst ', 'src and dst '];

export const protocolWords = [
  ...['ip', 'ip6', 'arp', 'rarp', 'tcp', 'udp', 'sctp', 'icmp', 'icmp6', 'igmp', 'igrp', 'pim', 'ah', 'esp'],
  ...['vrrp', 'carp', 'atalk', 'aarp', 'decnet', 'lat', 'sca', 'moprc', 'mopdl', 'iso', 'esis', 'es-is', 'isis'],
  ...['clnp', 'l1', 'l2', 'iih', 'lsp', 'snp', 'csnp', 'psnp', 'stp', 'ipx', 'netbeui'],
];
const indexed = [
  ...['ether', 'link', 'ip', 'ip6', 'arp', 'rarp', 'tcp', 'udp', 'icmp', 'icmp6', 'sctp', 'igmp', 'pim', 'vrrp'],
  ...['atalk', 'decnet', 'lat', 'wlan', 'fddi', 'carp', 'igrp', 'moprc', 'mopdl', 'sca'],
];
const llcTypes = ['i', 's', 'u', 'rr', 'rnr', 'rej', 'ui', 'ua', 'disc', 'sabme', 'test', 'xid', 'frmr'];
const wlanForms = [
  ...['type mgt', 'type ctl', 'type data', 'type 12', 'type mgt subtype beacon', 'type data subtype qos-data'],
  ...['type ctl subtype cts', 'subtype beacon', 'subtype ack', 'subtype data', 'dir nods', 'dir tods', 'dir fromds'],
  ...['dir dstods', 'dir 2', 'wlan type data subtype null', 'type 8 subtype 0x80'],
];
const wlanDirections = ['addr1', 'addr2', 'addr3', 'addr4', 'ra', 'ta', 'address2'];

const each = (words: readonly string[], make: (word: string) => string | string[]) => words.flatMap(make);

/** Every primitive of pcap-filter(7) in its forms, and the manual's own examples. */
export const manualExpressions: readonly string[] = [
  ...protocolWords,
  ...each(protocolWords, (word) => `not ${word}`),
  ...each(directions, (direction) => each(addresses, (address) => `${direction}host ${address}`)),
  ...each(addresses6, (address) => [`host ${address}`, `src host ${address}`, `ip6 dst host ${address}`]),
  ...each(addresses.slice(0, 2), (address) => [`ip host ${address}`, `arp host ${address}`, `rarp src ${address}`]),
  ...each([...nets, ...nets6, ...masks], (net) => [`net ${net}`, `src net ${net}`, `not dst net ${net}`]),
  ...each(['arp', 'ip', 'rarp'], (word) => `${word} net 192.0.2.0/24`),
  ...each(directions, (direction) => each(ports, (port) => `${direction}port ${port}`)),
  ...each(['tcp', 'udp', 'sctp'], (word) => [`${word} port 53`, `${word} src port 80`, `${word} portrange 1-1023`]),
  ...each(directions, (direction) => each(ranges, (range) => `${direction}portrange ${range}`)),
  ...each(protocols, (protocol) => [`ip proto ${protocol}`, `ip6 proto ${protocol}`, `proto ${protocol}`]),
  ...each(['6', '17', '51', '59'], (number) => [`ip protochain ${number}`, `protochain ${number}`]),
  ...each([...etherProtocols, ...moreEtherProtocols], (protocol) => `ether proto ${protocol}`),
  ...each(['clnp', 'esis', 'isis', '0x83'], (name) => `iso proto ${name === '0x83' ? name : `\\${name}`}`),
  ...each(['15', '18', '26'], (number) => `isis proto ${number}`),
  ...each(macs, (mac) => each(['', 'src ', 'dst ', 'src and dst '], (direction) => `ether ${direction}host ${mac}`)),
  ...each(macs, (mac) => each(wlanDirections, (direction) => `wlan ${direction} ${mac}`)),
  ...['broadcast', 'ether broadcast', 'multicast', 'ether multicast', 'ip broadcast', 'ip multicast', 'ip6 multicast'],
  ...['less 60', 'greater 100', 'less 0', 'len > 80', 'len = 54', 'inbound', 'outbound', 'ifindex 2', 'llc'],
  ...each(llcTypes, (type) => [`llc ${type}`, `not llc ${type}`]),
  ...wlanForms,
  ...['mpls', 'mpls 5', 'mpls 1024', 'not mpls', 'mpls and ip', 'mpls 100000 and mpls 1024 and tcp', 'mpls and not ip'],
  ...['mpls and host 192.0.2.1', 'mpls and mpls and mpls', 'mpls or ip', 'mpls 5 and tcp dst port 80'],
  ...['pppoed', 'pppoes', 'pppoes 5', 'pppoes 0x27 and ip', 'pppoes and ip6', 'pppoes and not tcp', 'pppoes or tcp'],
  ...['pppoes and link[0] = 0', 'pppoes and mpls 5 and ip', 'pppoes 5 and tcp port 22 or udp', 'pppoes and stp'],
  ...each(indexed, (word) => [`${word}[0] & 1 != 0`, `${word}[2:2] > 100`, `${word}[4:4] != 0`]),
  ...each(Object.keys(constants), (name) => `tcp[13] & ${name} != 0 or icmp[0] = ${name} or icmp6[0] = ${name}`),
  'tcp[tcpflags] & (tcp-syn|tcp-fin) != 0 and not src and dst net 192.0.2.0/24',
  'tcp[tcpflags] & (tcp-rst|tcp-ack) == (tcp-rst|tcp-ack)',
  'tcp port 80 and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)',
  'ether[0] & 1 = 0 and ip[16] >= 224',
  'icmp[icmptype] != icmp-echo and icmp[icmptype] != icmp-echoreply',
  'icmp6[icmp6type] != icmp6-echo and icmp6[icmp6type] != icmp6-echoreply',
  'ip[0] & 0xf != 5',
  'ip[6:2] & 0x1fff = 0',
  'ip host 192.0.2.1 and not 10.1.2.3',
  'host 192.0.2.1 and (10.1.2.3 or 198.51.100.7)',
  'tcp dst port ftp or ftp-data or domain or 80',
  'not host 192.0.2.1 and 10.1.2.3',
  'port (22 or 23 or 80) and not (tcp or udp)',
  'src net (10.0.0.0/8 or 192.0.2.0/24) or 203.0.113.0/24',
  'net 192.0.2.0/24 or 10.0.0.0/8 or not 198.51.100.0 mask 255.255.255.0',
  'net 2001:db8::/32 or fe80::/10 and ip6',
  ...['tcp[-20] = 0x45', 'ip[-1] = 0', 'ether[1500] = 0', 'not ether[1500] = 0', 'len = 60 or ether[1500] = 0'],
  ...['1 + tcp[0] = 1', 'len - tcp[0] > 5', 'ip[0] = tcp[0]', 'tcp[ip[0] & 3] = 0', 'udp[udp[4:2] - 1] = 1'],
  ...['10 % 3 + 4 = 3', '1 + 2 ^ 3 + 4 = 6', '2 * 3 ^ 1 = 4', '- len ^ 1 < 5', '1 | 2 & 3 << 4 = 1', '-1 > 5'],
  ...['len / (ip[1] - 5) > 2', 'len % ip[0] = 3', 'ip[8] << ip[9] = 0', '1 << len = 0', 'ip[12:4] * 3 > ip[16:4]'],
];

/** Random numbers that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What random filters are made of; more can be added from a capture. */
export interface FilterVocabulary {
  readonly addresses: readonly string[];
  readonly addresses6: readonly string[];
  readonly ports: readonly string[];
}

export const madeVocabulary: FilterVocabulary = { addresses, addresses6, ports };

/** Draws filters from the grammar. `linkLayer` says which words of the link layer tcpdump takes there. */
export class RandomFilters {
  readonly #random: () => number;
  readonly #words: FilterVocabulary;
  readonly #isWlan: boolean;
  readonly #isEthernet: boolean;
  /**
   * Where link headers vary in length, libpcap 1.10.3 keeps their lengths in registers that arithmetic before them
   * overwrites, and that "pppoes" does not set (seen with tcpdump -d): both are left out there.
   */
  readonly #hasVariableHeaders: boolean;

  constructor(seed: number, words: FilterVocabulary, linkType: number) {
    this.#random = seededRandom(seed);
    this.#words = words;
    this.#isWlan = linkType === 105 || linkType === 127;
    this.#isEthernet = linkType === 1;
    this.#hasVariableHeaders = [105, 127, 192].includes(linkType);
  }

  next(): string {
    return this.#expression(1 + this.#below(3));
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#below(values.length)]!;
  }

  #expression(depth: number): string {
    const kind = depth === 0 ? 9 : this.#below(10);
    if (kind < 2) return `${this.#expression(depth - 1)} and ${this.#expression(depth - 1)}`;
    if (kind < 4) return `${this.#expression(depth - 1)} or ${this.#expression(depth - 1)}`;
    if (kind === 4) return `not ${this.#primitive()}`;
    if (kind === 5) return `(${this.#expression(depth - 1)})`;
    if (kind === 6) return `!(${this.#expression(depth - 1)})`;
    if (kind === 7) return `${this.#primitive()} && ${this.#expression(depth - 1)}`;
    return this.#primitive();
  }

  #primitive(): string {
    const { addresses: hosts, addresses6: hosts6 } = this.#words;
    const direction = this.#pick(directions);
    switch (this.#below(this.#isEthernet || this.#isWlan ? 16 : 14)) {
      case 0:
        return this.#pick(protocolWords);
      case 1:
        return this.#pick(['ip', 'ip6', 'tcp', 'udp', 'icmp', 'icmp6', 'arp']);
      case 2:
        return `${this.#pick(['', '', 'ip ', 'arp '])}${direction}host ${this.#pick(hosts)}`;
      case 3:
        return `${this.#pick(['', 'ip6 '])}${direction}host ${this.#pick(hosts6)}`;
      case 4:
        return `${direction}net ${this.#net()}`;
      case 5:
        return `${this.#transport()}${direction}port ${this.#ports()}`;
      case 6:
        return `${this.#transport()}${direction}portrange ${this.#pick(ranges)}`;
      case 7:
        return `${this.#pick(['', 'ip ', 'ip6 '])}proto ${this.#pick(protocols)}`;
      case 8:
        return this.#pick(['less', 'greater']).concat(` ${this.#below(150)}`);
      case 9:
      case 10:
      case 11:
        return this.#hasVariableHeaders ? this.#pick(protocolWords) : this.#comparison();
      case 12:
        return `ether proto ${this.#pick([...etherProtocols, ...moreEtherProtocols])}`;
      case 13:
        return this.#pick([
          ...['ip multicast', 'ip6 multicast', 'ip broadcast', 'ip protochain 6', 'pppoed'],
          ...(this.#hasVariableHeaders ? [] : ['pppoes']),
        ]);
      case 14:
        return `ether ${this.#pick(['', 'src ', 'dst '])}host ${this.#pick(macs)}`;
      default:
        return this.#isWlan
          ? this.#pick(wlanForms)
          : this.#pick(['multicast', 'broadcast', 'llc', 'llc u', 'mpls', 'mpls 5', 'ether multicast']);
    }
  }

  #transport(): string {
    return this.#pick(['', '', 'tcp ', 'udp ', 'sctp ']);
  }

  /** One, or several that share what stands before them. */
  #ports(): string {
    const numbers = this.#words.ports.filter((port) => /^\d+$/.test(port));
    const more = Array.from({ length: this.#below(3) }, () => ` ${this.#pick(['or', 'and'])} ${this.#pick(numbers)}`);
    return `${this.#pick(numbers)}${more.join('')}`;
  }

  #net(): string {
    const kind = this.#below(4);
    if (kind === 0) return this.#pick([...nets, ...nets6, ...masks]);
    const parts = this.#pick(this.#words.addresses).split('.').map(Number);
    const word = parts.reduce((sum, part) => sum * 256 + part, 0);
    const length = this.#below(33);
    const kept = length === 0 ? 0 : (word & (0xffffffff << (32 - length))) >>> 0;
    return `${kept >>> 24}.${(kept >>> 16) & 255}.${(kept >>> 8) & 255}.${kept & 255}/${length}`;
  }

  #comparison(): string {
    const relation = this.#pick(['=', '==', '!=', '<', '<=', '>', '>=']);
    const right = this.#below(3) > 0 ? String(this.#number()) : this.#arithmetic(1);
    return `${this.#arithmetic(2)} ${relation} ${right}`;
  }

  #number(): number {
    return this.#pick([0, 1, 2, 5, 6, 17, 18, 20, 40, 64, 69, 80, 128, 255, 256, 1500, 0xffff, 0x7fffffff, 0xfffffffe]);
  }

  #arithmetic(depth: number): string {
    const kind = this.#below(depth === 0 ? 6 : 10);
    if (kind === 0) return 'len';
    if (kind === 1) return String(this.#number());
    if (kind < 6) return this.#load(depth);
    if (kind === 6) return `(${this.#arithmetic(depth - 1)} & ${this.#number()})`;
    if (kind === 7) return `-${this.#load(depth - 1)}`;
    const operator = this.#pick(['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>']);
    const shift = operator === '<<' || operator === '>>';
    const right = shift ? String(this.#below(32)) : this.#arithmetic(depth - 1);
    return `${this.#arithmetic(depth - 1)} ${operator} ${right}`;
  }

  #load(depth: number): string {
    const word = this.#pick(this.#below(3) === 0 ? indexed : ['ip', 'tcp', 'udp', 'ip6', 'ether', 'icmp']);
    const offset = depth > 0 && this.#below(8) === 0 ? this.#arithmetic(depth - 1) : String(this.#below(40));
    return `${word}[${offset}${this.#pick(['', ':1', ':2', ':4'])}]`;
  }
}
