/** IPv6 header and its extension headers (RFC 8200). */
import { Fault } from '../../../shared/counters.ts';
import { Fragment, type PacketBatch } from '../../../shared/packet-batch.ts';
import type { Layer } from '../layer.ts';

const HEADER_BYTES = 40;
/** Real packets have a handful; a packet of nothing but headers must not cost more. */
const MAX_EXTENSIONS = 16;
const Extension = {
  hopByHop: 0,
  routing: 43,
  fragment: 44,
  authentication: 51,
  destination: 60,
  mobility: 135,
  hip: 139,
  shim6: 140,
} as const;

/** Fills `row` from the header at `layer.start` and moves `layer` past the extension headers. */
export function decodeIpv6(bytes: DataView, layer: Layer, batch: PacketBatch, row: number): Fault {
  const { start, end } = layer;
  if (end - start < HEADER_BYTES) return Fault.truncatedNetwork;
  if (bytes.getUint8(start) >> 4 !== 6) return Fault.badNetworkHeader;
  const payloadBytes = bytes.getUint16(start + 4);
  for (let word = 0; word < 4; word++) {
    batch.source[row * 4 + word] = bytes.getUint32(start + 8 + word * 4);
    batch.target[row * 4 + word] = bytes.getUint32(start + 24 + word * 4);
  }
  batch.ttl[row] = bytes.getUint8(start + 7);
  batch.ipLength[row] = Math.min(65_535, payloadBytes + HEADER_BYTES);
  batch.ipId[row] = 0;
  batch.fragment[row] = Fragment.whole;
  layer.start = start + HEADER_BYTES;
  // A payload length of 0 is a jumbogram (RFC 2675) or a packet that the card cut up later: the frame's end holds.
  if (payloadBytes !== 0) layer.end = Math.min(end, layer.start + payloadBytes);
  layer.type = bytes.getUint8(start + 6);
  const fault = walkExtensions(bytes, layer, batch, row);
  batch.protocol[row] = layer.type;
  return fault;
}

/** Stops at the first header that is no extension, or at one that is not there in full (which is a fault above IP: the packet counts). */
function walkExtensions(bytes: DataView, layer: Layer, batch: PacketBatch, row: number): Fault {
  for (let count = 0; isExtension(layer.type); count++) {
    if (count === MAX_EXTENSIONS || layer.end - layer.start < 8) return Fault.badExtension;
    const length = bytes.getUint8(layer.start + 1);
    let extensionBytes = (length + 1) * 8;
    if (layer.type === Extension.authentication) extensionBytes = (length + 2) * 4;
    if (layer.type === Extension.fragment) {
      extensionBytes = 8;
      const offsetAndMore = bytes.getUint16(layer.start + 2);
      if (offsetAndMore >> 3 !== 0) batch.fragment[row] = Fragment.later;
      else if ((offsetAndMore & 1) !== 0) batch.fragment[row] = Fragment.first;
    }
    const next = bytes.getUint8(layer.start);
    if (layer.end - layer.start < extensionBytes) return Fault.badExtension;
    layer.start += extensionBytes;
    layer.type = next;
    // What follows the header of a later fragment is payload, not another header.
    if (batch.fragment[row] === Fragment.later) return Fault.none;
  }
  return Fault.none;
}

function isExtension(type: number): boolean {
  switch (type) {
    case Extension.hopByHop:
    case Extension.routing:
    case Extension.fragment:
    case Extension.authentication:
    case Extension.destination:
    case Extension.mobility:
    case Extension.hip:
    case Extension.shim6:
      return true;
    default:
      return false;
  }
}
