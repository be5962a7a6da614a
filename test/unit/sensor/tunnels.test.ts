import { describe, expect, test } from 'vitest';
import { hex, toHex } from '../../support/hex.ts';
import { decodeOne } from '../../support/packet-batch.ts';

const RAW = 101;
const text = (...parts: string[]) => toHex(hex(...parts));
const half = (value: number) => value.toString(16).padStart(4, '0');
const bytesOf = (part: string) => part.length / 2;

/** An IPv4 packet: protocol, and what it carries. */
function ipv4(
  protocol: number,
  payload: string,
  { from = 'c0000201', to = 'c6336407', fragment = '0000' } = {},
): string {
  const length = half(20 + bytesOf(payload));
  return text(
    '4500',
    length,
    'abcd',
    fragment,
    'f3',
    protocol.toString(16).padStart(2, '0'),
    '0000',
    from,
    to,
    payload,
  );
}
function ipv6(protocol: number, payload: string): string {
  const addresses = '20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002';
  return text('60000000', half(bytesOf(payload)), protocol.toString(16).padStart(2, '0'), '40', addresses, payload);
}
function udp(port: number, payload: string, source = 0xd431): string {
  return text(half(source), half(port), half(8 + bytesOf(payload)), '0000', payload);
}
const ETHERNET = text('020000000001 020000000002');
const TAG = '81000005';

// Inside: 10.0.0.1 port 1024 to 10.0.0.2 port 80, TCP; and its like in IPv6.
const INNER = ipv4(6, text('0400 0050 00000001 00000000 5002 ffff 0000 0000'), { from: '0a000001', to: '0a000002' });
const INNER6 = ipv6(17, text('0400 0035 0008 0000'));
const FOUND = '10.0.0.1 1024 > 10.0.0.2 80 (6)';
const FOUND6 = '2001:db8::1 1024 > 2001:db8::2 53 (17)';

interface Kind {
  name: string;
  tunnel: string;
  packet: string;
  inner?: string;
}

const kinds: Kind[] = [
  { name: 'IPv4 in IPv4', tunnel: 'ipip', packet: ipv4(4, INNER) },
  { name: 'IPv6 in IPv4', tunnel: '6in4', packet: ipv4(41, INNER6), inner: FOUND6 },
  { name: 'IPv4 in IPv6', tunnel: '4in6', packet: ipv6(4, INNER) },
  { name: 'IPv6 in IPv6', tunnel: '6in6', packet: ipv6(41, INNER6), inner: FOUND6 },
  { name: 'GRE', tunnel: 'gre', packet: ipv4(47, text('0000 0800', INNER)) },
  { name: 'GRE over IPv6, IPv6 inside', tunnel: 'gre', packet: ipv6(47, text('0000 86dd', INNER6)), inner: FOUND6 },
  {
    name: 'GRE with checksum, key and sequence number',
    tunnel: 'gre',
    packet: ipv4(47, text('b000 0800 12340000 00000007 00000001', INNER)),
  },
  { name: 'GRE with Ethernet', tunnel: 'gre', packet: ipv4(47, text('2000 6558 00000007', ETHERNET, '0800', INNER)) },
  {
    name: 'PPTP: GRE version 1 with sequence and acknowledgement',
    tunnel: 'gre',
    packet: ipv4(47, text('3081 880b 002c 0001 00000001 00000002 ff03 0021', INNER)),
  },
  { name: 'PPTP with compressed PPP', tunnel: 'gre', packet: ipv4(47, text('2001 880b 002c 0001 21', INNER)) },
  { name: 'ERSPAN I', tunnel: 'erspan', packet: ipv4(47, text('0000 88be', ETHERNET, '0800', INNER)) },
  {
    name: 'ERSPAN II',
    tunnel: 'erspan',
    packet: ipv4(47, text('1000 88be 00000001 10010001 00000000', ETHERNET, TAG, '0800', INNER)),
  },
  {
    name: 'ERSPAN III',
    tunnel: 'erspan',
    packet: ipv4(47, text('1000 22eb 00000001 20010001 00000000 00000000', ETHERNET, '0800', INNER)),
  },
  {
    name: 'ERSPAN III with a subheader',
    tunnel: 'erspan',
    packet: ipv4(47, text('1000 22eb 00000001 20010001 00000000 00000001 0000000000000000', ETHERNET, '0800', INNER)),
  },
  { name: 'VXLAN', tunnel: 'vxlan', packet: ipv4(17, udp(4789, text('08000000 00000700', ETHERNET, '0800', INNER))) },
  {
    name: 'VXLAN at the port of old, over IPv6, with a VLAN inside',
    tunnel: 'vxlan',
    packet: ipv6(17, udp(8472, text('08000000 00000700', ETHERNET, TAG, '86dd', INNER6))),
    inner: FOUND6,
  },
  {
    name: 'VXLAN with a group policy',
    tunnel: 'vxlan',
    packet: ipv4(17, udp(4789, text('88480042 00000700', ETHERNET, '0800', INNER))),
  },
  {
    name: 'Geneve with options',
    tunnel: 'geneve',
    packet: ipv4(17, udp(6081, text('0240 6558 00000700 0102800100000000', ETHERNET, '0800', INNER))),
  },
  {
    name: 'Geneve with IP',
    tunnel: 'geneve',
    packet: ipv4(17, udp(6081, text('0000 86dd 00000700', INNER6))),
    inner: FOUND6,
  },
  {
    name: 'GTP-U',
    tunnel: 'gtpu',
    packet: ipv4(17, udp(2152, text('30ff', half(bytesOf(INNER)), '00000001', INNER))),
  },
  {
    name: 'GTP-U with two extension headers',
    tunnel: 'gtpu',
    packet: ipv4(
      17,
      udp(2152, text('36ff', half(bytesOf(INNER) + 16), '00000001 0001 00 c0 01 0000 85 02 000000 000000 00', INNER)),
    ),
  },
  { name: 'L2TP', tunnel: 'l2tp', packet: ipv4(17, udp(1701, text('0002 0001 0002 ff03 0021', INNER), 1701)) },
  {
    name: 'L2TP with length, sequence and offset',
    tunnel: 'l2tp',
    packet: ipv4(17, udp(1701, text('4a02', half(bytesOf(INNER6) + 17), '0001 0002 0003 0004 0002 ffff 57', INNER6))),
    inner: FOUND6,
  },
  { name: 'Teredo', tunnel: 'teredo', packet: ipv4(17, udp(3544, INNER6)), inner: FOUND6 },
  {
    name: 'Teredo with authentication and origin, from the server',
    tunnel: 'teredo',
    packet: ipv4(17, udp(40_000, text('0001 02 01 aabb cc 1122334455667788 00 0000 fefe 3fffffff', INNER6), 3544)),
    inner: FOUND6,
  },
  { name: 'ICMP unreachable', tunnel: 'icmpQuote', packet: ipv4(1, text('0301 0000 00000000', INNER)) },
  { name: 'ICMP time exceeded', tunnel: 'icmpQuote', packet: ipv4(1, text('0b00 0000 00000000', INNER)) },
  { name: 'ICMPv6 too big', tunnel: 'icmpQuote', packet: ipv6(58, text('0200 0000 00000500', INNER6)), inner: FOUND6 },
];

