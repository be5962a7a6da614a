/** Linux's netfilter log: LINKTYPE_NFLOG. Four bytes, then attributes, of which one is the packet. */
import { Fault } from '../../../shared/counters.ts';
import { EtherType, type Layer } from '../layer.ts';
import type { LinkDecoder } from './link-decoder.ts';

const HEADER_BYTES = 4;
const ATTRIBUTE_BYTES = 4;
const PAYLOAD = 9;
const AF_INET = 2;
const AF_INET6 = 10;

export const nflog: LinkDecoder = {
  name: 'NFLOG',
  linkTypes: [239],
  decode(bytes, layer) {
    if (layer.end - layer.start < HEADER_BYTES) return Fault.truncatedLink;
    const family = bytes.getUint8(layer.start);
    layer.start += HEADER_BYTES;
    if (!findPayload(bytes, layer)) return Fault.truncatedLink;
    layer.type = family === AF_INET ? EtherType.ipv4 : family === AF_INET6 ? EtherType.ipv6 : 0;
    return Fault.none;
  },
};

/** Attributes are a length (its own four bytes among it), a number, and data up to a multiple of four bytes. */
function findPayload(bytes: DataView, layer: Layer): boolean {
  const littleEndian = isLittleEndian(bytes, layer);
  // Each step goes on by four bytes at least.
  while (layer.end - layer.start >= ATTRIBUTE_BYTES) {
    const attributeBytes = bytes.getUint16(layer.start, littleEndian);
    if (attributeBytes < ATTRIBUTE_BYTES) return false;
    const isPayload = (bytes.getUint16(layer.start + 2, littleEndian) & 0x7fff) === PAYLOAD;
    if (isPayload) {
      layer.end = Math.min(layer.end, layer.start + attributeBytes);
      layer.start += ATTRIBUTE_BYTES;
      return true;
    }
    layer.start += (attributeBytes + 3) & ~3;
  }
  return false;
}

/** They are in the order of the machine that captured. Lengths and numbers are small: both must say big-endian. */
function isLittleEndian(bytes: DataView, layer: Layer): boolean {
  if (layer.end - layer.start < ATTRIBUTE_BYTES) return true;
  const { start } = layer;
  return (
    bytes.getUint16(start, true) < bytes.getUint16(start) ||
    bytes.getUint16(start + 2, true) < bytes.getUint16(start + 2)
  );
}
