/** What is asked of every link type: its header, what follows it, and a frame that is cut off at every byte. */
import { describe, expect, test } from 'vitest';
import { hex } from './hex.ts';
import { decodeOne } from './packet-batch.ts';

//                  version length id   fragment TTL,TCP sum  192.0.2.1 to 198.51.100.7
export const IPV4 = '45 00 0028 abcd 0000 f306 0000 c0000201 c6336407';
//                  ports     sequence acknowledge offset, SYN  window sum  urgent
export const SYN = '9c40 0017 11223344 00000000 50 02 0400 0000 0000';
//                  version  payload next hops 2001:db8::1                      to 2001:db8:ffff::7
export const IPV6 = '60000000 0014 06 40 20010db8000000000000000000000001 20010db8ffff00000000000000000007';
export const MACS = '0200 0000 0001 0200 0000 0002';
/** LLC with SNAP and no organisation: an EtherType follows. */
export const SNAP = 'aaaa 03 000000';

export type Expected = 'ipv4' | 'ipv6' | { vlan: number; family: 4 | 6 } | { notIp: string } | { fault: string };

export interface LinkCase {
  name: string;
  /** What stands before the packet, as hex. */
  header: string;
  /** What follows: by default the packet of the expected family, with a SYN. */
  packet?: string;
  expected: Expected;
}

export function packetOf(expected: Expected): string {
  if (expected === 'ipv4' || (typeof expected === 'object' && 'family' in expected && expected.family === 4))
    return IPV4 + SYN;
  if (expected === 'ipv6' || (typeof expected === 'object' && 'family' in expected)) return IPV6 + SYN;
  return '';
}

function outcome(expected: Expected) {
  if (expected === 'ipv4') return { family: 4, target: '198.51.100.7', port: 23, vlan: 0 };
  if (expected === 'ipv6') return { family: 6, target: '2001:db8:ffff::7', port: 23, vlan: 0 };
  if ('notIp' in expected) return { notIp: { [expected.notIp]: 1 }, undecodable: {} };
  if ('fault' in expected) return { notIp: {}, undecodable: { [expected.fault]: 1 } };
  const target = expected.family === 4 ? '198.51.100.7' : '2001:db8:ffff::7';
  return { family: expected.family, target, port: 23, vlan: expected.vlan };
}

export function found(linkType: number, bytes: Uint8Array) {
  const { packet, notIp, undecodable } = decodeOne(linkType, bytes);
  if (packet === null) return { notIp, undecodable };
  return { family: packet.family, target: packet.target, port: packet.targetPort, vlan: packet.vlan };
}

/** Runs the cases, and each of them again cut off at every byte: a piece never becomes another packet. */
export function describeLinkType(name: string, linkType: number, cases: readonly LinkCase[]): void {
  describe(`${name} (${linkType})`, () => {
    test.for(cases)('$name', ({ header, packet, expected }) => {
      expect(found(linkType, hex(header, packet ?? packetOf(expected)))).toEqual(outcome(expected));
    });
    test.for(cases)('$name, cut off at every byte', ({ header, packet, expected }) => {
      expectNoPieceIsAnotherPacket(linkType, hex(header, packet ?? packetOf(expected)));
    });
  });
}

function expectNoPieceIsAnotherPacket(linkType: number, whole: Uint8Array): void {
  const { packet } = decodeOne(linkType, whole);
  for (let length = 0; length < whole.length; length++) {
    const piece = decodeOne(linkType, whole.subarray(0, length));
    const counted = Object.values(piece.notIp).concat(Object.values(piece.undecodable));
    if (piece.packet === null) expect(counted, `${length} bytes`).toEqual([1]);
    else
      expect({ ...piece.packet, length }).toMatchObject({
        length,
        family: packet?.family,
        source: packet?.source,
        target: packet?.target,
        vlan: packet?.vlan,
      });
  }
}
