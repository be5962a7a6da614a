import { describe, expect, test } from 'vitest';
import { Decoder } from '../../../sensor/decode/decoder.ts';
import { fingerprints, matchFingerprints } from '../../../sensor/fingerprint/index.ts';
import { createPacketBatch } from '../../../shared/packet-batch.ts';
import { TcpFlag } from '../../../shared/protocols.ts';
import { Tag, type TagName, tagNames } from '../../../shared/tags.ts';
import { parseTcpOptions } from '../../../shared/tcp-options.ts';
import { hex as bytesOf } from '../../support/hex.ts';
import { packetBatch, recordBatch, type TestPacket } from '../../support/packet-batch.ts';

/** Packets whose rules ask for no more than columns have no bytes. */
const NO_BYTES = new DataView(new ArrayBuffer(0));
/** As Linux sends them: rules that look for what no stack sends find nothing. */
const LINUX = { synOptions: parseTcpOptions('mss,sackOk,ts,nop,ws')!, ttl: 57 };

/** Names of all rules that one packet matches. */
function matches(packet: TestPacket): TagName[] {
  const batch = packetBatch(4, [{ ...LINUX, ...packet }]);
  matchFingerprints(batch, NO_BYTES);
  return namesOf(batch.tagsLow[0]!);
}

const namesOf = (tags: number) => tagNames.filter((name) => (tags & (1 << Tag[name])) !== 0);

const { syn, ack, rst, ece } = TcpFlag;
const TARGET = '198.51.100.7'; // 0xc6336407

describe('ZMap before 4.1', () => {
  test.for<{ name: string; packet: TestPacket; expected: TagName[] }>([
    { name: 'SYN', packet: { ipId: 54_321 }, expected: ['zmapLegacyTcp', 'irregularSyn'] },
    {
      name: 'SYN with ECE',
      packet: { ipId: 54_321, tcpFlags: syn | ece },
      expected: ['zmapLegacyTcp', 'irregularSyn'],
    },
    { name: 'UDP', packet: { ipId: 54_321, protocol: 17, tcpFlags: 0 }, expected: ['zmapLegacyUdp'] },
    { name: 'another id', packet: { ipId: 54_320 }, expected: [] },
    { name: 'another id over UDP', packet: { ipId: 54_322, protocol: 17, tcpFlags: 0 }, expected: [] },
    { name: 'the id’s bytes the wrong way round', packet: { ipId: 0x31d4 }, expected: [] },
    { name: 'SYN and ACK (an answer)', packet: { ipId: 54_321, tcpFlags: syn | ack }, expected: [] },
    { name: 'RST', packet: { ipId: 54_321, tcpFlags: rst }, expected: [] },
    { name: 'SYN and RST', packet: { ipId: 54_321, tcpFlags: syn | rst }, expected: [] },
    { name: 'ICMP', packet: { ipId: 54_321, protocol: 1, tcpFlags: 0 }, expected: [] },
  ])('$name', ({ packet, expected }) => expect(matches(packet)).toEqual(expected));
});

describe('Masscan: target ^ port ^ sequence, cut to 16 bits', () => {
  // 0xc6336407 ^ 0x0017 ^ 0xaabb1122 ends in 6407 ^ 0017 ^ 1122 = 7532.
  const packet: TestPacket = { target: TARGET, targetPort: 0x17, tcpSequence: 0xaabb1122, ipId: 0x7532 };
  test.for<{ name: string; change: TestPacket; expected: TagName[] }>([
    { name: 'its SYN', change: {}, expected: ['masscanTcp'] },
    { name: 'the upper half of the target plays no part', change: { target: '10.20.100.7' }, expected: ['masscanTcp'] },
    { name: 'the upper half of the sequence plays no part', change: { tcpSequence: 0x1122 }, expected: ['masscanTcp'] },
    { name: 'one bit of the id', change: { ipId: 0x7533 }, expected: [] },
    { name: 'folded instead of cut', change: { ipId: 0x7532 ^ 0xc633 ^ 0xaabb }, expected: [] },
    { name: 'the next target', change: { target: '198.51.100.8' }, expected: [] },
    { name: 'the next port', change: { targetPort: 0x18 }, expected: [] },
    { name: 'SYN and ACK', change: { tcpFlags: syn | ack }, expected: [] },
    { name: 'UDP', change: { protocol: 17 }, expected: [] },
  ])('$name', ({ change, expected }) => expect(matches({ ...packet, ...change })).toEqual(expected));
});

