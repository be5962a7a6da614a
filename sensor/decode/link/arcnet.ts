/** ARCNET: LINKTYPE_ARCNET_BSD, and LINKTYPE_ARCNET_LINUX, which has an offset of two bytes in its middle. */
import { Fault } from '../../../shared/counters.ts';
import { EtherType, type Layer } from '../layer.ts';
import type { LinkDecoder } from './link-decoder.ts';

/** IPv4 of RFC 1051; IPv4, ARP and IPv6 of RFC 1201, which have a split flag and a sequence number. */
const Protocol = { oldIpv4: 0xf0, ipv4: 0xd4, arp: 0xd5, ipv6: 0xc4 } as const;
const SPLIT_BYTES = 3;
/** A split flag that says: this is filling, and the header comes again. */
const EXCEPTION = 0xff;
const EXCEPTION_BYTES = 4;

export const arcnet: LinkDecoder = {
  name: 'ARCNET',
  linkTypes: [7],
  decode: (bytes, layer) => readProtocol(bytes, layer, 2),
};

export const arcnetOfLinux: LinkDecoder = {
  name: 'ARCNET of Linux',
  linkTypes: [129],
  decode: (bytes, layer) => readProtocol(bytes, layer, 4),
};

function readProtocol(bytes: DataView, layer: Layer, addressBytes: number): Fault {
  const { start, end } = layer;
  let at = start + addressBytes + 1;
  if (end < at) return Fault.truncatedLink;
  const protocol = bytes.getUint8(at - 1);
  layer.start = at;
  layer.type = protocol;
  if (protocol === Protocol.oldIpv4) layer.type = EtherType.ipv4;
  else if (protocol === Protocol.ipv4) layer.type = EtherType.ipv4;
  else if (protocol === Protocol.ipv6) layer.type = EtherType.ipv6;
  else if (protocol === Protocol.arp) layer.type = EtherType.arp;
  if (layer.type === protocol || protocol === Protocol.oldIpv4) return Fault.none;
  if (end - at < SPLIT_BYTES) return Fault.truncatedLink;
  if (bytes.getUint8(at) === EXCEPTION) at += EXCEPTION_BYTES;
  layer.start = at + SPLIT_BYTES;
  return end < layer.start ? Fault.truncatedLink : Fault.none;
}
