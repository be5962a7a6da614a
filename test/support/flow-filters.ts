/** Random filters that flows can answer, and values for random flows to which they sometimes apply. */
import fc from 'fast-check';

export const POOL = {
  addresses4: ['192.0.2.1', '192.0.2.77', '198.51.100.7', '10.0.0.1', '255.255.255.255', '0.0.0.0'],
  addresses6: ['2001:db8::1', '2001:db8:0:1::7', 'fe80::1', '::ffff:192.0.2.1', '::'],
  ports: [0, 1, 8, 22, 23, 53, 80, 443, 40_000, 65_535],
  protocols: [1, 2, 6, 17, 47, 50, 51, 58, 132, 0, 255],
  flags: [0, 1, 2, 4, 16, 18, 20, 41, 255],
  ttls: [0, 1, 52, 64, 128, 255],
  lengths: [28, 40, 44, 1500, 65_535],
} as const;

const of = (values: readonly (string | number)[]) => fc.constantFrom(...values).map(String);
const direction = fc.constantFrom('', 'src ', 'dst ', 'src or dst ', 'src and dst ');
const relation = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');
const number = fc.oneof(fc.nat(300).map(String), of([0, 0xffffffff, 0x80000000, 65_535, 65_536]));

const host = fc
  .tuple(direction, of([...POOL.addresses4, ...POOL.addresses6]))
  .map((words) => `${words[0]}host ${words[1]}`);
const net4 = fc.tuple(direction, fc.nat(32), of(POOL.addresses4)).map(([way, bits, address]) => {
  const word = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const kept = bits === 0 ? 0 : Math.floor(word / 2 ** (32 - bits)) * 2 ** (32 - bits);
  return `${way}net ${[24, 16, 8, 0].map((shift) => Math.floor(kept / 2 ** shift) % 256).join('.')}/${bits}`;
});
const net6 = fc
  .tuple(direction, of(['2001:db8::/32', '2001:db8::/64', 'fe80::/10', '::ffff:0:0/96', '::/0', '2001:db8::1/128']))
  .map((words) => `${words[0]}net ${words[1]}`);
const mask4 = of([
  'net 192.0.2.0 mask 255.255.255.0',
  'src net 0.0.0.1 mask 0.0.0.255',
  'net 192.0.0.1 mask 255.0.0.255',
]);
const port = fc
  .tuple(fc.constantFrom('', 'tcp ', 'udp ', 'sctp '), direction, of(POOL.ports))
  .map(([protocol, way, value]) => `${protocol}${way}port ${value}`);
const range = fc
  .tuple(direction, of(POOL.ports), of(POOL.ports))
  .map(
    ([way, from, to]) => `${way}portrange ${Math.min(Number(from), Number(to))}-${Math.max(Number(from), Number(to))}`,
  );
const word = of(['ip', 'ip6', 'tcp', 'udp', 'sctp', 'icmp', 'icmp6', 'igmp', 'esp', 'pim', 'vrrp']);
const protocol = fc
  .tuple(fc.constantFrom('ip ', 'ip6 ', ''), of(POOL.protocols))
  // Numbers of IPv6 extension headers are refused but for IPv4.
  .map(([layer, value]) => `${value === '0' || value === '51' ? 'ip ' : layer}proto ${value}`);
const value = of([
  ...['ip[8]', 'ip[9]', 'ip6[7]', 'tcp[13]', 'tcp[tcpflags]', 'tcp[0:2]', 'tcp[2:2]', 'udp[0:2]', 'udp[2:2]'],
  ...['icmp[icmptype]', 'icmp[icmpcode]', 'icmp6[icmp6type]', 'icmp6[icmp6code]', 'sctp[2:2]'],
]);
const field = of(['ttl', 'iplength']);
const arithmetic = fc.letrec<{ sum: string; atom: string }>((tie) => ({
  atom: fc.oneof(value, field, number),
  sum: fc.oneof(
    { maxDepth: 2 },
    tie('atom'),
    fc
      .tuple(tie('sum'), fc.constantFrom('+', '-', '*', '&', '|', '^'), fc.oneof(field, number))
      .map((parts) => `(${parts.join(' ')})`),
    fc
      .tuple(tie('sum'), fc.constantFrom('/', '%'), fc.integer({ min: 1, max: 300 }))
      .map((parts) => `(${parts.join(' ')})`),
    fc.tuple(tie('sum'), fc.constantFrom('<<', '>>'), fc.nat(31)).map((parts) => `(${parts.join(' ')})`),
  ),
})).sum;
const comparison = fc.tuple(fc.oneof(value, field), relation, number).map((parts) => parts.join(' '));
const sum = fc.tuple(arithmetic, relation, number).map((parts) => parts.join(' '));
const flags = fc
  .tuple(of(['tcp-syn', '(tcp-syn|tcp-ack)', 'tcp-rst', '0xff']), relation, of([0, 'tcp-syn', 18]))
  .map(([mask, compare, wanted]) => `tcp[tcpflags] & ${mask} ${compare} ${wanted}`);
const radiation = of(['radiation scan', 'radiation backscatter', 'radiation other', 'radiation unknown']);
const classes = of(['class tcpSyn', 'class tcpSynAck', 'class tcpRst', 'class udp', 'class icmp', 'class other']);

/** Of what is in the key of a flow, so that all of its packets agree. */
const keyTerms = [host, net4, net6, mask4, port, range, word, protocol, comparison, sum, flags, classes, radiation];
/** Of the rest, too. */
const otherTerms = [
  of([
    'asn 0',
    'asn 15169',
    'asn 4294967295',
    'tag mirai',
    'tag masscanTcp',
    'vlan 5',
    'vlan 4095',
    'country JP',
    'country unknown',
    'sensor "north east"',
  ]),
  fc.oneof(host, net4, net6, port, word, protocol).map((term) => `inner ${term}`),
  fc
    .tuple(of(['packets', 'wirebytes', 'synwindow', 'fragment', 'vlan', '(packets * wirebytes)']), relation, number)
    .map((parts) => parts.join(' ')),
];

function expressions(terms: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.letrec<{ whole: string }>((tie) => ({
    whole: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.oneof(...terms),
      fc.tuple(tie('whole'), fc.constantFrom('and', 'or'), tie('whole')).map((parts) => `(${parts.join(' ')})`),
      tie('whole').map((term) => `not (${term})`),
    ),
  })).whole;
}

export const keyFilters = expressions(keyTerms);
export const flowFilters = expressions([...keyTerms, ...otherTerms]);
