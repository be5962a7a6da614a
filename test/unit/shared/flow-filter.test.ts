import { describe, expect, test } from 'vitest';
import { parseIpv4, parseIpv6 } from '../../../shared/address.ts';
import { findSecret } from '../../../shared/filter/flow-condition.ts';
import { planFlowFilter } from '../../../shared/filter/flow-plan.ts';
import { compileFlowFilter } from '../../../shared/filter/flow-test.ts';
import { FilterError, parseFilter } from '../../../shared/filter/index.ts';
import { createFlowBatch, type FlowBatch } from '../../../shared/flow-batch.ts';
import { Fragment } from '../../../shared/packet-batch.ts';
import { Tag } from '../../../shared/tags.ts';
import { Tunnel } from '../../../shared/tunnels.ts';

const names = { sensor: (name: string) => (name === 'tokyo' ? 7 : null) };
const planOf = (text: string) => planFlowFilter(parseFilter(text), names);

function matches(text: string, flows: FlowBatch): boolean {
  const mask = new Uint8Array(flows.length);
  compileFlowFilter(planOf(text))(flows, mask);
  return mask[0] === 1;
}

/** A SYN from 192.0.2.1:40000 to 198.51.100.7:23 (or between two IPv6 addresses). */
function syn(family: 4 | 6 = 4): FlowBatch {
  const flows = createFlowBatch(family, 1);
  flows.length = 1;
  flows.source.set(family === 4 ? [parseIpv4('192.0.2.1')!] : parseIpv6('2001:db8::1')!);
  flows.target.set(family === 4 ? [parseIpv4('198.51.100.7')!] : parseIpv6('2001:db8:ffff::7')!);
  flows.sourcePort[0] = 40_000;
  flows.targetPort[0] = 23;
  flows.protocol[0] = 6;
  flows.tcpFlags[0] = 2;
  flows.ttl[0] = 241;
  flows.ipLength[0] = 40;
  flows.class[0] = 1;
  flows.packets[0] = 3;
  flows.wireBytes[0] = 180;
  return flows;
}

describe('a SYN over IPv4', () => {
  test.for<[string, boolean]>([
    ['host 192.0.2.1', true],
    ['src host 198.51.100.7', false],
    ['dst host 198.51.100.7', true],
    ['src and dst host 192.0.2.1', false],
    ['ip6 host ::ffff:192.0.2.1', false],
    ['net 192.0.2.0/24', true],
    ['dst net 192.0.2.0/24', false],
    ['net 0.0.0.0/0', true],
    ['net ::/0', false],
    ['port 23', true],
    ['src port 23', false],
    ['udp port 23', false],
    ['dst portrange 20-25', true],
    ['tcp', true],
    ['ip proto 6', true],
    ['ip6 proto 6', false],
    ['proto 17', false],
    ['icmp', false],
    ['tcp[tcpflags] & tcp-syn != 0', true],
    ['tcp[13] = 2', true],
    ['(tcp[13] & (1 << 1)) >> 1 = 1', true],
    ['tcp[0:2] - tcp[2:2] = 39977', true],
    ['udp[0:2] = 40000', false],
    ['not udp[0:2] = 40000', true],
    ['ip[8] > 240', true],
    ['ip6[7] > 240', false],
    ['ttl > 240 and ttl <= 241', true],
    ['241 = ttl', true],
    ['240 < ttl', true],
    ['ttl < 0', false],
    ['iplength = 40', true],
    ['packets >= 3 and wirebytes / packets = 60', true],
    ['ttl - 242 = 4294967295', true],
    ['class tcpSyn', true],
    ['class udp', false],
    ['tag mirai', false],
    ['country unknown', true],
    ['country JP', false],
    ['asn 0', true],
    ['asn 64500', false],
    ['sensor tokyo', false],
    ['vlan 5', false],
    ['inner host 192.0.2.1', false],
    ['not inner tcp', true],
  ])('%s: %s', ([text, expected]) => expect(matches(text, syn())).toBe(expected));
});

test('bytes of TCP are those of IPv4 packets, as in tcpdump; ports are of both', () => {
  expect(matches('tcp[13] = 2', syn(6))).toBe(false);
  expect(matches('tcp dst port 23', syn(6))).toBe(true);
  expect(matches('src net 2001:db8::/32', syn(6))).toBe(true);
  expect(matches('net 192.0.0.0/8', syn(6))).toBe(false);
});

test('a later fragment has no ports and no TCP header', () => {
  const flows = syn();
  flows.fragment[0] = Fragment.later;
  expect(matches('port 23', flows)).toBe(false);
  expect(matches('tcp[13] = 2', flows)).toBe(false);
  expect(matches('tcp', flows)).toBe(true);
  flows.fragment[0] = Fragment.first;
  expect(matches('port 23', flows)).toBe(true);
});

