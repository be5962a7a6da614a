/** Packets that a person can read, and what a dissection says of them. */
import { describe, expect, test } from 'vitest';
import { createFrame } from '../../../../sensor/simulate/packet/frame.ts';
import { createTcpPacket, writeTcp } from '../../../../sensor/simulate/packet/tcp.ts';
import { createUdpPacket, writeUdp } from '../../../../sensor/simulate/packet/udp.ts';
import { dissect } from '../../../../shared/dissect/index.ts';
import type { DissectedLayer, DissectNote } from '../../../../shared/dissect/names.ts';
import { summarise } from '../../../../shared/dissect/summary.ts';
import { fieldOf } from '../../../support/dissected.ts';
import { hex, toHex } from '../../../support/hex.ts';
import { IPV4, IPV6, MACS, SYN } from '../../../support/link-frames.ts';

const ETHERNET = 1;
const RAW = 101;
const addresses = { source: 0xc0000201, target: 0xc6336407 };

function made(write: (frame: ReturnType<typeof createFrame>) => void): Uint8Array {
  const frame = createFrame();
  frame.bytes = new Uint8Array(2_000);
  write(frame);
  return frame.bytes.slice(0, frame.length);
}

const syn = () =>
  made((frame) =>
    writeTcp(
      frame,
      createTcpPacket({
        ...addresses,
        sourcePort: 40_000,
        targetPort: 23,
        flags: 2,
        options: hex('020405b4 01 030307'),
      }),
    ),
  );
const datagram = (targetPort: number, payload: Uint8Array) =>
  made((frame) => writeUdp(frame, createUdpPacket({ ...addresses, sourcePort: 5_000, targetPort, payload })));
const text = (words: string) => Uint8Array.from(Buffer.from(words, 'latin1'));
const names = (layers: readonly DissectedLayer[]) => layers.map(({ name }) => name);
const layerOf = (layers: readonly DissectedLayer[], name: string) => layers.find((layer) => layer.name === name)!;
const noteOf = (layers: readonly DissectedLayer[], layer: string, field: string): DissectNote | undefined =>
  layerOf(layers, layer).fields.find(({ name }) => name === field)?.note;

test('a SYN: each field with its value and where its bytes are', () => {
  const bytes = syn();
  const layers = dissect(bytes, ETHERNET, bytes.length);
  expect(names(layers)).toEqual(['Ethernet', 'IPv4', 'TCP']);
  const tcp = layerOf(layers, 'TCP');
  expect(tcp).toMatchObject({ offset: 34, length: 28 });
  expect(Object.fromEntries(tcp.fields.map(({ name, value }) => [name, value]))).toMatchObject({
    sourcePort: '40000',
    targetPort: '23',
    flags: 'SYN',
    headerLength: '28',
    option: 'ws 7',
  });
  expect(
    tcp.fields.filter(({ name }) => name === 'option').map(({ value, offset, length }) => [value, offset, length]),
  ).toEqual([
    ['mss 1460', 54, 4],
    ['nop', 58, 1],
    ['ws 7', 59, 3],
  ]);
  expect(toHex(bytes.subarray(36, 38))).toBe('0017');
  expect(noteOf(layers, 'IPv4', 'checksum')).toBe('checksumRight');
  expect(noteOf(layers, 'TCP', 'checksum')).toBe('checksumRight');
  expect(summarise(layers)).toEqual({
    protocol: 'TCP',
    source: '192.0.2.1:40000',
    target: '198.51.100.7:23',
    info: 'SYN',
  });
});

describe('checksums', () => {
  test('wrong where one byte is another', () => {
    const bytes = syn();
    bytes[22] = 9; // TTL
    bytes[48] = 0x7f; // window
    const layers = dissect(bytes, ETHERNET, bytes.length);
    expect(noteOf(layers, 'IPv4', 'checksum')).toBe('checksumWrong');
    expect(noteOf(layers, 'TCP', 'checksum')).toBe('checksumWrong');
  });
  test('left to the card: the sum of the pseudo-header stands there', () => {
    const bytes = syn();
    let sum = 0xc000 + 0x0201 + 0xc633 + 0x6407 + 6 + 28;
    sum = (sum & 0xffff) + (sum >>> 16);
    bytes.set([sum >>> 8, sum & 0xff], 50);
    expect(noteOf(dissect(bytes, ETHERNET, bytes.length), 'TCP', 'checksum')).toBe('checksumOffloaded');
  });
  test('not whole where the capture cut the packet off; none where UDP has none', () => {
    const cut = datagram(9, text('hello, telescope, here I am')).slice(0, 50);
    expect(noteOf(dissect(cut, ETHERNET, 69), 'UDP', 'checksum')).toBe('checksumNotWhole');
    const none = datagram(9, text('x'));
    none.set([0, 0], 40);
    expect(noteOf(dissect(none, ETHERNET, none.length), 'UDP', 'checksum')).toBe('checksumNone');
  });
});

test('what was not captured is said, and a header that is cut off shows what is there of it', () => {
  const bytes = syn().slice(0, 34 + 14);
  const layers = dissect(bytes, ETHERNET, 62);
  expect(names(layers)).toEqual(['Ethernet', 'IPv4', 'TCP', 'notCaptured']);
  expect(layerOf(layers, 'TCP').note).toBe('cutOff');
  expect(fieldOf(layerOf(layers, 'TCP'), 'flags')).toBe('SYN');
  expect(fieldOf(layerOf(layers, 'TCP'), 'window')).toBe('');
  expect(fieldOf(layerOf(layers, 'notCaptured'), 'length')).toBe('14');
});

