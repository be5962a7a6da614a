/** IPv4 header (RFC 791): addresses, protocol, TTL, fragments, and where the payload lies. */
import { Fault } from '../../../shared/counters.ts';
import { Fragment, type PacketBatch } from '../../../shared/packet-batch.ts';
import type { IpLayer } from './ip-layer.ts';

const MIN_HEADER_BYTES = 20;
const MORE_FRAGMENTS = 0x2000;
const OFFSET_MASK = 0x1fff;

/** Fills `row` from the header at `layer.start` and moves `layer` to the payload. */
export function decodeIpv4(bytes: DataView, layer: IpLayer, batch: PacketBatch, row: number): Fault {
  const fault = readIpv4(bytes, layer);
  if (fault !== Fault.none) return fault;
  const start = layer.ipStart;
  batch.ipLength[row] = bytes.getUint16(start + 2);
  batch.ipId[row] = bytes.getUint16(start + 4);
  batch.ttl[row] = bytes.getUint8(start + 8);
  batch.protocol[row] = layer.type;
  batch.source[row] = bytes.getUint32(start + 12);
  batch.target[row] = bytes.getUint32(start + 16);
  batch.fragment[row] = layer.fragment;
  return Fault.none;
}

/** Checks the header at `layer.start` and moves `layer` to the payload. */
export function readIpv4(bytes: DataView, layer: IpLayer): Fault {
  const { start, end } = layer;
  if (end - start < MIN_HEADER_BYTES) return Fault.truncatedNetwork;
  const versionAndLength = bytes.getUint8(start);
  const headerBytes = (versionAndLength & 0x0f) * 4;
  if (versionAndLength >> 4 !== 4 || headerBytes < MIN_HEADER_BYTES) return Fault.badNetworkHeader;
  const length = bytes.getUint16(start + 2);
  // No host takes a packet that is shorter than its header. 0 means that the network card cut the packet up later.
  if (length !== 0 && length < headerBytes) return Fault.badNetworkHeader;
  const fragment = bytes.getUint16(start + 6);
  layer.family = 4;
  layer.ipStart = start;
  layer.type = bytes.getUint8(start + 9);
  layer.rerouted = false;
  layer.fragment =
    (fragment & OFFSET_MASK) !== 0
      ? Fragment.later
      : (fragment & MORE_FRAGMENTS) !== 0
        ? Fragment.first
        : Fragment.whole;
  // Ethernet pads short frames: the header's length, not the frame's, says where the packet ends, if it says one.
  if (length !== 0) {
    layer.end = Math.min(end, start + length);
    layer.wireEnd = Math.min(layer.wireEnd, start + length);
  }
  layer.start = Math.min(layer.end, start + headerBytes);
  return Fault.none;
}
