/** Packets of a flow among those that are kept. */
import { parseIpv4, parseIpv6 } from '../../shared/address.ts';
import { dissect } from '../../shared/dissect/index.ts';
import { type PacketEnds, packetEnds } from '../../shared/dissect/packet-flow.ts';
import type { CapturedPacket } from '../../shared/pcapng.ts';
import type { RawPackets } from '../../shared/wire/packets.ts';
import type { FlowEnds, FlowSelection } from './flow-selection.ts';

/** By the outermost IP header; what is left out holds for all. */
export interface PacketWish extends FlowEnds {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** Only packets of these flows, where given. */
  readonly flows?: FlowSelection;
  readonly limit: number;
  readonly mostBytes: number;
  /** Asked at each breath; what it throws ends the search. */
  readonly goOn?: () => void;
}

export interface FoundPackets {
  readonly packets: CapturedPacket[];
  /** There are more than were asked for, or than may be given at once. */
  readonly more: boolean;
  /** Packets that were looked at, and would be among these, were they of a flow that the filter selects. */
  readonly filteredOut: number;
}

/** So many packets between two breaths: the server has other things to do. */
const PACKETS_AT_ONCE = 2_000;

export async function findPackets(frames: AsyncIterable<RawPackets>, wish: PacketWish): Promise<FoundPackets> {
  const found: CapturedPacket[] = [];
  const addresses = [wish.source, wish.target].flatMap((text) => (text === undefined ? [] : [addressBytes(text)]));
  let bytes = 0;
  let looked = 0;
  let filteredOut = 0;
  for await (const batch of frames) {
    for (const packet of packetsOf(batch)) {
      if (++looked % PACKETS_AT_ONCE === 0) await breathe(wish);
      if (!isIn(packet, wish) || !has(packet.bytes, addresses)) continue;
      const verdict = judge(packet, wish);
      if (verdict === 'filteredOut') filteredOut++;
      if (verdict !== 'wanted') continue;
      if (found.length === wish.limit || bytes + packet.bytes.length > wish.mostBytes)
        return { packets: sorted(found), more: true, filteredOut };
      found.push({ ...packet, bytes: Uint8Array.from(packet.bytes) });
      bytes += packet.bytes.length;
    }
  }
  return { packets: sorted(found), more: false, filteredOut };
}

async function breathe({ goOn }: PacketWish): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  goOn?.();
}

function* packetsOf(batch: RawPackets): Generator<CapturedPacket> {
  let at = 0;
  for (let row = 0; row < batch.length; row++) {
    const length = batch.capturedLength[row]!;
    yield {
      seconds: batch.seconds[row]!,
      nanoseconds: batch.nanoseconds[row]!,
      linkType: batch.linkType[row]!,
      originalLength: batch.originalLength[row]!,
      bytes: batch.bytes.subarray(at, at + length),
    };
    at += length;
  }
}

function isIn({ seconds, nanoseconds }: CapturedPacket, { fromSeconds, toSeconds }: PacketWish): boolean {
  const time = seconds + nanoseconds / 1e9;
  return time >= fromSeconds && time < toSeconds;
}

/** A packet without the bytes of an address has it nowhere: most are passed over for the price of a search. */
function has(bytes: Uint8Array, addresses: readonly Buffer[]): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return addresses.every((address) => view.includes(address));
}

export function addressBytes(text: string): Buffer {
  const ipv4 = parseIpv4(text);
  const words = ipv4 === null ? parseIpv6(text) : Uint32Array.of(ipv4);
  if (words === null) throw new RangeError(`${text} is no address`);
  const bytes = Buffer.alloc(words.length * 4);
  for (const [at, word] of words.entries()) bytes.writeUInt32BE(word, at * 4);
  return bytes;
}

function judge(packet: CapturedPacket, wish: PacketWish): 'wanted' | 'other' | 'filteredOut' {
  const { source, target, protocol, sourcePort, targetPort, flows } = wish;
  const isAny = [source, target, protocol, sourcePort, targetPort].every((wanted) => wanted === undefined);
  if (isAny && flows === undefined) return 'wanted';
  const layers = dissect(packet.bytes, packet.linkType, packet.originalLength);
  if (!isAny && !hasEnds(packetEnds(layers), wish)) return 'other';
  return flows === undefined || flows.has(packet, layers) ? 'wanted' : 'filteredOut';
}

function hasEnds(told: PacketEnds | null, wish: FlowEnds): boolean {
  if (told === null) return false;
  const fits = <T>(wanted: T | undefined, is: T) => wanted === undefined || wanted === is;
  return (
    fits(wish.source, told.source) &&
    fits(wish.target, told.target) &&
    fits(wish.protocol, told.protocol) &&
    fits(wish.sourcePort, told.sourcePort) &&
    fits(wish.targetPort, told.targetPort)
  );
}

const sorted = (packets: CapturedPacket[]) =>
  packets.sort((a, b) => a.seconds - b.seconds || a.nanoseconds - b.nanoseconds);
