/** Packets in packets: IP in IP, GRE with what it carries, and tunnels over UDP. */
import fc from 'fast-check';
import { concatenate, hex, word16, word32 } from '../support/hex.ts';
import { type BytesArbitrary, byte, half, lie, rarely, type Transport, told } from './lies.ts';
import { frame } from './made-frames.ts';
import { ip, ipBytes } from './made-networks.ts';
import { udpOf } from './made-transports.ts';

function ppp(depth: number): BytesArbitrary {
  return fc
    .record({ carried: ip(depth), start: fc.constantFrom('ff03', '', 'ff0300', '00'), other: rarely(0, half) })
    .map(({ carried, start, other }) => {
      const protocol = other || (carried.etherType === 0x86dd ? 0x57 : 0x21);
      const number = start.endsWith('00') ? word16(protocol) : Uint8Array.of(protocol);
      return concatenate([hex(start.replace(/00$/, '')), number, carried.bytes]);
    });
}

export function gre(depth: number): fc.Arbitrary<Transport> {
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

export function udpTunnel(depth: number): fc.Arbitrary<Transport> {
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

export function ipInIp(depth: number): fc.Arbitrary<Transport> {
  return ip(depth).map(({ etherType, bytes }) => ({ protocol: etherType === 0x86dd ? 41 : 4, bytes }));
}

export function authenticated(inner: fc.Arbitrary<Transport>): fc.Arbitrary<Transport> {
  return fc.tuple(inner, lie).map(([{ protocol, bytes }, lengthLie]) => ({
    protocol: 51,
    bytes: concatenate([Uint8Array.of(protocol, told(4, lengthLie) & 0xff), new Uint8Array(22), bytes]),
  }));
}
