/** Exactly one class for every packet, whatever it is; captures that end before a payload; the simulator's truth. */
import { describe, expect, test } from 'vitest';
import { TcpFlag } from '../../../../shared/protocols.ts';
import { radiationNames } from '../../../../shared/radiation.ts';
import { recordBatch } from '../../../support/packet-batch.ts';
import { drain, readRecords, simulate } from '../../simulate/captured.ts';
import { classesOf, classesOfRecords, classOf, ipv4, ipv6, tcp, text, udp } from './packets.ts';

const { syn, ack } = TcpFlag;
const UDP = 17;

describe('the first rule that matches decides', () => {
  test.for<readonly [name: string, packet: Uint8Array, expected: string]>([
    ['a bogon to itself is a bogon', ipv4(6, tcp(syn), { source: '10.0.0.1', target: '10.0.0.1' }), 'bogon'],
    ['an answer of a bogon is a bogon', ipv4(6, tcp(syn | ack), { source: '10.0.0.1' }), 'bogon'],
    ['an answer from .255 is an answer', ipv4(6, tcp(syn | ack), { source: '8.8.4.255' }), 'backscatterSynAck'],
    ['a probe from .255 is spoofed', ipv4(UDP, udp(9, 17), { source: '8.8.4.255' }), 'spoofed'],
    [
      'an answer to a service that amplifies is one',
      ipv4(UDP, udp(53, 123, '1234 8180 0001000100000000')),
      'backscatterDns',
    ],
    ['a scan of port 80 is no erratic packet', ipv4(6, tcp(syn, { to: 80 })), 'scan'],
    [
      'peers with 96 bytes are misconfigured',
      ipv4(UDP, udp(9, 99, text(`d1:ad2:id20:${'x'.repeat(56)}`))),
      'misconfiguration',
    ],
  ])('%s', ([, packet, expected]) => expect(classOf(packet)).toBe(expected));
});

describe('a payload that was not captured is judged by what is there of it', () => {
  const probe = ipv4(UDP, udp(40_000, 123, '1700032a 00000000'));
  const other = ipv4(UDP, udp(40_000, 123, 'ff00032a 00000000'));
  const long = ipv6(60, udp(40_000, 123, '1700032a 00000000'), { extensions: '1100010400000000' });
  test.for<readonly [name: string, packet: Uint8Array, captured: number, expected: string]>([
    ['all of it', probe, 36, 'amplificationProbe'],
    ['two bytes', probe, 30, 'amplificationProbe'],
    ['the header only', probe, 28, 'amplificationProbe'],
    ['the ports only', probe, 24, 'amplificationProbe'],
    ['another, all of it', other, 36, 'other'],
    ['another, one byte', other, 29, 'other'],
    ['another, the header only', other, 28, 'amplificationProbe'],
    ['another port, the header only', ipv4(UDP, udp(40_000, 124, '1700032a')), 28, 'other'],
    ['behind extensions', long, 56, 'amplificationProbe'],
    ['an answer of DNS without its bits', ipv4(UDP, udp(53, 9999, '1234 0100 0001000100000000')), 30, 'backscatterDns'],
    ['with its bits', ipv4(UDP, udp(53, 9999, '1234 0100 0001000100000000')), 31, 'erratic'],
    ['peers of file sharing, who have no port', ipv4(UDP, udp(9, 99, text('d1:ad2:id20:'))), 39, 'other'],
  ])('%s', ([, packet, captured, expected]) => expect(classOf(packet, captured)).toBe(expected));

  test('what was never sent matches nothing, whatever the lengths say', () => {
    const short = udp(40_000, 123, '1700');
    expect(classOf(ipv4(UDP, short))).toBe('other');
    // UDP says more than IP has.
    short[5] = 200;
    expect(classOf(ipv4(UDP, short))).toBe('other');
    // Bytes behind the end of the packet, as Ethernet pads them, are none of it.
    expect(classOf(ipv4(UDP, udp(40_000, 123, '1700032a'), { length: 30 }))).toBe('other');
    // The network card cuts the packet up later: IP says nothing.
    expect(classOf(ipv4(UDP, udp(40_000, 123, '1700032a'), { length: 0 }))).toBe('amplificationProbe');
  });
});

