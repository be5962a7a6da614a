/** Packets of every link type that is read: its header, mostly right, and behind it whatever may follow. */
import fc from 'fast-check';
import { linkDecoders } from '../../sensor/decode/link/index.ts';
import { concatenate, hex, word16 } from '../support/hex.ts';
import { byte } from './lies.ts';
import { typed } from './made-frames.ts';
import { ip, nearlyPlain } from './made-networks.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface LinkPacket {
  linkType: number;
  bytes: Bytes;
}

/** The headers that may be nested beneath the outermost one. */
const DEPTH = 3;
const MACS = '0200000000010200000000aa';
const SNAP = 'aaaa03000000';
const COOKED = '0000 0001 0006 020000000001 0000';
const WIRELESS = '0800 0000 020000000001 020000000002 020000000003 0000';
const QUALITY = '8803 0000 020000000001 020000000002 020000000003 0000 020000000004 0000';
const zeros = (bytes: number) => '00'.repeat(bytes);

/** Link types whose header ends with an EtherType. */
const beforeType: readonly (readonly [linkType: number, header: string])[] = [
  ...([
    [1, MACS],
    [113, COOKED],
    [104, '0f00'],
    [112, '8f00'],
    [107, '1841'],
    [285, `${MACS} dada 0000 40000001`],
  ] as const),
  ...([
    [281, `${MACS} 20000001`],
    [284, `${MACS} 20000001`],
    [282, `20000001 ${MACS}`],
    [138, zeros(16)],
  ] as const),
  ...([
    [6, `1040 ${MACS} ${SNAP}`],
    [6, `1040 020000000001 820000000002 0630 0011 0022 ${SNAP}`],
  ] as const),
  ...([
    [10, `50 ${MACS} ${SNAP}`],
    [100, SNAP],
    [11, SNAP],
    [123, `82 00 0064 ${SNAP}`],
    [122, `${zeros(16)} ${SNAP}`],
  ] as const),
  ...[105, 119, 163].flatMap(
    (type) =>
      [
        [type, `${WIRELESS} ${SNAP}`],
        [type, `${QUALITY} ${SNAP}`],
      ] as const,
  ),
  ...([
    [105, `8801 0000 ${zeros(18)} 0000 8000 ${MACS} 0030 ${SNAP}`],
    [105, `${QUALITY} 00 ${SNAP}`],
  ] as const),
  ...([
    [127, `0000 0800 00000000 ${WIRELESS} ${SNAP}`],
    [127, `0000 0900 02000000 20 ${WIRELESS} ${SNAP}`],
  ] as const),
  ...([
    [127, `0000 1100 03000000 ${zeros(8)} 20 ${QUALITY} 0000 ${SNAP}`],
    [119, `44000000 90000000 ${zeros(136)} ${WIRELESS} ${SNAP}`],
  ] as const),
  ...([
    [163, `80211001 00000040 ${zeros(56)} ${WIRELESS} ${SNAP}`],
    [192, `0000 0800 69000000 ${WIRELESS} ${SNAP}`],
  ] as const),
  ...([
    [192, `0000 0800 01000000 ${MACS}`],
    [178, `4d4743 01 ${MACS}`],
    [178, `4d4743 80 0006 010101020102 ${MACS}`],
  ] as const),
  ...([
    [180, '4d4743 00 1841'],
    [181, '4d4743 00 0f00'],
    [258, `0c000000 01000000 01000000 ${MACS}`],
  ] as const),
  ...([
    [197, `${zeros(8)} 02 04 0050 0000 0040 0000 ${MACS}`],
    [197, `${zeros(8)} 82 04 0050 0000 0040 05${zeros(7)} 0000 ${MACS}`],
  ] as const),
];