test('what the server and the rules added', () => {
  const flows = syn();
  flows.sensor[0] = 7;
  flows.country[0] = 0x4a50;
  flows.asn[0] = 0xffff_ffff;
  flows.vlan[0] = 5;
  flows.tagsLow[0] = 1 << Tag.mirai;
  for (const text of ['sensor tokyo', 'country JP', 'asn 4294967295', 'vlan 5', 'tag mirai'])
    expect(matches(text, flows), text).toBe(true);
  expect(matches('tag masscanTcp', flows)).toBe(false);
});

test('inner: what lies inside, of either family, whatever carries it', () => {
  const flows = syn(6);
  flows.tunnel[0] = Tunnel['4in6'];
  flows.innerSource.set(parseIpv6('::ffff:10.0.0.1')!);
  flows.innerTarget.set(parseIpv6('::ffff:203.0.113.9')!);
  flows.innerProtocol[0] = 17;
  flows.innerTargetPort[0] = 53;
  for (const text of [
    'inner src host 10.0.0.1',
    'inner net 203.0.113.0/24',
    'inner dst port 53',
    'inner ip',
    'inner udp',
  ])
    expect(matches(text, flows), text).toBe(true);
  for (const text of ['inner src port 53', 'inner ip6', 'inner tcp', 'host 10.0.0.1', 'inner dst host 10.0.0.1'])
    expect(matches(text, flows), text).toBe(false);
});

describe('refused, pointing at the word', () => {
  test.for<[text: string, word: string, code: string]>([
    ['tcp and greater 100', 'greater 100', 'FILTER_NOT_HERE'],
    ['tcp and len > 100', 'len', 'FILTER_NOT_HERE'],
    ['port 23 or ether host 00:00:5e:00:53:01', 'ether host 00:00:5e:00:53:01', 'FILTER_NOT_HERE'],
    ['arp', 'arp', 'FILTER_NOT_HERE'],
    ['tcp or arp host 192.0.2.1', 'arp host 192.0.2.1', 'FILTER_NOT_HERE'],
    ['ether proto 0x0800', 'ether proto 0x0800', 'FILTER_NOT_HERE'],
    ['ip[6:2] & 0x1fff = 0', 'ip[6:2]', 'FILTER_NOT_HERE'],
    ['not tcp[4:4] = 1', 'tcp[4:4]', 'FILTER_NOT_HERE'],
    ['ip[ttl] = 1', 'ip[ttl]', 'FILTER_NOT_HERE'],
    ['packets / ttl = 1', 'ttl', 'FILTER_NOT_HERE'],
    ['ttl << packets = 1', 'packets', 'FILTER_NOT_HERE'],
    ['ip[8] + tcp[13] = 5', 'tcp[13]', 'FILTER_NOT_HERE'],
    ['ah', 'ah', 'FILTER_NOT_HERE'],
    ['proto 44', 'proto 44', 'FILTER_NOT_HERE'],
    ['vlan 5 or vlan 6', 'vlan 6', 'FILTER_NOT_HERE'],
    ['vlan', 'vlan', 'FILTER_NOT_HERE'],
    ['mpls 5', 'mpls 5', 'FILTER_NOT_HERE'],
    ['ip6 protochain 6', 'ip6 protochain 6', 'FILTER_NOT_HERE'],
    ['ip multicast', 'ip multicast', 'FILTER_NOT_HERE'],
    ['inbound', 'inbound', 'FILTER_NOT_HERE'],
    ['tcp and sensor osaka', 'sensor osaka', 'FILTER_UNKNOWN_WORD'],
  ])('%s', ([text, word, code]) => {
    let error: unknown;
    try {
      planOf(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(FilterError);
    const { span, message, code: found } = error as FilterError;
    expect({ word: text.slice(span.start, span.end), found }).toEqual({ word, found: code });
    expect(message.length).toBeGreaterThan(10);
  });
});

describe('secrets: what viewers may not ask', () => {
  test.for<[string, string | null]>([
    ['src host 192.0.2.1', null],
    ['src net 192.0.2.0/24 and port 23', null],
    ['tag mirai or country JP', null],
    ['host 192.0.2.1', 'host 192.0.2.1'],
    ['tcp and not (port 80 or dst net 198.51.100.0/24)', 'dst net 198.51.100.0/24'],
    ['src and dst host 192.0.2.1', 'src and dst host 192.0.2.1'],
    ['inner src host 192.0.2.1', 'inner src host 192.0.2.1'],
    ['inner port 53', 'inner port 53'],
  ])('%s: %s', ([text, expected]) => {
    const secret = findSecret(planOf(text));
    const word = secret && text.slice(secret.span.start, secret.span.end);
    if (expected === null) expect(word).toBeNull();
    else expect(expected).toContain(word);
  });
});

test('a mask is set in every row of the batch, whatever was in it', () => {
  const flows = createFlowBatch(4, 8);
  flows.length = 6;
  flows.packets.set([1, 5, 2, 5, 3, 5, 5, 5]);
  const mask = new Uint8Array(8).fill(9);
  compileFlowFilter(planOf('packets = 5 or not (packets < 3)'))(flows, mask);
  expect([...mask]).toEqual([0, 1, 0, 1, 1, 1, 9, 9]);
});
