/** Where in the bytes of their records the payloads of a batch lie: what follows a TCP or UDP header. */
import { Fragment, type PacketBatch, type RecordBatch } from '../../shared/packet-batch.ts';
import { IpProtocol } from '../../shared/protocols.ts';

const IPV6_HEADER_BYTES = 40;
const UDP_HEADER_BYTES = 8;
const TCP_HEADER_BYTES = 20;

export interface PayloadPlaces {
  /** By row of the batch. */
  readonly start: Uint32Array;
  /** Bytes that were captured; 0 for rows without a payload that can be read. */
  readonly captured: Uint16Array;
  /** Bytes that the payload had on the wire. */
  readonly wire: Uint16Array;
}

export function createPayloadPlaces(capacity: number): PayloadPlaces {
  return { start: new Uint32Array(capacity), captured: new Uint16Array(capacity), wire: new Uint16Array(capacity) };
}

/**
 * Fills the places of all rows and gives how many payloads there are. Rows come in the order of their records. Behind
 * extension headers of IPv6 and in later fragments no payload is looked for.
 */
export function findPayloads(
  { view, bytes, offset, capturedLength, length: records }: RecordBatch,
  batch: PacketBatch,
  places: PayloadPlaces,
): number {
  const { headerOffset, ipLength, protocol, fragment, hasPayload } = batch;
  const { start, captured, wire } = places;
  let record = 0;
  let found = 0;
  for (let row = 0; row < batch.length; row++) {
    captured[row] = 0;
    const kind = protocol[row];
    if (hasPayload[row] === 0 || (kind !== IpProtocol.tcp && kind !== IpProtocol.udp)) continue;
    if (fragment[row] === Fragment.later) continue;
    const header = headerOffset[row]!;
    while (record < records && offset[record]! + capturedLength[record]! <= header) record++;
    if (record === records) break;
    const end = Math.min(offset[record]! + capturedLength[record]!, bytes.length);
    const transport = transportStart(batch, view, row, end);
    const from = transport < 0 ? -1 : payloadStart(kind, view, transport, end);
    const wireEnd = header + (ipLength[row] || end - header);
    if (from < 0 || from >= Math.min(end, wireEnd)) continue;
    start[row] = from;
    captured[row] = Math.min(end, wireEnd) - from;
    wire[row] = wireEnd - from;
    found++;
  }
  return found;
}

/** -1 where it is not known. */
function transportStart({ family, headerOffset, protocol }: PacketBatch, view: DataView, row: number, end: number) {
  const header = headerOffset[row]!;
  if (family === 4) return header < end ? header + (view.getUint8(header) & 0x0f) * 4 : -1;
  const isPlain = header + IPV6_HEADER_BYTES <= end && view.getUint8(header + 6) === protocol[row];
  return isPlain ? header + IPV6_HEADER_BYTES : -1;
}

function payloadStart(protocol: number | undefined, view: DataView, transport: number, end: number): number {
  if (protocol === IpProtocol.udp) return transport + UDP_HEADER_BYTES;
  if (transport + TCP_HEADER_BYTES > end) return -1;
  const headerBytes = (view.getUint8(transport + 12) >> 4) * 4;
  return headerBytes < TCP_HEADER_BYTES ? -1 : transport + headerBytes;
}
