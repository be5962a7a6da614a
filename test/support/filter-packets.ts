/** Packets of every kind that filters ask for, on every link type that tcpdump's filters know. */
import { concatenate, hex, word16, word32 } from './hex.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface MadeRecord {
  bytes: Bytes;
  wireLength: number;
}

/** What an EtherType and its payload make. */
interface Network {
  etherType: number;
  bytes: Bytes;
}

export const addresses4 = ['c0000201', 'c6336407', '0a010203', 'cb007105', 'e0000016', 'ffffffff'] as const;
export const addresses6 = [
  '20010db8000000000000000000000001',
  '20010db8000100000000000000000002',
  'fe800000000000000000000000000003',
  'ff020000000000000000000000000001',
] as const;
export const ports = [22, 23, 53, 80, 443, 1024, 4500, 33434, 65535] as const;
export const macs = ['005300000001', '005300000002', 'ffffffffffff', '01005e000016'] as const;

const pick = <T>(values: readonly T[], index: number): T => values[index % values.length]!;

function ipv4(protocol: number, payload: Bytes, index: number, options: { fragment?: number; words?: number } = {}) {
  const words = options.words ?? 5;
  return concatenate([
    Uint8Array.of(0x40 | words, index & 0xff),
    word16(words * 4 + payload.length),
    word16(0x1000 + index * 257),
    word16(options.fragment ?? 0),
    Uint8Array.of(pick([64, 128, 241, 1], index), protocol),
    word16(0xabcd),
    hex(pick(addresses4, index), pick(addresses4, index * 3 + 1)),
    new Uint8Array((words - 5) * 4).fill(1),
    payload,
  ]);
}

function ipv6(nextHeader: number, payload: Bytes, index: number) {
  return concatenate([
    hex('60000000'),
    word16(payload.length),
    Uint8Array.of(nextHeader, pick([64, 255, 1], index)),
    hex(pick(addresses6, index), pick(addresses6, index * 3 + 1)),
    payload,
  ]);
}

function tcp(index: number, flags: number, payloadBytes = 0): Bytes {
  return concatenate([
    word16(pick(ports, index)),
    word16(pick(ports, index * 5 + 2)),
    word32(0x01020304 * (index + 1)),
    word32(index),
    Uint8Array.of(0x50, flags),
    word16(1024 * index),
    word32(0),
    new Uint8Array(payloadBytes).fill(index),
  ]);
}

function udp(index: number, payloadBytes = 8): Bytes {
  return concatenate([
    word16(pick(ports, index * 7)),
    word16(pick(ports, index * 2 + 1)),
    word16(8 + payloadBytes),
    word16(0),
    new Uint8Array(payloadBytes).fill(index + 1),
  ]);
}

function icmp(type: number, code: number): Bytes {
  return concatenate([Uint8Array.of(type, code), word16(0), word32(0x00010002), new Uint8Array(8).fill(type)]);
}

function arp(index: number, operation: number): Bytes {
  return concatenate([
    hex('0001 0800 06 04'),
    word16(operation),
    hex(pick(macs, index), pick(addresses4, index)),
    hex(pick(macs, index + 1), pick(addresses4, index + 2)),
  ]);
}