/** Link types whose header stands before an IP packet of the first kind (IPv4) or of the second (IPv6). */
const beforeIp: readonly (readonly [linkType: number, ipv4: string, ipv6: string])[] = [
  ...[101, 12, 14, 228, 229, 106, 16, 18, 19].map((type) => [type, '', ''] as const),
  ...([
    [0, '02000000', '0000001e'],
    [108, '00000002', '00000018'],
    [9, 'ff030021', 'ff030057'],
    [50, '21', 'ff0357'],
  ] as const),
  ...([
    [51, '1100 0001 002a 0021', '1100 0001 003e 0057'],
    [166, '00030021', '01030057'],
    [204, '00ff030021', '0157'],
  ] as const),
  ...([
    [109, '00000002 00000001 00000000', '18000000 01000000 00000000'],
    [13, `00000002 ${zeros(8)}`, `00000018 ${zeros(8)}`],
  ] as const),
  ...([
    [117, `3d 02 0000 ${zeros(60)}`, `64 18 0000 ${zeros(96)}`],
    [226, `0102${zeros(22)}`, `011a${zeros(22)}`],
  ] as const),
  ...([
    [239, '02 00 0000 0800 0100 08000100 2c00 0900', '0a 00 0000 0500 0a00 00000000 4000 0900'],
    [7, '0102d4000001', '0102c4000001'],
  ] as const),
  ...([
    [7, '0102f0', '0102d4ffffffd4000001'],
    [129, '01020000d4000001', '01020000c4000001'],
    [179, '4d474300ff030021', '4d474300ff030057'],
  ] as const),
  ...([
    [180, '4d4743 00 1841 03 cc', '4d4743 00 1841 03 8e'],
    [107, '1841 03 cc', '18404041 03 008000000086dd'],
  ] as const),
  ...([
    [242, `${zeros(40)} 08000000`, `${zeros(40)} 86dd0000`],
    [276, `0800 0000 00000002 0001 00 06 ${zeros(8)}`, `86dd 0000 00000002 0001 00 06 ${zeros(8)}`],
  ] as const),
  ...([
    [197, `${zeros(8)} 16 04 0050 0000 0040`, `${zeros(8)} 17 04 0050 0000 0040`],
    [192, '0000 0800 65000000', '0000 0800 65000000'],
  ] as const),
];

/** Now and then one byte of a header is another. */
const withSlip = (packet: fc.Arbitrary<{ header: Bytes; rest: Bytes }>): fc.Arbitrary<Bytes> =>
  fc
    .tuple(
      packet,
      fc.oneof({ weight: 7, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.tuple(fc.nat(), byte) }),
    )
    .map(([{ header, rest }, slip]) => {
      const bytes = concatenate([header, rest]);
      if (slip !== null && header.length > 0) bytes[slip[0] % header.length] = slip[1];
      return bytes;
    });

const made = new Map<number, fc.Arbitrary<Bytes>[]>();
function add(linkType: number, packet: fc.Arbitrary<{ header: Bytes; rest: Bytes }>): void {
  made.set(linkType, [...(made.get(linkType) ?? []), withSlip(packet)]);
}
for (const [linkType, text] of beforeType)
  add(
    linkType,
    typed(DEPTH).map(({ etherType, bytes }) => ({ header: concatenate([hex(text), word16(etherType)]), rest: bytes })),
  );
for (const [linkType, ipv4, ipv6] of beforeIp)
  add(
    linkType,
    ip(DEPTH).map(({ etherType, bytes }) => ({ header: hex(etherType === 0x0800 ? ipv4 : ipv6), rest: bytes })),
  );

const nearly = nearlyPlain().map(({ etherType, bytes }) => ({ etherType: word16(etherType), rest: bytes }));
add(
  1,
  nearly.map(({ etherType, rest }) => ({ header: concatenate([hex(MACS), etherType]), rest })),
);
add(
  101,
  nearly.map(({ rest }) => ({ header: hex(), rest })),
);

const missing = linkDecoders.flatMap(({ linkTypes }) => linkTypes).filter((linkType) => !made.has(linkType));
// A link type without a line above would go unfuzzed without anyone noticing.
if (missing.length > 0) throw new Error(`test/fuzz/made-links.ts makes no packets of link type ${missing.join(', ')}`);

export const madeLinkTypes: readonly number[] = [...made.keys()];

export function packetOfLink(linkType: number): fc.Arbitrary<LinkPacket> {
  const choices = made.get(linkType);
  const bytes = choices === undefined ? ip(1).map((packet) => packet.bytes) : fc.oneof(...choices);
  return bytes.map((packet) => ({ linkType, bytes: packet }));
}
