/** IPv6 header (RFC 8200). */
import { Fault } from '../../../shared/counters.ts';
import { Fragment, type PacketBatch } from '../../../shared/packet-batch.ts';
import { walkExtensions } from './extensions.ts';
import type { IpLayer } from './ip-layer.ts';

const HEADER_BYTES = 40;

/** Fills `row` from the header at `layer.start` and moves `layer` past the extension headers. */
export function decodeIpv6(bytes: DataView, layer: IpLayer, batch: PacketBatch, row: number): Fault {
  const fault = readIpv6(bytes, layer);
  if (fault !== Fault.none && fault !== Fault.badExtension) return fault;
  const start = layer.ipStart;
  for (let word = 0; word < 4; word++) {
    batch.source[row * 4 + word] = bytes.getUint32(start + 8 + word * 4);
    batch.target[row * 4 + word] = bytes.getUint32(start + 24 + word * 4);
  }
  batch.ttl[row] = bytes.getUint8(start + 7);
  batch.ipLength[row] = Math.min(65_535, bytes.getUint16(start + 4) + HEADER_BYTES);
  batch.ipId[row] = 0;
  batch.fragment[row] = layer.fragment;
  batch.protocol[row] = layer.type;
  return fault;
}

/** Checks the header at `layer.start` and moves `layer` past the extension headers; `badExtension` means that only those are broken. */
export function readIpv6(bytes: DataView, layer: IpLayer): Fault {
  const { start, end } = layer;
  if (end > start && bytes.getUint8(start) >> 4 !== 6) return Fault.badNetworkHeader;
  if (end - start < HEADER_BYTES) return Fault.truncatedNetwork;
  const payloadBytes = bytes.getUint16(start + 4);
  layer.family = 6;
  layer.ipStart = start;
  layer.fragment = Fragment.whole;
  layer.rerouted = false;
  layer.start = start + HEADER_BYTES;
  // A payload length of 0 is a jumbogram (RFC 2675) or a packet that the card cut up later: the frame's end holds.
  if (payloadBytes !== 0) {
    layer.end = Math.min(end, layer.start + payloadBytes);
    layer.wireEnd = Math.min(layer.wireEnd, layer.start + payloadBytes);
  }
  layer.type = bytes.getUint8(start + 6);
  return walkExtensions(bytes, layer);
}