/** IP packets of many protocols, whole, in fragments, with options and in nonsense. */
function networks(): Network[] {
  const all: Network[] = [];
  const add4 = (bytes: Bytes) => all.push({ etherType: 0x0800, bytes });
  const add6 = (bytes: Bytes) => all.push({ etherType: 0x86dd, bytes });
  for (let index = 0; index < 24; index++) {
    add4(ipv4(6, tcp(index, pick([0x02, 0x12, 0x14, 0x10, 0x11, 0x00, 0x29, 0xc2], index), index * 3), index));
    add4(ipv4(17, udp(index, index * 11), index + 1));
    if (index % 2 === 0) add6(ipv6(6, tcp(index, pick([0x02, 0x12, 0x04], index), index), index));
    if (index % 2 === 1) add6(ipv6(17, udp(index, index), index));
  }
  for (const [index, type] of [0, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18].entries())
    add4(ipv4(1, icmp(type, index % 4), index));
  for (const [index, type] of [1, 2, 3, 4, 128, 129, 130, 133, 134, 135, 136, 137, 143].entries())
    add6(ipv6(58, icmp(type, index % 3), index));
  for (const [index, protocol] of [2, 4, 9, 41, 46, 47, 50, 51, 88, 89, 103, 112, 115, 132, 136, 255, 0].entries()) {
    const payload = protocol === 132 ? udp(index, 20) : new Uint8Array(24).fill(protocol ^ 0x41);
    add4(ipv4(protocol, payload, index));
    if (![0, 51].includes(protocol)) add6(ipv6(protocol, payload, index));
  }
  for (const [index, fragment] of [0x2000, 0x2001, 0x0010, 0x4000, 0x1fff, 0x8000].entries()) {
    add4(ipv4(6, tcp(index, 0x02, 4), index, { fragment }));
    add4(ipv4(17, udp(index), index, { fragment }));
    add4(ipv4(1, icmp(8, 0), index, { fragment }));
  }
  for (const [index, words] of [6, 8, 10, 15].entries()) {
    add4(ipv4(6, tcp(index, 0x12, 2), index, { words }));
    add4(ipv4(17, udp(index, 3), index + 2, { words }));
  }
  // An authentication header before TCP: 24 bytes, and what it says follows.
  add4(ipv4(51, concatenate([Uint8Array.of(6, 4), new Uint8Array(22), tcp(3, 2)]), 1));
  add4(ipv4(51, concatenate([Uint8Array.of(59, 4), new Uint8Array(22)]), 2));
  // Lengths of the header that cannot be, and another version.
  for (const first of [0x40, 0x42, 0x4f, 0x65, 0x05]) {
    const bytes = ipv4(6, tcp(first, 2), first);
    bytes[0] = first;
    add4(bytes);
  }
  const odd6 = ipv6(6, tcp(1, 2), 1);
  odd6[0] = 0x40;
  add6(odd6);
  for (let index = 0; index < 6; index++) {
    all.push({ etherType: 0x0806, bytes: arp(index, 1 + (index & 1)) });
    all.push({ etherType: 0x8035, bytes: arp(index + 1, 3 + (index & 1)) });
  }
  for (const etherType of [0x809b, 0x80f3, 0x6003, 0x6004, 0x6007, 0x6002, 0x6001, 0x8137, 0x9000, 0x88cc, 0x1234])
    all.push({ etherType, bytes: new Uint8Array(30).fill(etherType & 0xff) });
  return [...all, ...labelled(), ...sessions()];
}

function label(value: number, isLast: boolean): Bytes {
  return word32(((value << 12) | (isLast ? 0x100 : 0) | 0x40) >>> 0);
}

function labelled(): Network[] {
  const stacks = [
    [label(5, true), ipv4(6, tcp(3, 2), 3)],
    [label(1024, true), ipv4(17, udp(4), 4)],
    [label(100_000, false), label(1024, true), ipv4(6, tcp(5, 18), 5)],
    [label(100_000, false), label(5, false), label(7, true), ipv4(1, icmp(8, 0), 2)],
    [label(5, true), ipv6(6, tcp(6, 2), 1)],
    [label(9, false), label(5, true), ipv6(17, udp(7), 2)],
    [label(9, true), hex('00112233445566778899')],
  ];
  return stacks.map((parts) => ({ etherType: 0x8847, bytes: concatenate(parts) }));
}

function sessions(): Network[] {
  const session = (id: number, type: number, payload: Bytes) => ({
    etherType: 0x8864,
    bytes: concatenate([hex('1100'), word16(id), word16(payload.length + 2), word16(type), payload]),
  });
  return [
    session(5, 0x0021, ipv4(6, tcp(8, 2), 1)),
    session(0x27, 0x0021, ipv4(17, udp(9), 2)),
    session(5, 0x0057, ipv6(6, tcp(10, 16), 3)),
    session(7, 0x0057, ipv6(58, icmp(128, 0), 1)),
    session(7, 0xc021, hex('0101000a05060102030400')),
    session(7, 0x0281, concatenate([label(5, true), ipv4(6, tcp(1, 2), 2)])),
    { etherType: 0x8863, bytes: hex('11090000000401010000') },
  ];
}

