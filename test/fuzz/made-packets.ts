/** Packets by fast-check, layer within layer: headers that are right for the most part, and lengths that lie now and then. */
import fc from 'fast-check';
import { concatenate, hex, word16, word32 } from '../support/hex.ts';

type Bytes = Uint8Array<ArrayBuffer>;
type BytesArbitrary = fc.Arbitrary<Bytes>;

/** An IP packet or what else has an EtherType. */
export interface Typed {
  etherType: number;
  bytes: Bytes;
}

interface Transport {
  protocol: number;
  bytes: Bytes;
}

/** What is put in place of the true value: a number, something added to it, or nothing (null). */
type Lie = { set: number } | { add: number } | null;

const edges = [0, 1, 2, 3, 4, 5, 7, 8, 19, 20, 39, 40, 0x7f, 0xff, 0x7fff, 0x8000, 0xffff];
export const lie: fc.Arbitrary<Lie> = fc.oneof(
  { weight: 12, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.record({ set: fc.constantFrom(...edges) }) },
  {
    weight: 1,
    arbitrary: fc.record({ add: fc.oneof(fc.constantFrom(-4, -2, -1, 1, 2, 4), fc.integer({ min: -12, max: 12 })) }),
  },
);

export function told(truth: number, it: Lie): number {
  return it === null ? truth : 'set' in it ? it.set : Math.max(0, truth + it.add);
}

export const byte = fc.integer({ min: 0, max: 255 });
const half = fc.integer({ min: 0, max: 0xffff });
const word = fc.integer({ min: 0, max: 0xffffffff });
const someBytes = (maxLength: number): BytesArbitrary =>
  fc.uint8Array({ maxLength }).map((bytes) => new Uint8Array(bytes));
const rarely = <T>(usual: T, other: fc.Arbitrary<T>, weight = 9) =>
  fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

const macs = fc.constantFrom('0200000000010200000000aa', 'ffffffffffff020000000001', '01000c000000020000000002');
const addresses4 = fc.constantFrom('c0000201c6336407', 'c6336407c0000201', '0a000001ffffffff', '00000000e0000001');
const prefix6 = '20010db8000000000000000000000001';
const addresses6 = fc.constantFrom(
  `${prefix6}20010db8ffff00000000000000000007`,
  `fe800000000000000000000000000001ff020000000000000000000000000001`,
  `00000000000000000000ffffc0000201${prefix6}`,
);

/** One arbitrary for each depth, made when it is asked for. */
function byDepth<T>(make: (depth: number) => fc.Arbitrary<T>): (depth: number) => fc.Arbitrary<T> {
  const made = new Map<number, fc.Arbitrary<T>>();
  return (depth) => {
    const found = made.get(depth) ?? make(depth);
    made.set(depth, found);
    return found;
  };
}

const tcpOptions = fc
  .array(
    fc.oneof(
      fc.constantFrom('01', '020405b4', '030307', '0402', '080a0000000100000000', '00', '0101', '1312', '2202'),
      fc.tuple(byte, byte).map((pair) => pair.map((value) => value.toString(16).padStart(2, '0')).join('')),
    ),
    { maxLength: 8 },
  )
  .map((options) => hex(...options).subarray(0, 40));

const tcp = fc
  .record({
    ports: word,
    sequence: word,
    flags: fc.oneof(fc.constantFrom(0x02, 0x12, 0x04, 0x14, 0x10, 0x29, 0), byte),
    window: half,
    options: tcpOptions,
    headerLie: lie,
    payload: fc.oneof(fc.constant(hex()), someBytes(12)),
  })
  .map(({ ports, sequence, flags, window, options, headerLie, payload }): Transport => {
    const words = 5 + Math.ceil(options.length / 4);
    const padding = new Uint8Array((words - 5) * 4 - options.length);
    const header = Uint8Array.of((told(words, headerLie) & 15) << 4, flags);
    const bytes = [word32(ports), word32(sequence), word32(0), header, word16(window), word32(0)];
    return { protocol: 6, bytes: concatenate([...bytes, options, padding, payload]) };
  });

/** A packet, or the beginning of one. */
const cutShort = (bytes: BytesArbitrary) =>
  fc.tuple(bytes, rarely(65_535, fc.nat({ max: 80 }), 5)).map(([whole, length]) => whole.slice(0, length));

function udpOf(ports: fc.Arbitrary<number>, payload: BytesArbitrary): fc.Arbitrary<Transport> {
  return fc
    .record({ ports, other: half, swap: fc.boolean(), payload: cutShort(payload), lengthLie: lie })
    .map(({ ports: port, other, swap, payload: carried, lengthLie }) => {
      const pair = swap ? [word16(port), word16(other)] : [word16(other), word16(port)];
      const length = word16(told(carried.length + 8, lengthLie) & 0xffff);
      return { protocol: 17, bytes: concatenate([...pair, length, word16(0), carried]) };
    });
}

const others = fc.record({
  protocol: fc.oneof(fc.constantFrom(33, 132, 136, 50, 51, 59, 255, 0, 2, 103), byte),
  bytes: someBytes(40),
});

const ipBytes = (depth: number) => ip(depth).map(({ bytes }) => bytes);

function icmp(depth: number): fc.Arbitrary<Transport> {
  const quote = depth > 0 ? cutShort(ipBytes(depth - 1)) : someBytes(48);
  return fc
    .record({
      protocol: fc.constantFrom(1, 58),
      type: fc.oneof(fc.constantFrom(0, 1, 2, 3, 4, 5, 8, 11, 12, 128, 129, 135), byte),
      code: rarely(0, byte),
      body: quote,
    })
    .map(({ protocol, type, code, body }) => {
      return { protocol, bytes: concatenate([Uint8Array.of(type, code), word16(0), word32(0), body]) };
    });
}

