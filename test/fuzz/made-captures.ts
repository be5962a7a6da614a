/** Captures by fast-check: pcap in every variant, pcapng and ERF, of packets of every link type, with lies in their headers, too. */
import fc from 'fast-check';
import { erfRecord, PcapngBlocks, type PcapShape, pcapHeader } from '../support/capture-bytes.ts';
import { concatenate, hex, toHex, word16, word32 } from '../support/hex.ts';
import { lie, told } from './lies.ts';
import { type LinkPacket, madeLinkTypes, packetOfLink } from './made-links.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const MAX_PACKETS = 12;
const rarely = <T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: other });
const anyWord = fc.oneof(
  fc.constantFrom(0, 1, 3, 4, 12, 16, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffc, 262_144, 262_145),
  fc.integer({ min: 0, max: 0xffffffff }),
);

interface Kept extends LinkPacket {
  wireLength: number;
}

/** What a capture keeps of a packet: all of it, or the beginning; and what it says of its length. */
const kept = (packet: fc.Arbitrary<LinkPacket>): fc.Arbitrary<Kept> =>
  fc
    .tuple(packet, rarely(fc.constant(65_535), fc.nat({ max: 120 })), rarely(fc.constant(null), anyWord))
    .map(([{ linkType, bytes }, snapLength, wire]) => ({
      linkType,
      bytes: bytes.slice(0, snapLength),
      wireLength: wire ?? bytes.length,
    }));

/** Mostly in order, and within a second of each other; now and then from another age. */
const seconds = rarely(fc.integer({ min: 1_700_000_000, max: 1_700_000_002 }), anyWord);
const subseconds = rarely(fc.nat({ max: 999_999 }), anyWord);

const linkType = fc.oneof(
  { weight: 3, arbitrary: fc.constant(1) },
  { weight: 5, arbitrary: fc.constantFrom(...madeLinkTypes) },
);
const unreadLinkType = fc.constantFrom(195, 2, 999, 65_535);

const shape: fc.Arbitrary<PcapShape & { littleEndian: boolean }> = fc.record({
  littleEndian: fc.boolean(),
  nanoseconds: fc.boolean(),
  modified: fc.constantFrom(false, false, false, true),
  version: rarely(
    fc.constant([2, 4] as readonly [number, number]),
    fc.constantFrom<readonly [number, number]>([2, 3], [2, 2], [543, 0], [2, 5]),
  ),
});

const pcap: fc.Arbitrary<Bytes> = fc
  .tuple(shape, linkType, rarely(fc.constant(null), unreadLinkType))
  .chain(([file, type, unread]) => {
    const record = fc.tuple(kept(packetOfLink(type)), seconds, subseconds, rarely(fc.constant(null), lie));
    return fc.array(record, { maxLength: MAX_PACKETS }).map((records) => {
      const little = file.littleEndian;
      const parts = records.map(([{ bytes, wireLength }, second, fraction, capturedLie]) =>
        concatenate([
          ...[second, fraction, told(bytes.length, capturedLie), wireLength].map((value) => word32(value, little)),
          file.modified ? hex('00000002 0800 00 00') : hex(),
          bytes,
        ]),
      );
      return concatenate([pcapHeader({ ...file, linkType: unread ?? type }), ...parts]);
    });
  });

const resolution = fc.oneof(fc.constantFrom(6, 9, 0, 3, 0x80, 0x94, 0xa0), fc.integer({ min: 0, max: 255 }));
const ticks = rarely(
  fc.bigInt({ min: 1_700_000_000_000_000n, max: 1_700_000_002_000_000n }),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);

/** A block and the packet in it, of one of the interfaces of its section. */
const block = (types: readonly number[]) =>
  fc.integer({ min: 0, max: types.length - 1 }).chain((number) =>
    fc.record({
      kind: fc.constantFrom('enhanced', 'enhanced', 'enhanced', 'simple', 'obsolete', 'unknown'),
      interface: rarely(fc.constant(number), fc.constantFrom(7, 0xffff)),
      packet: kept(packetOfLink(types[number]!)),
      ticks,
      capturedLie: lie,
      trailer: rarely(fc.constant(undefined), anyWord),
    }),
  );