/** Numbers in [0, below), the same for every seed. */
function randomBelow(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Bytes by chance behind a header that is often right, to and from ports that rules know. */
function hostilePacket(below: (number: number) => number): Uint8Array {
  const carried = Uint8Array.from({ length: below(80) }, () => below(256));
  const ports = [0, 17, 53, 80, 123, 137, 161, 389, 514, 1434, 5060, 5683, 11_211, 27_015, below(65_536)];
  const view = new DataView(carried.buffer);
  for (const at of [0, 2]) if (carried.length > at + 1 && below(4) > 0) view.setUint16(at, ports[below(ports.length)]!);
  const protocol = [6, UDP, UDP, 1, 58, below(256)][below(6)]!;
  const packet =
    below(2) === 0
      ? ipv4(protocol, carried, { ttl: below(256), fragment: [0, 0, 0, 0x2000, below(65_536)][below(5)]! })
      : ipv6([protocol, 60, 44, 0][below(4)]!, carried, { ttl: below(256) });
  if (below(4) === 0) packet[below(packet.length)] = below(256);
  return packet.subarray(0, below(8) === 0 ? below(packet.length) : packet.length);
}

test('hostile packets have exactly one class each, the same alone, and among others in any order', () => {
  const below = randomBelow(2009);
  const seen = new Set<string>();
  for (let round = 0; round < 40; round++) {
    const packets = Array.from({ length: 500 }, () => hostilePacket(below));
    const classes = classesOf(packets);
    expect(classesOf(packets.toReversed()).toReversed()).toEqual(classes);
    expect(classesOf([packets[round]!])).toEqual([classes[round]]);
    for (const name of classes) seen.add(name);
  }
  const known: readonly string[] = ['', ...radiationNames];
  expect([...seen].filter((name) => !known.includes(name))).toEqual([]);
  // Chance makes nearly all of them: else the test would say little.
  expect(seen.size).toBeGreaterThan(10);
});

/** Classes that packets of an actor may have. A question of DNS to one target does not say that somebody means another. */
const expected: Readonly<Record<string, readonly string[]>> = {
  zmap: ['scan'],
  masscan: ['scan'],
  mirai: ['scan'],
  nmap: ['scan'],
  slow: ['scan'],
  'echo-sweep': ['scan'],
  'ipv6-scanner': ['scan'],
  exploit: ['scan'],
  'udp-probe': ['amplificationProbe'],
  backscatter: ['backscatterSynAck', 'backscatterRst', 'backscatterIcmpUnreachable', 'backscatterIcmpExceeded'],
  misconfiguration: ['misconfiguration', 'amplificationProbe'],
  // Actors of many sources: the crowd, organisations that measure, and what comes from nowhere.
  crowd: ['scan', 'misconfiguration', 'amplificationProbe', 'bogon'],
};

test('packets have the class of what the simulator says it sent', async () => {
  const simulation = await simulate('background');
  const records = [...readRecords(drain(simulation, 40))];
  const truth = simulation.truth();
  const kindOf = new Map(
    truth.flatMap(({ sources, kind }) =>
      typeof sources === 'number' ? [] : sources.map((source) => [source, kind] as const),
    ),
  );
  const classes = classesOfRecords(
    recordBatch(
      1,
      records.map(({ frame }) => new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength)),
    ),
  );
  const found: Record<string, Set<string>> = {};
  records.forEach(({ source }, at) => {
    const kind = kindOf.get(source) ?? 'crowd';
    found[kind] ??= new Set();
    found[kind].add(classes[at]!);
  });
  expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
  for (const [kind, names] of Object.entries(found))
    expect(
      [...names].filter((name) => !expected[kind]!.includes(name)),
      kind,
    ).toEqual([]);
  const bogons = truth.filter(({ kind }) => kind === 'bogon').reduce((sum, { packets }) => sum + packets, 0);
  expect(classes.filter((name) => name === 'bogon')).toHaveLength(bogons);
  const misconfigured = records.filter(({ source }) => kindOf.get(source) === 'misconfiguration').length;
  expect(classes.filter((name) => name === 'misconfiguration').length).toBeGreaterThan(misconfigured / 2);
});