function ppp(depth: number): BytesArbitrary {
  return fc
    .record({ carried: ip(depth), start: fc.constantFrom('ff03', '', 'ff0300', '00'), other: rarely(0, half) })
    .map(({ carried, start, other }) => {
      const protocol = other || (carried.etherType === 0x86dd ? 0x57 : 0x21);
      const number = start.endsWith('00') ? word16(protocol) : Uint8Array.of(protocol);
      return concatenate([hex(start.replace(/00$/, '')), number, carried.bytes]);
    });
}

function gre(depth: number): fc.Arbitrary<Transport> {
  const erspan = fc.constantFrom(
    '',
    '1000000000000000',
    '200000000000000000000000',
    `20${'00'.repeat(10)}01${'00'.repeat(8)}`,
  );
  const carried = fc.oneof(
    ip(depth).map(({ etherType, bytes }) => ({ type: etherType, bytes })),
    frame(depth).map((bytes) => ({ type: 0x6558, bytes })),
    ppp(depth).map((bytes) => ({ type: 0x880b, bytes })),
    fc.tuple(erspan, frame(depth), fc.constantFrom(0x88be, 0x22eb)).map(([header, bytes, type]) => ({
      type,
      bytes: concatenate([hex(header), bytes]),
    })),
  );
  const flags = fc.oneof(fc.constantFrom(0, 0x2000, 0x1000, 0xb000, 0x3001, 0x3081, 0x2001), half);
  return fc.record({ flags, carried }).map(({ flags: bits, carried: { type, bytes } }) => {
    const words =
      [0x8000, 0x2000, 0x1000].filter((bit) => (bits & bit) !== 0).length + ((bits & 0x81) === 0x81 ? 1 : 0);
    return { protocol: 47, bytes: concatenate([word16(bits), word16(type), new Uint8Array(words * 4), bytes]) };
  });
}

function udpTunnel(depth: number): fc.Arbitrary<Transport> {
  const behind = (header: fc.Arbitrary<string>, carried: BytesArbitrary) =>
    fc.tuple(header, carried).map(([before, bytes]) => concatenate([hex(before), bytes]));
  const port = (...numbers: number[]) => fc.constantFrom(...numbers);
  return fc.oneof(
    udpOf(
      port(4789, 8472),
      behind(fc.constantFrom('0800000000002a00', '8800000100002a00', '0c00000000002a00'), frame(depth)),
    ),
    udpOf(
      port(6081),
      behind(fc.constantFrom('0000655800002a00', '0140655800002a0000000000', '3f00655800000000'), frame(depth)),
    ),
    udpOf(
      port(6081),
      ip(depth).map(({ etherType, bytes }) => concatenate([hex('0000'), word16(etherType), hex('00002a00'), bytes])),
    ),
    udpOf(port(2152), gtp(depth)),
    udpOf(
      port(1701),
      behind(fc.constantFrom('000200010002', '020200010002000461626364', '080200010002 0001 0002'), ppp(depth)),
    ),
    udpOf(
      port(3544),
      behind(
        fc.constantFrom('', '0001000000112233445566778800', `0000${'f1'.repeat(6)}`, '000102011122330011223344556677'),
        ipBytes(depth),
      ),
    ),
  );
}

function gtp(depth: number): BytesArbitrary {
  const optional = fc.constantFrom('', '', '00010000', '0001008501000000', '00010085ff');
  return fc.record({ optional, carried: ipBytes(depth), lengthLie: lie, other: rarely(0xff, byte) }).map((made) => {
    const extra = hex(made.optional);
    const flags = extra.length === 0 ? 0x30 : extra.length === 4 ? 0x32 : 0x34;
    const length = word16(told(extra.length + made.carried.length, made.lengthLie) & 0xffff);
    return concatenate([Uint8Array.of(flags, made.other), length, word32(7), extra, made.carried]);
  });
}

function ipInIp(depth: number): fc.Arbitrary<Transport> {
  return ip(depth).map(({ etherType, bytes }) => ({ protocol: etherType === 0x86dd ? 41 : 4, bytes }));
}

function authenticated(inner: fc.Arbitrary<Transport>): fc.Arbitrary<Transport> {
  return fc.tuple(inner, lie).map(([{ protocol, bytes }, lengthLie]) => ({
    protocol: 51,
    bytes: concatenate([Uint8Array.of(protocol, told(4, lengthLie) & 0xff), new Uint8Array(22), bytes]),
  }));
}

const transport = byDepth<Transport>((depth) => {
  const plain = [tcp, udpOf(half, someBytes(24)), icmp(depth), others];
  if (depth === 0) return fc.oneof(...plain);
  const tunnels = [ipInIp(depth - 1), gre(depth - 1), udpTunnel(depth - 1), udpTunnel(depth - 1)];
  return fc.oneof(tcp, tcp, ...plain, ...tunnels, authenticated(fc.oneof(tcp, ...tunnels)));
});

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

const ipv4 = byDepth<Typed>((depth) =>
  fc
    .record({
      options: ipv4Options,
      first: fc.tuple(lie, rarely(4, fc.nat({ max: 15 }), 15)),
      lengthLie: lie,
      fragment: fragments,
      timeToLive: fc.constantFrom(1, 64, 241, 255),
      addresses: addresses4,
      carried: transport(depth),
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
    }),
);

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

export const ip = byDepth<Typed>((depth) =>
  fc.oneof({ weight: 3, arbitrary: ipv4(depth) }, { weight: 2, arbitrary: ipv6(depth) }),
);

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

export const frame = byDepth<Bytes>((depth) =>
  fc
    .tuple(macs, typed(depth))
    .map(([addresses, { etherType, bytes }]) => concatenate([hex(addresses), word16(etherType), bytes])),
);
