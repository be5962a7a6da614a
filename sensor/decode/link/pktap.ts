/** Apple's PKTAP, whose header names the link type of what follows: LINKTYPE_PKTAP. */
import { Fault } from '../../../shared/counters.ts';
import { nextOfLinkType, notIp } from './headers/header.ts';
import { readFrom } from './headers/index.ts';
import type { LinkDecoder } from './link-decoder.ts';

const MIN_BYTES = 12;
const PACKET = 1;

export const pktap: LinkDecoder = {
  name: 'PKTAP',
  linkTypes: [258],
  decode: readFrom((bytes, layer) => {
    const { start, end } = layer;
    if (end - start < MIN_BYTES) return Fault.truncatedLink;
    const headerBytes = bytes.getUint32(start, true);
    if (headerBytes < MIN_BYTES || end - start < headerBytes) return Fault.truncatedLink;
    const isPacket = bytes.getUint32(start + 4, true) === PACKET;
    layer.start = start + headerBytes;
    layer.type = isPacket ? nextOfLinkType(bytes.getUint32(start + 8, true)) : notIp(0);
    return Fault.none;
  }),
};
