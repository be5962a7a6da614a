/** Files that were written are read again, by our own reader and by tcpdump. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CapturedPacket, writePcapng } from '../../../shared/pcapng.ts';
import { readCapture } from '../../support/capture-bytes.ts';
import { testFolder } from '../../support/folders.ts';
import { hex, toHex } from '../../support/hex.ts';
import { IPV4, IPV6, MACS, SYN } from '../../support/link-frames.ts';

const hasTcpdump = spawnSync('tcpdump', ['--version']).status === 0;

const packet = (linkType: number, bytes: Uint8Array, more: Partial<CapturedPacket> = {}): CapturedPacket => ({
  seconds: 1_700_000_000,
  nanoseconds: 123_456_789,
  linkType,
  originalLength: bytes.length,
  bytes,
  ...more,
});

const mixed = [
  packet(1, hex(MACS, '0800', IPV4, SYN)),
  packet(101, hex(IPV6, SYN), { nanoseconds: 999_999_999 }),
  packet(1, hex(MACS, '0800', IPV4, SYN).slice(0, 51), { originalLength: 1_400, seconds: 1_700_000_001 }),
  packet(113, hex('0000 0001 0006 0200000000aa 0000 0800', IPV4, SYN), { seconds: 1_700_000_002, nanoseconds: 0 }),
];

const read = (packets: readonly CapturedPacket[]) => readCapture(writePcapng(packets, { comment: 'from a test' }));
const asRead = ({ seconds, nanoseconds, linkType, originalLength, bytes }: CapturedPacket) => ({
  seconds,
  nanoseconds,
  linkType,
  wireLength: Math.max(originalLength, bytes.length),
  packet: toHex(bytes),
});

test('our own reader reads all of it again, also with several link types', () => {
  const { format, damage, records } = read(mixed);
  expect({ format, damage }).toEqual({ format: 'pcapng', damage: null });
  expect(records).toEqual(mixed.map(asRead));
});

test('whatever the packets', () => {
  const any = fc.record({
    seconds: fc.nat({ max: 9_000_000_000 }),
    nanoseconds: fc.nat({ max: 999_999_999 }),
    linkType: fc.nat({ max: 65_535 }),
    originalLength: fc.nat({ max: 262_144 }),
    bytes: fc.uint8Array({ maxLength: 100 }),
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 8 }), (packets) => {
      const { damage, records } = read(packets);
      expect(damage).toBe(null);
      expect(records).toEqual(packets.map(asRead));
    }),
  );
});

test('the comment is there, and nothing in it steers a terminal', () => {
  const bytes = writePcapng([], { comment: 'session 7\x1b[2J\u202e', application: 'Kurayami' });
  const words = Buffer.from(bytes).toString();
  expect(words).toContain('session 7 [2J ');
  expect(words).toContain('Kurayami');
  expect(readCapture(bytes)).toMatchObject({ damage: null, records: [] });
});

describe.skipIf(!hasTcpdump)('tcpdump', () => {
  async function dump(packets: readonly CapturedPacket[]): Promise<string[]> {
    const file = join(await testFolder(), 'written.pcapng');
    writeFileSync(file, writePcapng(packets, { comment: 'from a test', application: 'Kurayami' }));
    const { status, stdout, stderr } = spawnSync('tcpdump', ['-nn', '-tt', '--nano', '-r', file], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    return stdout.trim().split('\n');
  }

  test('reads times, addresses, lengths and flags', async () => {
    const lines = await dump(mixed.filter(({ linkType }) => linkType === 1));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('1700000000.123456789 IP 192.0.2.1.40000 > 198.51.100.7.23: Flags [S]');
    expect(lines[1]).toContain('1700000001.123456789 IP');
  });

  // Libpcap gives one link type a file: it says so, and stops at the first packet of another.
  test('reads each link type of one', async () => {
    for (const linkType of [1, 101, 113]) {
      const of = mixed.filter((each) => each.linkType === linkType);
      expect(await dump(of)).toHaveLength(of.length);
    }
  });
});