describe.for(kinds)('$name', ({ tunnel, packet, inner = FOUND }) => {
  test('is looked into; the outermost header stays what it was', () => {
    const decoded = decodeOne(RAW, hex(packet));
    expect(decoded.packet).toMatchObject({ tunnel, inner });
    expect(['192.0.2.1', '2001:db8::1']).toContain(decoded.packet?.source);
    expect(decoded.packet?.vlan).toBe(0);
    expect(decoded.faults).toEqual({});
  });

  test('captured in part, it is read as far as it goes', () => {
    const whole = hex(packet);
    let readable = whole.length;
    for (let length = whole.length; length >= 0; length--) {
      const { packet: cut } = decodeOne(RAW, whole.slice(0, length), { wireLength: whole.length });
      if (cut === null || cut.tunnel === '') continue;
      // Whatever is there is never more than the whole packet says.
      expect(inner.startsWith(cut.inner.split(' ')[0]!)).toBe(true);
      expect([inner, inner.replace(/ \d+ >/, ' 0 >').replace(/ \d+ \(/, ' 0 (')]).toContain(cut.inner);
      readable = length;
    }
    // The inner IP header is needed in full, and no more than it.
    const payloadBytes = inner === FOUND ? bytesOf(INNER) - 20 : bytesOf(INNER6) - 40;
    expect(whole.length - readable).toBe(payloadBytes);
  });

  test('a later fragment carries none', () => {
    if (packet.startsWith('6')) return;
    const later = `${packet.slice(0, 12)}0001${packet.slice(16)}`;
    expect(decodeOne(RAW, hex(later)).packet).toMatchObject({ tunnel: '', fragment: 2 });
  });
});

describe('what only looks like a tunnel is none', () => {
  const vxlan = (header: string, rest = text(ETHERNET, '0800', INNER)) => ipv4(17, udp(4789, text(header, rest)));
  const longer = `4500ffff${INNER.slice(8)}`;
  test.for([
    { name: 'VXLAN without its flag', packet: vxlan('00000000 00000700') },
    { name: 'VXLAN with a reserved flag', packet: vxlan('09000000 00000700') },
    { name: 'VXLAN with a reserved byte', packet: vxlan('08000000 00000701') },
    { name: 'VXLAN with ARP', packet: vxlan('08000000 00000700', text(ETHERNET, '0806', INNER)) },
    { name: 'an inner packet of another version', packet: vxlan('08000000 00000700', text(ETHERNET, '86dd', INNER)) },
    {
      name: 'an inner packet longer than the tunnel',
      packet: vxlan('08000000 00000700', text(ETHERNET, '0800', longer)),
    },
    { name: 'an inner packet shorter than its header', packet: ipv4(4, `45000013${INNER.slice(8)}`) },
    { name: 'another port', packet: ipv4(17, udp(4790, text('08000000 00000700', ETHERNET, '0800', INNER))) },
    {
      name: 'a UDP length of less than its header',
      packet: vxlan('08000000 00000700').replace(/12b5..../, '12b50007'),
    },
    { name: 'GRE of version 2', packet: ipv4(47, text('0002 0800', INNER)) },
    { name: 'GRE with source routes', packet: ipv4(47, text('4000 0800 00000000', INNER)) },
    { name: 'WCCP', packet: ipv4(47, text('0000 883e', INNER)) },
    {
      name: 'ERSPAN II of another version',
      packet: ipv4(47, text('1000 88be 00000001 20010001 00000000', ETHERNET, '0800', INNER)),
    },
    { name: 'Geneve of version 1', packet: ipv4(17, udp(6081, text('4000 0800 00000700', INNER))) },
    { name: 'GTP-U echo', packet: ipv4(17, udp(2152, text('3001 0000 00000001', INNER))) },
    {
      name: 'GTP-U whose extension has no length',
      packet: ipv4(17, udp(2152, text('34ff 0030 00000001 0000 00 c0 00', INNER))),
    },
    { name: 'GTP-U with a length beyond the datagram', packet: ipv4(17, udp(2152, text('30ff ffff 00000001', INNER))) },
    { name: 'L2TP control', packet: ipv4(17, udp(1701, text('c802 0014 0001 0002 0003 0004', INNER))) },
    { name: 'L2TP of version 3', packet: ipv4(17, udp(1701, text('0003 0001 0002 ff03 0021', INNER))) },
    { name: 'Teredo with IPv4', packet: ipv4(17, udp(3544, INNER)) },
    { name: 'ICMP echo', packet: ipv4(1, text('0800 0000 00000000', INNER)) },
    { name: 'ICMPv6 echo', packet: ipv6(58, text('8000 0000 00000000', INNER6)) },
    { name: 'TCP', packet: ipv4(6, text('12b5 12b5 00000001 00000000 5002 ffff 0000 0000', INNER)) },
  ])('$name', ({ packet }) => {
    const decoded = decodeOne(RAW, hex(packet));
    expect(decoded.packet).toMatchObject({ tunnel: '', inner: '' });
    expect(decoded.faults).toEqual({});
  });
});

test('more tags inside than any real frame has are a fault', () => {
  const packet = ipv4(47, text('0000 6558', ETHERNET, TAG.repeat(200), '0800', INNER));
  expect(decodeOne(RAW, hex(packet))).toMatchObject({ packet: { tunnel: '' }, faults: { tooDeep: 1 } });
});

test('of IP in IP in IP, the first inside is told', () => {
  const packet = ipv4(4, ipv4(4, INNER, { from: '0a000003', to: '0a000004' }));
  expect(decodeOne(RAW, hex(packet)).packet?.inner).toBe('10.0.0.3 0 > 10.0.0.4 0 (4)');
});

test('a first fragment is looked into, although its tunnel’s lengths reach beyond it', () => {
  const datagram = udp(
    2152,
    text('30ff', half(bytesOf(INNER) + 1000), '00000001', `4500${half(1040)}${INNER.slice(8)}`),
  );
  const longer = `${datagram.slice(0, 8)}${half(2000)}${datagram.slice(12)}`;
  const { packet } = decodeOne(RAW, hex(ipv4(17, longer, { fragment: '2000' })));
  expect(packet).toMatchObject({ tunnel: 'gtpu', inner: FOUND, fragment: 1 });
});

test('an ICMP error may quote less than ports, and of a later fragment none', () => {
  const quote = (bytes: string) => decodeOne(RAW, hex(ipv4(1, text('0301 0000 00000000', bytes)))).packet?.inner;
  expect(quote(INNER.slice(0, 40))).toBe('10.0.0.1 0 > 10.0.0.2 0 (6)');
  expect(quote(INNER.slice(0, 38))).toBe('');
  expect(quote(`${INNER.slice(0, 12)}0001${INNER.slice(16, 56)}`)).toBe('10.0.0.1 0 > 10.0.0.2 0 (6)');
});

test('an ICMP packet inside has its type and code in place of ports', () => {
  const echo = ipv4(1, text('0805 0000 00000000'), { from: '0a000001', to: '0a000002' });
  expect(decodeOne(RAW, hex(ipv4(4, echo))).packet?.inner).toBe('10.0.0.1 8 > 10.0.0.2 5 (1)');
});
