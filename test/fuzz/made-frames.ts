/** Ethernet frames, and what stands between their addresses and IP: tags, labels, sessions, LLC. */
import fc from 'fast-check';
import { concatenate, hex, word16 } from '../support/hex.ts';
import { type Bytes, byDepth, half, lie, rarely, someBytes, type Typed, told } from './lies.ts';
import { ip, ipBytes } from './made-networks.ts';

const macs = fc.constantFrom('0200000000010200000000aa', 'ffffffffffff020000000001', '01000c000000020000000002');
const notIp = fc.record({
  etherType: fc.oneof(fc.constantFrom(0x0806, 0x8035, 0x88cc, 0x0000, 0x05ff), half),
  bytes: someBytes(40),
});

/** Headers before which an EtherType stands, and behind which another follows. */
const tags = [
  ...['8100 0064', '88a8 0065', '9100 0fff', '8926 00000000', '893f 000000000000', '892f 00340001', 'f1c1 00000001'],
  ...[
    '88e5 0000 00000001',
    '88e5 2000 00000001 0011223344556677',
    '8909 0101 0001 0064',
    '8903 0840 0200000000010200000000aa',
  ],
  ...[
    '22f3 0002 0001 0002 0200000000010200000000aa',
    '6558 0200000000010200000000aa',
    '88e7 00000001 0200000000010200000000aa',
  ],
  ...['0050 aaaa03 000000', '0050 aaaa03 0080c2 0007 0000 0200000000010200000000aa'],
].map((text) => ({ etherType: Number.parseInt(text.slice(0, 4), 16), header: hex(text.slice(4)) }));

const tagged = (depth: number): fc.Arbitrary<Typed> =>
  fc.tuple(fc.constantFrom(...tags), typed(depth)).map(
    ([{ etherType, header }, inner]): Typed => ({
      etherType,
      bytes: concatenate([header, word16(inner.etherType), inner.bytes]),
    }),
  );

/** What names no EtherType: labels, sessions, service headers, and LLC with other service access points. */
const labelled = (depth: number) =>
  fc
    .record({
      labels: fc.oneof(
        { weight: 8, arbitrary: fc.array(fc.constantFrom('00010040', '0000e040', '00000040'), { maxLength: 3 }) },
        { weight: 1, arbitrary: fc.array(fc.constant('00010040'), { minLength: 30, maxLength: 40 }) },
      ),
      bottom: fc.constantFrom('00010140', '00010140', '00010140 00000000', '00010140 10000021', ''),
      inner: fc.oneof(ipBytes(depth), frame(depth)),
    })
    .map(
      ({ labels, bottom, inner }): Typed => ({
        etherType: 0x8847,
        bytes: concatenate([hex(...labels, bottom), inner]),
      }),
    );

const session = (depth: number) =>
  fc
    .tuple(ip(depth), lie, rarely(0, fc.constantFrom(0xc021, 0x0281, 0x0031, 0x0023)))
    .map(([inner, lengthLie, other]): Typed => {
      const length = word16(told(inner.bytes.length + 2, lengthLie) & 0xffff);
      const protocol = word16(other || (inner.etherType === 0x86dd ? 0x57 : 0x21));
      return { etherType: 0x8864, bytes: concatenate([hex('11000001'), length, protocol, inner.bytes]) };
    });

const service = (depth: number) =>
  fc
    .tuple(fc.constantFrom('0fc2 01 01', '0fc2 01 02', '0fc0 01 01', '0fff 01 01'), ipBytes(depth))
    .map(([header, inner]): Typed => ({ etherType: 0x894f, bytes: concatenate([hex(header, '00000000'), inner]) }));

const accessPoints = (depth: number) =>
  fc
    .tuple(
      fc.constantFrom('060603', 'fefe03cc', 'fefe038e', 'fefe03cf0021', '424203', '06060000', '42', 'fefe0383'),
      ipBytes(depth),
      lie,
    )
    .map(([header, inner, lengthLie]): Typed => {
      const bytes = concatenate([hex(header), inner]);
      return { etherType: told(bytes.length, lengthLie) & 0xffff, bytes };
    });

/** More frames in frames than any decoder follows. */
const deep = (depth: number) =>
  fc.tuple(fc.integer({ min: 32, max: 40 }), frame(depth)).map(([count, inner]): Typed => {
    const outer = Array.from({ length: count }, () => hex('0200000000010200000000aa', '6558'));
    return { etherType: 0x6558, bytes: concatenate([...outer, inner]) };
  });

export const typed: (depth: number) => fc.Arbitrary<Typed> = byDepth<Typed>((depth) =>
  depth === 0
    ? fc.oneof({ weight: 5, arbitrary: ip(0) }, { weight: 1, arbitrary: notIp })
    : fc.oneof(
        { weight: 6, arbitrary: ip(depth) },
        { weight: 1, arbitrary: notIp },
        { weight: 2, arbitrary: tagged(depth - 1) },
        { weight: 1, arbitrary: labelled(depth - 1) },
        { weight: 1, arbitrary: session(depth - 1) },
        { weight: 1, arbitrary: service(depth - 1) },
        { weight: 1, arbitrary: accessPoints(depth - 1) },
        { weight: 1, arbitrary: deep(depth - 1) },
      ),
);

export const frame: (depth: number) => fc.Arbitrary<Bytes> = byDepth<Bytes>((depth) =>
  fc
    .tuple(macs, typed(depth))
    .map(([addresses, { etherType, bytes }]) => concatenate([hex(addresses), word16(etherType), bytes])),
);
