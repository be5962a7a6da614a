/** IPv4 header (RFC 791): addresses, protocol, TTL, fragments, and where the payload lies. */
import { Fault } from '../../../shared/counters.ts';
import { Fragment, type PacketBatch } from '../../../shared/packet-batch.ts';
import type { IpLayer } from './ip-layer.ts';

const MIN_HEADER_BYTES = 20;
const MORE_FRAGMENTS = 0x2000;
const OFFSET_MASK = 0x1fff;
const Option = { end: 0, noOperation: 1, looseSourceRoute: 131, strictSourceRoute: 137 } as const;

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
  layer.rerouted =
    headerBytes > MIN_HEADER_BYTES && isUnderway(bytes, start + MIN_HEADER_BYTES, Math.min(end, start + headerBytes));
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

/** Whether options in [start, end) hold a source route that is not at its end: then the target is that of a hop. Each step goes forward. */
function isUnderway(bytes: DataView, start: number, end: number): boolean {
  for (let at = start; at < end; ) {
    const type = bytes.getUint8(at);
    if (type === Option.end) return false;
    if (type === Option.noOperation) {
      at++;
      continue;
    }
    const optionBytes = at + 1 < end ? bytes.getUint8(at + 1) : 0;
    if (optionBytes < 2) return false;
    // Behind the length stands where the next hop is, counted from 1.
    if (type === Option.looseSourceRoute || type === Option.strictSourceRoute)
      return at + 2 < end && bytes.getUint8(at + 2) <= optionBytes;
    at += optionBytes;
  }
  return false;
}
