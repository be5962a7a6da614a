/** IPv4 with options and fragments, IPv6 with chains of extension headers. */
import fc from 'fast-check';
import { concatenate, hex, word16 } from '../support/hex.ts';
import {
  type Bytes,
  type BytesArbitrary,
  byDepth,
  half,
  type Lie,
  lie,
  rarely,
  someBytes,
  type Transport,
  type Typed,
  told,
} from './lies.ts';
import { plainTransport, transport } from './made-transports.ts';

const addresses4 = fc.constantFrom('c0000201c6336407', 'c6336407c0000201', '0a000001ffffffff', '00000000e0000001');
const prefix6 = '20010db8000000000000000000000001';
const addresses6 = fc.constantFrom(
  `${prefix6}20010db8ffff00000000000000000007`,
  `fe800000000000000000000000000001ff020000000000000000000000000001`,
  `00000000000000000000ffffc0000201${prefix6}`,
);

const ipv4Options = fc.oneof(
  { weight: 6, arbitrary: fc.constant(hex()) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('01010100', '8307040a00000100', '89030400', '0704', '88040001').map((text) => hex(text)),
  },
  { weight: 1, arbitrary: someBytes(40) },
);
const fragments = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 0x4000) },
  { weight: 2, arbitrary: fc.constantFrom(0x2000, 0x2001, 0x0001, 0x1fff, 0x8000) },
  { weight: 1, arbitrary: half },
);

interface Ipv4Parts {
  options: fc.Arbitrary<Bytes>;
  fragment: fc.Arbitrary<number>;
  lengthLie: fc.Arbitrary<Lie>;
  carried: fc.Arbitrary<Transport>;
}

function ipv4Of(parts: Ipv4Parts): fc.Arbitrary<Typed> {
  return fc
    .record({
      ...parts,
      first: fc.tuple(lie, rarely(4, fc.nat({ max: 15 }), 15)),
      timeToLive: fc.constantFrom(1, 64, 241, 255),
      addresses: addresses4,
    })
    .map(({ options, first: [wordsLie, version], lengthLie, fragment, timeToLive, addresses, carried }) => {
      const words = 5 + Math.ceil(options.length / 4);
      const length = words * 4 + carried.bytes.length;
      const header = [
        Uint8Array.of((version << 4) | (told(words, wordsLie) & 15), 0),
        word16(told(length, lengthLie) & 0xffff),
        word16(0xd431),
        word16(fragment),
        Uint8Array.of(timeToLive, carried.protocol),
        word16(0),
        hex(addresses),
        options,
        new Uint8Array((words - 5) * 4 - options.length),
      ];
      return { etherType: 0x0800, bytes: concatenate([...header, carried.bytes]) };
    });
}

const ipv4 = byDepth((depth) =>
  ipv4Of({ options: ipv4Options, fragment: fragments, lengthLie: lie, carried: transport(depth) }),
);

/** Around the borders of what is read in one go (sensor/decode/plain.ts): every third length is a byte or a few off. */
export function nearlyPlain(): fc.Arbitrary<Typed> {
  return ipv4Of({
    options: rarely(hex(), ipv4Options),
    fragment: rarely(0x4000, fragments),
    lengthLie: fc.oneof(
      { weight: 2, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.record({ add: fc.integer({ min: -12, max: 4 }) }) },
    ),
    carried: plainTransport(),
  });
}

/** Type and bytes behind the two that every extension header begins with. */
interface Extension {
  type: number;
  body: string;
  lengthLie: Lie;
}

const extension: fc.Arbitrary<Extension> = fc.oneof(
  fc.record({
    type: fc.constantFrom(0, 60, 60),
    body: fc.constantFrom(
      '010400000000',
      'c91020010db8000000000000000000000001ffff',
      '000000000000',
      '0502ffff0100',
      '01ff00000000',
    ),
    lengthLie: lie,
  }),
  fc.record({ type: fc.constant(43), body: fc.constantFrom('000100000000', '020000000000'), lengthLie: lie }),
  fc.record({
    type: fc.constant(44),
    body: fc.constantFrom('000000000001', '000100000001', '00b900000001', '000800000001'),
    lengthLie: fc.constant(null),
  }),
  fc.record({ type: fc.constantFrom(51, 135, 139, 140), body: fc.constant('000000000000'), lengthLie: lie }),
);

const ipv6 = byDepth<Typed>((depth) =>
  fc
    .record({
      extensions: fc.oneof(
        { weight: 4, arbitrary: fc.constant<Extension[]>([]) },
        { weight: 2, arbitrary: fc.array(extension, { maxLength: 4 }) },
        { weight: 1, arbitrary: fc.array(extension, { maxLength: 40 }) },
      ),
      version: rarely(6, fc.nat({ max: 15 }), 15),
      lengthLie: lie,
      hopLimit: fc.constantFrom(1, 64, 255),
      addresses: addresses6,
      carried: transport(depth),
    })
    .map(({ extensions, version, lengthLie, hopLimit, addresses, carried }) => {
      const types = [...extensions.map(({ type }) => type), carried.protocol];
      const headers = extensions.map(({ body, lengthLie: itsLie }, index) => {
        const bytes = hex(body, body.length % 16 === 12 ? '' : '00'.repeat(6));
        return concatenate([Uint8Array.of(types[index + 1]!, told((bytes.length + 2) / 8 - 1, itsLie) & 0xff), bytes]);
      });
      const payload = concatenate([...headers, carried.bytes]);
      const length = word16(told(payload.length, lengthLie) & 0xffff);
      const header = [Uint8Array.of(version << 4, 0, 0, 0), length, Uint8Array.of(types[0]!, hopLimit), hex(addresses)];
      return { etherType: 0x86dd, bytes: concatenate([...header, payload]) };
    }),
);

export const ip: (depth: number) => fc.Arbitrary<Typed> = byDepth<Typed>((depth) =>
  fc.oneof({ weight: 3, arbitrary: ipv4(depth) }, { weight: 2, arbitrary: ipv6(depth) }),
);

export const ipBytes = (depth: number): BytesArbitrary => ip(depth).map(({ bytes }) => bytes);
