/** OpenBSD's pseudo devices: pflog, the log of its packet filter, and enc, packets before and after IPsec. */
import { Fault } from '../../../shared/counters.ts';
import { typeOfFamily } from './headers/bsd-loopback.ts';
import { readFrom } from './headers/index.ts';
import type { LinkDecoder } from './link-decoder.ts';

const MIN_PFLOG_BYTES = 4;

/** LINKTYPE_PFLOG: its length, which is filled up to a multiple of four, and the address family. */
export const pflog: LinkDecoder = {
  name: 'PFLOG',
  linkTypes: [117],
  decode: readFrom((bytes, layer) => {
    const { start, end } = layer;
    if (end - start < MIN_PFLOG_BYTES) return Fault.truncatedLink;
    const headerBytes = (bytes.getUint8(start) + 3) & ~3;
    if (headerBytes < MIN_PFLOG_BYTES || end - start < headerBytes) return Fault.truncatedLink;
    layer.type = typeOfFamily(bytes.getUint8(start + 1));
    layer.start = start + headerBytes;
    return Fault.none;
  }),
};

const ENC_BYTES = 12;

/** LINKTYPE_ENC: the address family in the order of the machine that captured, an index, and flags. */
export const enc: LinkDecoder = {
  name: 'ENC',
  // 13 is DLT_ENC of OpenBSD.
  linkTypes: [109, 13],
  decode: readFrom((bytes, layer) => {
    const { start, end } = layer;
    if (end - start < ENC_BYTES) return Fault.truncatedLink;
    layer.type = typeOfFamily(Math.min(bytes.getUint32(start), bytes.getUint32(start, true)));
    layer.start = start + ENC_BYTES;
    return Fault.none;
  }),
};
