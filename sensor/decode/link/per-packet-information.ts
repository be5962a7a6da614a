/** PPI, the header that says which link type follows it: LINKTYPE_PPI. */
import { Fault } from '../../../shared/counters.ts';
import { nextOfLinkType } from './headers/header.ts';
import { readFrom } from './headers/index.ts';
import type { LinkDecoder } from './link-decoder.ts';

const HEADER_BYTES = 8;

export const perPacketInformation: LinkDecoder = {
  name: 'PPI',
  linkTypes: [192],
  decode: readFrom((bytes, layer) => {
    const { start, end } = layer;
    if (end - start < HEADER_BYTES) return Fault.truncatedLink;
    const headerBytes = bytes.getUint16(start + 2, true);
    if (headerBytes < HEADER_BYTES || end - start < headerBytes) return Fault.truncatedLink;
    layer.start = start + headerBytes;
    layer.type = nextOfLinkType(bytes.getUint32(start + 4, true));
    return Fault.none;
  }),
};
