/** IPv6 extension headers: RFC 8200 (options, routing, fragment), 4302 (AH), 6275 (mobility), 7401 (HIP), 5533 (Shim6). */
import { Fault } from '../../../shared/counters.ts';
import { Fragment } from '../../../shared/packet-batch.ts';
import type { IpLayer } from './ip-layer.ts';

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
const MIN_EXTENSION_BYTES = 8;
const OPTION_PAD1 = 0;
const OPTION_HOME_ADDRESS = 0xc9;

/**
 * Moves `layer` to the first header that is no extension, or to one that is not there in full (a fault above IP: the
 * packet counts). However long the chain, each header takes eight bytes or more of the packet.
 */
export function walkExtensions(bytes: DataView, layer: IpLayer): Fault {
  while (isExtension(layer.type)) {
    const { start, end, type } = layer;
    if (end - start < MIN_EXTENSION_BYTES) return Fault.badExtension;
    const extensionBytes = lengthOf(type, bytes.getUint8(start + 1));
    if (end - start < extensionBytes) return Fault.badExtension;
    if (type === Extension.fragment) layer.fragment = fragmentOf(bytes.getUint16(start + 2), layer.fragment);
    if (type === Extension.routing && bytes.getUint8(start + 3) !== 0) layer.rerouted = true;
    const hasOptions = type === Extension.hopByHop || type === Extension.destination;
    if (hasOptions && !readOptions(bytes, layer, start + extensionBytes)) return Fault.badExtension;
    layer.type = bytes.getUint8(start);
    layer.start = start + extensionBytes;
    // What follows the header of a later fragment is payload, not another header.
    if (layer.fragment === Fragment.later) return Fault.none;
  }
  return Fault.none;
}

function lengthOf(type: number, length: number): number {
  if (type === Extension.fragment) return 8;
  return type === Extension.authentication ? Math.max(MIN_EXTENSION_BYTES, (length + 2) * 4) : (length + 1) * 8;
}

/** A fragment of offset 0 that is also the last is a whole packet (RFC 6946). A header says no less than the one before it. */
function fragmentOf(offsetAndMore: number, before: number): number {
  if (offsetAndMore >> 3 !== 0) return Fragment.later;
  return (offsetAndMore & 1) !== 0 ? Fragment.first : before;
}

/** False when an option reaches past the packet: then what seems to follow is not believed. */
function readOptions(bytes: DataView, layer: IpLayer, optionsEnd: number): boolean {
  for (let at = layer.start + 2; at < optionsEnd - 1; ) {
    const type = bytes.getUint8(at);
    if (type === OPTION_HOME_ADDRESS) layer.rerouted = true;
    at += type === OPTION_PAD1 ? 1 : 2 + bytes.getUint8(at + 1);
    if (at > layer.end) return false;
  }
  return true;
}

export function isExtension(type: number): boolean {
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
