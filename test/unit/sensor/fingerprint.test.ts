import { describe, expect, test } from 'vitest';
import { fingerprints } from '../../../sensor/fingerprint/index.ts';
import { TcpFlag } from '../../../shared/protocols.ts';
import { Tag, type TagName, tagNames } from '../../../shared/tags.ts';
import { packetBatch, type TestPacket } from '../../support/packet-batch.ts';

/** Names of all rules that one packet matches. */
function matches(packet: TestPacket): TagName[] {
  const batch = packetBatch(4, [packet]);
  for (const rule of fingerprints) rule.match(batch);
  return tagNames.filter((name) => (batch.tagsLow[0]! & (1 << Tag[name])) !== 0);
}

const { syn, ack, rst, ece } = TcpFlag;
const TARGET = '198.51.100.7'; // 0xc6336407

describe('ZMap before 4.1', () => {
  test.for<{ name: string; packet: TestPacket; expected: TagName[] }>([
    { name: 'SYN', packet: { ipId: 54_321 }, expected: ['zmapLegacyTcp'] },
    { name: 'SYN with ECE', packet: { ipId: 54_321, tcpFlags: syn | ece }, expected: ['zmapLegacyTcp'] },
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

test('rules mark the rows that match and no others, and keep what was marked', () => {
  const batch = packetBatch(4, [{}, { ipId: 54_321, tagsLow: 1 << 31 }, { ipId: 54_321 }]);
  batch.length = 2;
  for (const rule of fingerprints) rule.match(batch);
  expect([...batch.tagsLow]).toEqual([0, ((1 << 31) | (1 << Tag.zmapLegacyTcp)) >>> 0, 0]);
});

test('every rule has a tag of its own, and says where it comes from', () => {
  expect(fingerprints.map(({ name }) => name).sort()).toEqual([...tagNames].sort());
  for (const { name, reference } of fingerprints) expect(reference.length, name).toBeGreaterThan(10);
});