describe('Mirai: the sequence number is the target', () => {
  const packet: TestPacket = { target: TARGET, tcpSequence: 0xc6336407, ipId: 1 };
  test.for<{ name: string; change: TestPacket; expected: TagName[] }>([
    { name: 'its SYN', change: {}, expected: ['mirai'] },
    { name: 'to any port', change: { targetPort: 2323 }, expected: ['mirai'] },
    { name: 'the target after', change: { tcpSequence: 0xc6336408 }, expected: [] },
    { name: 'the target’s bytes the wrong way round', change: { tcpSequence: 0x076433c6 }, expected: [] },
    { name: 'SYN and ACK', change: { tcpFlags: syn | ack }, expected: [] },
    { name: 'RST', change: { tcpFlags: rst }, expected: [] },
    { name: 'no flags', change: { tcpFlags: 0 }, expected: [] },
    { name: 'UDP', change: { protocol: 17 }, expected: [] },
    { name: 'what Masscan would send too', change: { ipId: 23 }, expected: ['masscanTcp', 'mirai'] },
  ])('$name', ({ change, expected }) => expect(matches({ ...packet, ...change })).toEqual(expected));
});

describe('a SYN that no stack sends', () => {
  test.for<{ name: string; packet: TestPacket; expected: TagName[] }>([
    { name: 'without options', packet: { synOptions: 0 }, expected: ['irregularSyn'] },
    { name: 'from a TTL of 255', packet: { ttl: 240 }, expected: ['irregularSyn'] },
    { name: 'a TTL of 201', packet: { ttl: 201 }, expected: ['irregularSyn'] },
    { name: 'a TTL of 200', packet: { ttl: 200 }, expected: [] },
    { name: 'as Linux sends it', packet: {}, expected: [] },
    { name: 'cut before its options', packet: { synOptions: 0, transportBytes: 14 }, expected: [] },
    { name: 'an answer', packet: { synOptions: 0, tcpFlags: syn | ack }, expected: [] },
    { name: 'UDP', packet: { synOptions: 0, protocol: 17, tcpFlags: 0 }, expected: [] },
  ])('$name', ({ packet, expected }) => expect(matches(packet)).toEqual(expected));
});

/** An IPv4 packet from its TTL, TCP's ports, what stands from the header length to the window, and options. */
function packetOf(hex: { ttl?: string; ports?: string; flags?: string; window: string; options: string }): Uint8Array {
  const { ttl = '35', ports = '9c400050', flags = '02', window, options } = hex;
  const words = options.replaceAll(' ', '').length / 8;
  const length = (40 + words * 4).toString(16).padStart(4, '0');
  const network = `4500${length} abcd0000 ${ttl}060000 c0000201 c6336407`;
  return bytesOf(
    `${network} ${ports} 01234567 00000000 ${(5 + words).toString(16)}0${flags}${window} 00000000 ${options}`,
  );
}

function matchesOf(bytes: Uint8Array): TagName[] {
  const [records, ipv4, ipv6] = [recordBatch(101, [bytes]), createPacketBatch(4), createPacketBatch(6)];
  new Decoder().decode(records, ipv4, ipv6);
  matchFingerprints(ipv4, records.view);
  return namesOf(ipv4.tagsLow[0]!);
}

describe('ZMap since 4.1.1: the options of Windows, and not its TTL', () => {
  const probe = { window: 'ffff', options: '020405b4 01030308 01010402' };
  test.for<{ name: string; change: Partial<Parameters<typeof packetOf>[0]>; expected: TagName[] }>([
    { name: 'its SYN', change: {}, expected: ['zmapTcp'] },
    { name: 'a TTL of 64', change: { ttl: '40' }, expected: ['zmapTcp'] },
    { name: 'a TTL of 65, as of Windows far away', change: { ttl: '41' }, expected: [] },
    { name: 'Windows', change: { ttl: '71' }, expected: [] },
    { name: 'another segment size', change: { options: '020405b5 01030308 01010402' }, expected: [] },
    { name: 'another scale', change: { options: '020405b4 01030307 01010402' }, expected: [] },
    { name: 'another order', change: { options: '01030308 020405b4 01010402' }, expected: [] },
    { name: 'one option more', change: { options: '020405b4 01030308 01010402 01010101' }, expected: [] },
    { name: 'another window', change: { window: 'fffe' }, expected: [] },
    { name: 'an answer', change: { flags: '12' }, expected: [] },
  ])('$name', ({ change, expected }) => expect(matchesOf(packetOf({ ...probe, ...change }))).toEqual(expected));

  test('behind IP options, which move it', () => {
    const plain = packetOf(probe);
    const moved = Uint8Array.from([...plain.subarray(0, 20), 1, 1, 1, 1, ...plain.subarray(20)]);
    moved[0] = 0x46;
    moved[3]! += 4;
    expect(matchesOf(moved)).toEqual(['zmapTcp']);
  });
  test('cut within its options', () => expect(matchesOf(packetOf(probe).subarray(0, 50))).toEqual([]));
});

