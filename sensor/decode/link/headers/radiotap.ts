/** Radiotap (radiotap.org): a header of its own length, whose flags say whether the 802.11 header is padded. */
import { Fault } from '../../../../shared/counters.ts';
import { ETHER_TYPE_LLC } from '../../layer.ts';
import { type Header, notIp } from './header.ts';
import { paddedWireless, wireless } from './wireless.ts';

const MIN_BYTES = 8;
const Present = { time: 1, flags: 2, zeroLengthUnit: 1 << 26, another: 1 << 31 } as const;
const MAX_PRESENT_WORDS = 32;
const PADDED = 0x20;

export const radiotap: Header = (bytes, layer) => {
  const { start, end } = layer;
  if (end - start < MIN_BYTES) return Fault.truncatedLink;
  const headerBytes = bytes.getUint16(start + 2, true);
  if (headerBytes < MIN_BYTES || end - start < headerBytes) return Fault.truncatedLink;
  const present = bytes.getUint32(start + 4, true);
  layer.start = start + headerBytes;
  if ((present & Present.zeroLengthUnit) !== 0) {
    layer.type = notIp(ETHER_TYPE_LLC);
    return Fault.none;
  }
  const isPadded = (flags(bytes, start, layer.start, present) & PADDED) !== 0;
  return isPadded ? paddedWireless(bytes, layer) : wireless(bytes, layer);
};

/** The flags are the second field, behind the words that say what is there, and a time of eight bytes that is aligned. */
function flags(bytes: DataView, start: number, end: number, present: number): number {
  if ((present & Present.flags) === 0) return 0;
  let at = start + MIN_BYTES;
  let word = present;
  for (let words = 1; (word & Present.another) !== 0; words++) {
    if (words === MAX_PRESENT_WORDS || end - at < 4) return 0;
    word = bytes.getUint32(at, true);
    at += 4;
  }
  if ((present & Present.time) !== 0) at = start + ((at - start + 7) & ~7) + 8;
  return at < end ? bytes.getUint8(at) : 0;
}