/** 802.2 in 802.3: spanning tree, IPX, NetBIOS, OSI with IS-IS, SNAP, and its control fields. */
function llcPayloads(): Bytes[] {
  const snap = (organisation: string, type: number, payload: Bytes) =>
    concatenate([hex('aaaa03', organisation), word16(type), payload]);
  const isis = (type: number) =>
    concatenate([hex('fefe03 83 1b 01 00'), Uint8Array.of(type), new Uint8Array(20).fill(type)]);
  return [
    hex('424203 0000000000 8000 0011223344556677'),
    hex('e0e003 ffff00220011'),
    hex('ffff 0022 0011 00000000'),
    hex('f0f003 2c00ffef'),
    hex('fefe03 81 00112233445566'),
    hex('fefe03 82 00112233445566'),
    ...[15, 16, 17, 18, 20, 24, 25, 26, 27, 3].map(isis),
    hex('060603 4500001400000000'),
    snap('000000', 0x0800, ipv4(6, tcp(2, 2), 2)),
    snap('000000', 0x8137, new Uint8Array(20)),
    snap('000000', 0x80f3, new Uint8Array(20)),
    snap('080007', 0x809b, new Uint8Array(20)),
    snap('00000c', 0x2000, new Uint8Array(20)),
    ...['00', '02', '01', '05', '09', '03', '13', '63', '73', '43', '53', '6f', '7f', 'e3', 'af', '87', '97', '0d'].map(
      (control) => hex('4242', control, '0102030405'),
    ),
    hex('4242'),
    hex('42'),
  ];
}

function ethernetHeader(index: number): Bytes {
  return hex(pick(macs, index), pick(macs, index * 3 + 1));
}

function ethernet(): Bytes[] {
  const typed = networks().map(({ etherType, bytes }, index) =>
    concatenate([ethernetHeader(index), word16(etherType), bytes]),
  );
  const lengths = llcPayloads().map((bytes, index) =>
    concatenate([ethernetHeader(index), word16(pick([bytes.length, 1500, 40], index)), bytes]),
  );
  return [...typed, ...lengths, concatenate([ethernetHeader(1), word16(1501), hex('42420300')])];
}

function linuxCooked(): Bytes[] {
  const header = (index: number, type: number) =>
    concatenate([word16(index % 5), word16(1), word16(6), hex(pick(macs, index), '0000'), word16(type)]);
  return [
    ...networks().map(({ etherType, bytes }, index) => concatenate([header(index, etherType), bytes])),
    ...llcPayloads().map((bytes, index) => concatenate([header(index, pick([4, 4, 1], index)), bytes])),
  ];
}

function linuxCooked2(): Bytes[] {
  const header = (index: number, type: number) =>
    concatenate([
      word16(type),
      word16(0),
      word32(1 + (index % 3)),
      word16(1),
      Uint8Array.of(index % 5, 6),
      hex(pick(macs, index), '0000'),
    ]);
  return networks().map(({ etherType, bytes }, index) => concatenate([header(index, etherType), bytes]));
}

const isIp = ({ etherType }: Network) => etherType === 0x0800 || etherType === 0x86dd;

function raw(): Bytes[] {
  return networks().map(({ bytes }) => bytes);
}

function loopback(littleEndian: boolean): Bytes[] {
  const family = ({ etherType }: Network, index: number) =>
    etherType === 0x0800 ? 2 : etherType === 0x86dd ? pick([24, 28, 30], index) : 7;
  return networks().map((network, index) => concatenate([word32(family(network, index), littleEndian), network.bytes]));
}

const pppTypes: Readonly<Record<number, number>> = {
  2048: 0x21,
  34525: 0x57,
  34887: 0x281,
  24579: 0x27,
  32923: 0x29,
  33079: 0x2b,
};

function ppp(prefix: (index: number) => Bytes): Bytes[] {
  return networks().map(({ etherType, bytes }, index) =>
    concatenate([prefix(index), word16(pppTypes[etherType] ?? pick([0x23, 0x31, 0xc021, etherType], index)), bytes]),
  );
}

function ciscoHdlc(): Bytes[] {
  const typed = networks().map(({ etherType, bytes }, index) =>
    concatenate([hex(pick(['0f00', '8f00'], index)), word16(etherType), bytes]),
  );
  const iso = ['00 81 0102030405', '00 82 0102030405', '00 83 1b01000f0f0f', '83 83 1b01000f0f0f 18'].map((bytes) =>
    hex('0f00 fefe', bytes),
  );
  return [...typed, ...iso, hex('0f00 0042 0000'), hex('0f00 00e0 0000')];
}