test('padding of a short frame is no payload', () => {
  const bytes = datagram(9, text('hi'));
  const layers = dissect(bytes, ETHERNET, bytes.length);
  expect(names(layers)).toEqual(['Ethernet', 'IPv4', 'UDP', 'payload', 'trailer']);
  expect(layerOf(layers, 'payload')).toMatchObject({ offset: 42, length: 2 });
  expect(layerOf(layers, 'trailer')).toMatchObject({ offset: 44, length: 16 });
});

test.for([
  {
    name: 'VLAN tags',
    link: ETHERNET,
    bytes: hex(MACS, '88a8 0064 8100 00c8 0800', IPV4, SYN),
    layers: ['Ethernet', '802.1ad', '802.1Q', 'IPv4', 'TCP'],
  },
  {
    name: 'Linux cooked',
    link: 113,
    bytes: hex('0000 0001 0006 0200000000aa 0000 0800', IPV4, SYN),
    layers: ['Linux cooked', 'IPv4', 'TCP'],
  },
  {
    name: 'Linux cooked v2',
    link: 276,
    bytes: hex('86dd 0000 00000002 0001 00 06 0200000000aa0000', IPV6, SYN),
    layers: ['Linux cooked v2', 'IPv6', 'TCP'],
  },
  { name: 'BSD loopback', link: 0, bytes: hex('1e000000', IPV6, SYN), layers: ['BSD loopback', 'IPv6', 'TCP'] },
  { name: 'raw IP', link: RAW, bytes: hex(IPV4, SYN), layers: ['IPv4', 'TCP'] },
  {
    name: 'GRE',
    link: RAW,
    bytes: hex('45000040 00000000 402f0000 c0000201 c6336407 0000 0800', IPV4, SYN),
    layers: ['IPv4', 'GRE', 'IPv4', 'TCP'],
  },
  {
    name: 'VXLAN',
    link: RAW,
    bytes: hex(
      '4500005a 00000000 40110000 c0000201 c6336407 1000 12b5 0046 0000 08000000 00002a00',
      MACS,
      '0800',
      IPV4,
      SYN,
    ),
    layers: ['IPv4', 'UDP', 'VXLAN', 'Ethernet', 'IPv4', 'TCP'],
  },
  {
    name: 'an ICMP error with what it quotes',
    link: RAW,
    bytes: hex('45000038 00000000 40010000 c0000201 c6336407 03030000 00000000', IPV4, '9c400017 11223344'),
    layers: ['IPv4', 'ICMP', 'IPv4', 'TCP'],
  },
  {
    name: 'an extension header',
    link: RAW,
    bytes: hex(
      '60000000 001c 3c 40 20010db8000000000000000000000001 20010db8ffff00000000000000000007 06 00 010400000000',
      SYN,
    ),
    layers: ['IPv6', 'IPv6 destination options', 'TCP'],
  },
  {
    name: 'ARP',
    link: ETHERNET,
    bytes: hex('ffffffffffff 0200000000aa 0806 0001 0800 06 04 0001 0200000000aa c0000201 000000000000 c0000202'),
    layers: ['Ethernet', 'ARP'],
  },
  { name: 'a link type that is not taken apart', link: 195, bytes: hex('0102'), layers: ['payload'] },
  { name: 'nothing', link: ETHERNET, bytes: hex(''), layers: ['Ethernet'] },
])('$name', ({ link, bytes, layers }) => {
  expect(names(dissect(bytes, link, bytes.length))).toEqual(layers);
});

test.for([
  {
    name: 'DNS',
    port: 53,
    payload: hex('abcd 0100 0001 0000 0000 0000 07', toHex(text('example')), '03', toHex(text('org')), '00 00ff 0001'),
    field: 'dnsQuestion',
    value: 'example.org.',
  },
  {
    name: 'HTTP',
    port: 80,
    payload: text('GET /shell?cd+/tmp HTTP/1.1\r\nHost: 192.0.2.9\r\n\r\n'),
    field: 'firstLine',
    value: 'GET /shell?cd+/tmp HTTP/1.1',
  },
  {
    name: 'HTTP',
    port: 80,
    payload: text('GET / HTTP/1.1\r\nA: b\r\nhOst: 192.0.2.9\r\n\r\n'),
    field: 'host',
    value: 'hOst: 192.0.2.9',
  },
  {
    name: 'SSDP',
    port: 1900,
    payload: text('M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n'),
    field: 'firstLine',
    value: 'M-SEARCH * HTTP/1.1',
  },
  {
    name: 'SIP',
    port: 5060,
    payload: text('OPTIONS sip:100@192.0.2.1 SIP/2.0\r\n'),
    field: 'firstLine',
    value: 'OPTIONS sip:100@192.0.2.1 SIP/2.0',
  },
  { name: 'NTP', port: 123, payload: hex('17 00 03 2a 00000000'), field: 'mode', value: '7 (private)' },
  {
    name: 'TLS',
    port: 443,
    payload: hex(
      '16 0301 0043 01 00003f 0303',
      '11'.repeat(32),
      '00 0002 c02f 01 00 0014 0000 0010 000e 00 000b',
      toHex(text('example.org')),
    ),
    field: 'serverName',
    value: 'example.org',
  },
] as const)('$name: $field', ({ name, port, payload, field, value }) => {
  const bytes = datagram(port, payload);
  const layers = dissect(bytes, ETHERNET, bytes.length);
  expect(fieldOf(layerOf(layers, name), field)).toBe(value);
  expect(summarise(layers).info).toContain(name);
});

test('what a stranger wrote comes as ASCII that can be seen', () => {
  const bytes = datagram(80, text('GET /\x1b[2J\u00e2\x80\xae<script> HTTP/1.1\r\n'));
  const line = fieldOf(layerOf(dissect(bytes, ETHERNET, bytes.length), 'HTTP'), 'firstLine');
  expect(line).toBe('GET /.[2J...<script> HTTP/1.1');
});
