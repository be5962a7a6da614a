/** Which filters are one key of one dimension, so that series answer them. */
import { expect, test } from 'vitest';
import { singleKeyOf } from '../../../server/api/single-key.ts';
import { planFlowFilter } from '../../../shared/filter/flow-plan.ts';
import { parseFilter } from '../../../shared/filter/index.ts';

const keyOf = (filter: string) => singleKeyOf(planFlowFilter(parseFilter(filter), { sensor: () => 7 }));

test.for([
  ['country CN', 'country', (67 << 8) | 78],
  ['country unknown', 'country', 0],
  ['asn 4134', 'network', 4134],
  ['class tcpSynAck', 'class', 2],
  ['radiation bogon', 'radiation', 10],
  ['radiation unknown', 'radiation', 0],
  ['tag mirai', 'tag', 3],
  ['sensor tokyo', 'sensor', 7],
  ['udp', 'protocol', 17],
  ['proto 47', 'protocol', 47],
  ['tcp dst port 23', 'port', 6 * 65_536 + 23],
  ['(tcp dst port 23)', 'port', 6 * 65_536 + 23],
  ['dst port 23 and tcp', 'port', 6 * 65_536 + 23],
  ['udp and dst port 53', 'port', 17 * 65_536 + 53],
] as const)('%s is a key', ([filter, by, key]) => {
  expect(keyOf(filter)).toEqual({ by, key });
});

test.for([
  'dst port 23',
  'tcp port 23',
  'tcp src port 23',
  'sctp dst port 23',
  'tcp dst portrange 23-24',
  'tcp dst port 23 and udp dst port 23',
  'tcp dst port 23 and tcp dst port 24',
  'tcp[2:2] = 23',
  'not country CN',
  'country CN or country US',
  'country CN and tag mirai',
  'icmp',
  'src host 192.0.2.1',
  'fragment = 0',
  'tcp dst port 23 and fragment = 0',
  'vlan 3',
])('%s is none: the flows must tell', (filter) => {
  expect(keyOf(filter)).toBeNull();
});