const section: fc.Arbitrary<Bytes> = fc
  .tuple(fc.array(linkType, { minLength: 1, maxLength: 3 }), fc.boolean())
  .chain(([types, little]) => {
    const interfaces = fc.tuple(
      ...types.map((type) =>
        fc.record({
          linkType: rarely(fc.constant(type), unreadLinkType),
          snapLength: rarely(fc.constant(0), fc.nat({ max: 200 })),
          resolution,
          offsetSeconds: rarely(fc.constant(0n), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
        }),
      ),
    );
    return fc.tuple(interfaces, fc.array(block(types), { maxLength: MAX_PACKETS })).map(([described, packets]) => {
      const blocks = new PcapngBlocks(little);
      const parts = packets.map((one) => {
        const packet = toHex(one.packet.bytes);
        if (one.kind === 'simple') return blocks.simple(packet, one.packet.wireLength);
        if (one.kind === 'obsolete')
          return blocks.obsolete({ packet, ticks: one.ticks, interface: one.interface & 0xffff });
        if (one.kind === 'unknown') return blocks.block(0xbad, one.packet.bytes, one.trailer);
        const { wireLength } = one.packet;
        const capturedLength = told(one.packet.bytes.length, one.capturedLie);
        return blocks.enhanced({ packet, ticks: one.ticks, interface: one.interface, wireLength, capturedLength });
      });
      return concatenate([blocks.section(), ...described.map((options) => blocks.interface(options)), ...parts]);
    });
  });

const pcapng = fc.array(section, { minLength: 1, maxLength: 2 }).map(concatenate);

/** Types of records, the link type of what they carry, and the padding before it. */
const erfTypes = [
  { type: 2, linkType: 1, padding: '0000' },
  { type: 1, linkType: 104, padding: '' },
  { type: 1, linkType: 50, padding: '' },
  { type: 22, linkType: 228, padding: '' },
  { type: 23, linkType: 229, padding: '' },
] as const;

const erfPacket = fc.constantFrom(...erfTypes).chain(({ type, linkType: number, padding }) =>
  fc
    .record({
      packet: kept(packetOfLink(number)),
      extensions: fc.constantFrom('', '', `05${'00'.repeat(7)}`, `85${'00'.repeat(7)}05${'00'.repeat(7)}`),
      second: rarely(fc.constant(1_700_000_000), fc.integer({ min: 0, max: 0xffffffff })),
      fraction: anyWord,
      lengthLie: lie,
      other: rarely(fc.constant(null), fc.integer({ min: 0, max: 255 })),
    })
    .map(({ packet, extensions, second, fraction, lengthLie, other }) =>
      erfRecord({
        type: other ?? type | (extensions === '' ? 0 : 0x80),
        seconds: second,
        fraction,
        headers: extensions + padding,
        packet: toHex(packet.bytes),
        wireLength: packet.wireLength & 0xffff,
        recordBytes: told(16 + (extensions.length + padding.length) / 2 + packet.bytes.length, lengthLie) & 0xffff,
      }),
    ),
);

const erf = fc.array(erfPacket, { minLength: 1, maxLength: MAX_PACKETS }).map(concatenate);

/** Something behind the last record: nothing, a piece of one, or noise. */
const tail = fc.oneof(
  { weight: 8, arbitrary: fc.constant(hex()) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => new Uint8Array(bytes)) },
  { weight: 1, arbitrary: anyWord.map((value) => concatenate([word32(value), word16(value & 0xffff)])) },
);

export const madeCapture: fc.Arbitrary<Bytes> = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: pcap }, { weight: 4, arbitrary: pcapng }, { weight: 2, arbitrary: erf }),
    tail,
  )
  .map(concatenate);
