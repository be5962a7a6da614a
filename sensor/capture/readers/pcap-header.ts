/** The file header of classic pcap (draft-ietf-opsawg-pcap): which of its variants the records have, and their link type. */

export const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
/** Of the "modified" format: interface, protocol and packet type stand behind the usual sixteen bytes. */
const MODIFIED_RECORD_HEADER_BYTES = 24;

/** How the two lengths of a record stand: captured first, on the wire first, or unknown and told by which is larger. */
export type LengthOrder = 'capturedFirst' | 'wireFirst' | 'smallerIsCaptured';

export interface PcapLayout {
  readonly littleEndian: boolean;
  readonly nanosecondsPerUnit: number;
  readonly recordHeaderBytes: number;
  readonly lengths: LengthOrder;
  readonly linkType: number;
}

type Magic = Pick<PcapLayout, 'littleEndian' | 'nanosecondsPerUnit' | 'recordHeaderBytes'>;
const magic = (littleEndian: boolean, nanosecondsPerUnit: number, recordHeaderBytes = RECORD_HEADER_BYTES): Magic => {
  return { littleEndian, nanosecondsPerUnit, recordHeaderBytes };
};

/** By the magic read as a little-endian word. */
const magics = new Map<number, Magic>([
  [0xa1b2c3d4, magic(true, 1000)],
  [0xd4c3b2a1, magic(false, 1000)],
  [0xa1b23c4d, magic(true, 1)],
  [0x4d3cb2a1, magic(false, 1)],
  [0xa1b2cd34, magic(true, 1000, MODIFIED_RECORD_HEADER_BYTES)],
  [0x34cdb2a1, magic(false, 1000, MODIFIED_RECORD_HEADER_BYTES)],
]);

/**
 * AIX writes version 2.2, nanoseconds under the usual magic, and interface types of RFC 1573 for link types: Ethernet,
 * token ring and loopback. Those of 2.2 by others cannot be meant: nothing of that age wrote 6, 9 or 24.
 */
const aixLinkTypes = new Map<number, number>([
  [6, 1],
  [9, 6],
  [24, 0],
]);

/** Upper bits of the link-type field that must be 0. Beside them stand the length of frame check sequences, whether there are any, and a bit to be ignored. */
const RESERVED_BITS = 0x03ff0000;

export function isPcapMagic(word: number): boolean {
  return magics.has(word);
}

/** The layout that the 24 bytes at `start` declare, or the sentence why they cannot be read. */
export function readPcapHeader(view: DataView, start: number): PcapLayout | string {
  const found = magics.get(view.getUint32(start, true))!;
  const little = found.littleEndian;
  const major = view.getUint16(start + 4, little);
  const minor = view.getUint16(start + 6, little);
  // DG/UX writes 543.0.
  if (major !== 2 && !(major === 543 && minor === 0))
    return `pcap version ${major}.${minor} is unknown; versions 2.0 to 2.4 are read`;
  if (major === 2 && minor > 4) return `pcap version 2.${minor} is unknown; versions 2.0 to 2.4 are read`;
  // The snap length is not looked at: writers give 0, or less than what they kept.
  const network = view.getUint32(start + 20, little);
  if ((network & RESERVED_BITS) !== 0)
    return `its link type field (0x${network.toString(16).padStart(8, '0')}) has bits set that mean nothing yet`;
  const aix = minor === 2 && major === 2 ? aixLinkTypes.get(network) : undefined;
  return {
    ...found,
    ...(aix === undefined ? {} : { nanosecondsPerUnit: 1 }),
    linkType: aix ?? network & 0xffff,
    lengths: minor >= 4 ? 'capturedFirst' : minor === 3 ? 'smallerIsCaptured' : 'wireFirst',
  };
}
