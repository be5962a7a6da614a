/** IEEE 802.11 data frames: LLC follows their header. All other frames, and encrypted ones, carry no IP that can be read. */
import { Fault } from '../../../../shared/counters.ts';
import { Encapsulation, ETHER_TYPE_LLC } from '../../layer.ts';
import { type Header, Next, notIp } from './header.ts';

const HEADER_BYTES = 24;
const Flag = {
  toSystem: 0x01,
  fromSystem: 0x02,
  moreFragments: 0x04,
  isProtected: 0x40,
  highThroughput: 0x80,
} as const;
const BOTH_SYSTEMS = Flag.toSystem | Flag.fromSystem;
const ADDRESS_BYTES = 6;
/** Bits of the subtype of a data frame. */
const NO_DATA = 0x4;
const QUALITY = 0x8;
/** Bits of the quality-of-service field. */
const AGGREGATE = 0x0080;
const MESH = 0x0100;
const SUBFRAME_BYTES = 14;

export const wireless: Header = (bytes, layer) => readFrame(bytes, layer, false);
/** Some drivers fill the header up to a multiple of four bytes. */
export const paddedWireless: Header = (bytes, layer) => readFrame(bytes, layer, true);

function readFrame(bytes: DataView, layer: Parameters<Header>[1], isPadded: boolean): Fault {
  const { start, end } = layer;
  if (end - start < 2) return Fault.truncatedLink;
  layer.type = notIp(ETHER_TYPE_LLC);
  const control = bytes.getUint8(start);
  const flags = bytes.getUint8(start + 1);
  const subtype = control >> 4;
  // Version 0, type 2: data.
  if ((control & 0x0f) !== 0x08 || (subtype & NO_DATA) !== 0 || (flags & Flag.isProtected) !== 0) return Fault.none;
  const hasFourAddresses = (flags & BOTH_SYSTEMS) === BOTH_SYSTEMS;
  const qualityAt = start + HEADER_BYTES + (hasFourAddresses ? ADDRESS_BYTES : 0);
  const hasQuality = (subtype & QUALITY) !== 0;
  let at = qualityAt + (hasQuality ? 2 : 0) + (hasQuality && (flags & Flag.highThroughput) !== 0 ? 4 : 0);
  if (end < at) return Fault.truncatedLink;
  // Pieces are not put together: the first has its IP header, but not the packet; the others have neither.
  if ((flags & Flag.moreFragments) !== 0 || (bytes.getUint8(start + 22) & 0x0f) !== 0) return Fault.none;
  if (isPadded) at = start + ((at - start + 3) & ~3);
  const quality = hasQuality ? bytes.getUint16(qualityAt, true) : 0;
  if (hasFourAddresses && (quality & MESH) !== 0) at += meshBytes(bytes, at, end);
  // Several frames in one: the first one decides.
  if ((quality & AGGREGATE) !== 0) at += SUBFRAME_BYTES;
  if (end < at) return Fault.truncatedLink;
  layer.encapsulations |= Encapsulation.wireless;
  layer.start = at;
  layer.type = Next.llc;
  return Fault.none;
}

/** Mesh control: flags, hop limit, sequence, and up to two more addresses. */
function meshBytes(bytes: DataView, at: number, end: number): number {
  return at < end ? 6 + (bytes.getUint8(at) & 3) * ADDRESS_BYTES : 6;
}