describe('Nmap asks for the kind of system', () => {
  const stamp = '080a ffffffff 00000000';
  test.for<{ name: string; probe: Parameters<typeof packetOf>[0]; expected: TagName[] }>([
    {
      name: 'the first of six SYNs',
      probe: { window: '0001', options: `03030a01 020405b4 ${stamp} 0402` },
      expected: ['nmapOs'],
    },
    {
      name: 'the third',
      probe: { window: '0004', options: `${stamp} 0101 030305 01 02040280` },
      expected: ['nmapOs'],
    },
    {
      name: 'the fourth, with the same window',
      probe: { window: '0004', options: `0402 ${stamp} 03030a 00` },
      expected: ['nmapOs'],
    },
    {
      name: 'ECN',
      probe: { window: '0003', flags: 'c2', options: '03030a01 020405b4 04020101' },
      expected: ['nmapOs'],
    },
    {
      name: 'without flags',
      probe: { window: '0080', flags: '00', options: `03030a01 02040109 ${stamp} 0402` },
      expected: ['nmapOs'],
    },
    {
      name: 'an ACK',
      probe: { window: '0400', flags: '10', options: `03030a01 02040109 ${stamp} 0402` },
      expected: ['nmapOs'],
    },
    {
      name: 'an ACK with a clock',
      probe: { window: '0400', flags: '10', options: '03030a01 02040109 080a fffffffe 00000000 0402' },
      expected: [],
    },
    {
      name: 'a SYN in place of the ACK',
      probe: { window: '0400', flags: '02', options: `03030a01 02040109 ${stamp} 0402` },
      expected: [],
    },
    {
      name: 'the options of the first with the window of the second',
      probe: { window: '003f', options: `03030a01 020405b4 ${stamp} 0402` },
      expected: [],
    },
  ])('$name', ({ probe, expected }) => expect(matchesOf(packetOf(probe))).toEqual(expected));
});

describe('Unicornscan signs with MD5', () => {
  const probe = {
    ttl: '78',
    window: '4000',
    options: '02040400 0402 1312 00112233445566778899aabbccddeeff 01010101',
  };
  test.for<{ name: string; change: Partial<Parameters<typeof packetOf>[0]>; expected: TagName[] }>([
    { name: 'its SYN', change: {}, expected: ['unicornscanMd5'] },
    { name: 'to BGP', change: { ports: '9c4000b3' }, expected: [] },
    { name: 'another segment size', change: { options: probe.options.replace('0400', '05b4') }, expected: [] },
    { name: 'a low TTL', change: { ttl: '40' }, expected: [] },
    { name: 'no SACK', change: { options: probe.options.replace(' 0402', ' 0101') }, expected: [] },
    { name: 'no signature', change: { options: '02040400 0402 0101' }, expected: [] },
  ])('$name', ({ change, expected }) => expect(matchesOf(packetOf({ ...probe, ...change }))).toEqual(expected));

  test('options that lie about their length', () => {
    const options = '02040400 0402 1300 00112233445566778899aabbccddeeff 01010101';
    expect(matchesOf(packetOf({ ...probe, options }))).toEqual([]);
  });
});

test('rules mark the rows that match and no others, and keep what was marked', () => {
  const udp = { protocol: 17, tcpFlags: 0, ipId: 54_321 };
  const batch = packetBatch(4, [LINUX, { ...udp, tagsLow: 1 << 31 }, udp]);
  batch.length = 2;
  matchFingerprints(batch, NO_BYTES);
  expect([...batch.tagsLow]).toEqual([0, ((1 << 31) | (1 << Tag.zmapLegacyUdp)) >>> 0, 0]);
});

test('every rule has a tag of its own, and says where it comes from', () => {
  expect(fingerprints.map(({ name }) => name).sort()).toEqual([...tagNames].sort());
  for (const { name, reference } of fingerprints) expect(reference.length, name).toBeGreaterThan(10);
});
