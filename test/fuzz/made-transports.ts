/** TCP, UDP, ICMP and what else an IP packet carries, tunnels among them. */
import fc from 'fast-check';
import { concatenate, hex, word16, word32 } from '../support/hex.ts';
import {
  type BytesArbitrary,
  byDepth,
  byte,
  cutShort,
  half,
  lie,
  rarely,
  someBytes,
  type Transport,
  told,
  word,
} from './lies.ts';
import { ipBytes } from './made-networks.ts';
import { authenticated, gre, ipInIp, udpTunnel } from './made-tunnels.ts';

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

export function udpOf(ports: fc.Arbitrary<number>, payload: BytesArbitrary): fc.Arbitrary<Transport> {
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

export const transport: (depth: number) => fc.Arbitrary<Transport> = byDepth<Transport>((depth) => {
  const plain = [tcp, udpOf(half, someBytes(24)), icmp(depth), others];
  if (depth === 0) return fc.oneof(...plain);
  const tunnels = [ipInIp(depth - 1), gre(depth - 1), udpTunnel(depth - 1), udpTunnel(depth - 1)];
  return fc.oneof(tcp, tcp, ...plain, ...tunnels, authenticated(fc.oneof(tcp, ...tunnels)));
});

/** What has no other packet in it. */
export function plainTransport(): fc.Arbitrary<Transport> {
  return fc.oneof(tcp, tcp, udpOf(half, someBytes(24)), icmp(0), others);
}