/** 802.11 frames: data to, from and between wired sides, with and without QoS, management, control. */
function wlan(): Bytes[] {
  const frame = (control: number, flags: number, index: number, body: Bytes) => {
    const isData = (control & 0x0c) === 0x08;
    const isControl = (control & 0x0c) === 0x04;
    const address = (offset: number) => hex(pick(macs, index + offset));
    if (isControl) return concatenate([Uint8Array.of(control, flags, 0, 0), address(0), address(1)]);
    const qos = isData && (control & 0x80) !== 0 ? hex('0000') : hex();
    return concatenate([
      Uint8Array.of(control, flags, 0, 0),
      address(0),
      address(1),
      address(2),
      hex('1000'),
      qos,
      body,
    ]);
  };
  const llc = ({ etherType, bytes }: Network) => concatenate([hex('aaaa03000000'), word16(etherType), bytes]);
  const data = networks().map((network, index) =>
    frame(pick([0x08, 0x88, 0x18, 0x98], index), pick([0, 1, 2, 3], index), index, llc(network)),
  );
  const sap = llcPayloads().map((bytes, index) => frame(pick([0x08, 0x88], index), pick([1, 2], index), index, bytes));
  const others = [0x00, 0x10, 0x40, 0x50, 0x80, 0xb0, 0xc0, 0xa4, 0xb4, 0xc4, 0xd4, 0xe4, 0xf4, 0x48, 0xc8, 0x0c].map(
    (control, index) => frame(control, index % 4, index, new Uint8Array(30).fill(0x08)),
  );
  return [...data, ...sap, ...others];
}

function radiotap(): Bytes[] {
  const headers = [
    '0000 0800 00000000',
    '0000 0900 02000000 00',
    '0000 1100 03000000 0000000000000000 00',
    '0000 0900 02000000 20',
    '0000 1100 03000000 0000000000000000 20',
    '0000 0d00 02000080 00000000 20',
    '0000 0c00 04000000 20202020',
  ];
  return wlan().map((bytes, index) => {
    // With padding, the header of 26 bytes is followed by two more.
    const header = hex(pick(headers, index));
    const padded = (index % 7 === 3 || index % 7 === 4) && (bytes[0]! & 0x8c) === 0x88;
    const frame = padded ? concatenate([bytes.subarray(0, 26), hex('0000'), bytes.subarray(26)]) : bytes;
    return concatenate([header, frame]);
  });
}

function ppi(): Bytes[] {
  return wlan().map((bytes, index) =>
    concatenate([hex('0000'), word16(8, true), word32(index % 9 === 8 ? 1 : 105, true), bytes]),
  );
}

function ipnet(): Bytes[] {
  return networks()
    .filter(isIp)
    .map(({ etherType, bytes }, index) =>
      concatenate([
        Uint8Array.of(1, etherType === 0x0800 ? 2 : 26),
        word16(pick([1, 2, 3], index)),
        new Uint8Array(20),
        bytes,
      ]),
    );
}

/** Frames by link type, as numbered in capture files. */
export const madeFrames: ReadonlyMap<number, () => Bytes[]> = new Map([
  [1, ethernet],
  [113, linuxCooked],
  [276, linuxCooked2],
  [101, raw],
  [228, raw],
  [229, raw],
  [0, () => loopback(true)],
  [108, () => loopback(false)],
  [9, () => ppp(() => hex('ff03'))],
  [50, () => ppp(() => hex('ff03'))],
  [166, () => ppp((index) => hex(pick(['0003', '0103', 'ff03'], index)))],
  [51, () => ppp(() => hex('1100 0005 0020'))],
  [104, ciscoHdlc],
  [105, wlan],
  [127, radiotap],
  [192, ppi],
  [226, ipnet],
]);

/** All frames of a link type, whole and cut short in many places. */
export function madeRecords(linkType: number): MadeRecord[] {
  const frames = madeFrames.get(linkType)!();
  const records: MadeRecord[] = frames.map((bytes) => ({ bytes, wireLength: bytes.length }));
  frames.forEach((bytes, index) => {
    for (const length of [index % 70, 14 + (index % 60), 96])
      if (length < bytes.length) records.push({ bytes: bytes.subarray(0, length), wireLength: bytes.length });
  });
  records.push({ bytes: hex(), wireLength: 60 }, { bytes: hex('00'), wireLength: 1514 });
  return records;
}
