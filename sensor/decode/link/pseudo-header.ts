/** Link types whose records begin with bytes that a capture program added: they count in no length. */
import { endaceHeaderBytes } from './endace.ts';

const LINKTYPE_ERF = 197;

/** SunATM, MTP2, IrDA, Linux LAPD, SITA, Bluetooth H4, PPP with direction, I²C, NFC, Bluetooth of Linux: as tcpdump.org's list has them. */
const bytesOf: ReadonlyMap<number, number> = new Map([
  [123, 4],
  [139, 4],
  [144, 16],
  [177, 16],
  [196, 5],
  [201, 4],
  [204, 1],
  [209, 5],
  [245, 2],
  [254, 4],
]);

/** How many bytes at the front of a record were not on the wire, as Wireshark counts them; most link types have none. */
export function pseudoHeaderBytes(linkType: number, bytes: DataView, start: number, end: number): number {
  if (linkType === LINKTYPE_ERF) return Math.min(end - start, endaceHeaderBytes(bytes, start, end));
  return Math.min(end - start, bytesOf.get(linkType) ?? 0);
}
