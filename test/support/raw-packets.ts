/** Batches of packets as sensors send them, from packets that a person can read. */
import type { CapturedPacket } from '../../shared/pcapng.ts';
import type { RawPackets } from '../../shared/wire/packets.ts';
import { concatenate } from './hex.ts';

export function rawPackets(packets: readonly CapturedPacket[]): RawPackets {
  return {
    length: packets.length,
    seconds: Float64Array.from(packets, ({ seconds }) => seconds),
    nanoseconds: Uint32Array.from(packets, ({ nanoseconds }) => nanoseconds),
    originalLength: Uint32Array.from(packets, ({ originalLength }) => originalLength),
    capturedLength: Uint32Array.from(packets, ({ bytes }) => bytes.length),
    linkType: Uint16Array.from(packets, ({ linkType }) => linkType),
    bytes: concatenate(packets.map(({ bytes }) => bytes)),
  };
}
