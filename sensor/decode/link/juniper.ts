/** Juniper's captures: a magic number, flags, perhaps extensions, then the frame of the interface. */
import { Fault } from '../../../shared/counters.ts';
import { Next, notIp } from './headers/header.ts';
import { readFrom } from './headers/index.ts';
import type { LinkDecoder } from './link-decoder.ts';

const HEADER_BYTES = 4;
const MAGIC = 0x4d4743;
const Flag = { withoutFrame: 0x02, extensions: 0x80 } as const;

const before = (next: number): LinkDecoder['decode'] =>
  readFrom((bytes, layer) => {
    const { start, end } = layer;
    if (end - start < HEADER_BYTES) return Fault.truncatedLink;
    const magicAndFlags = bytes.getUint32(start);
    let headerBytes = HEADER_BYTES;
    if ((magicAndFlags & Flag.extensions) !== 0) {
      if (end - start < HEADER_BYTES + 2) return Fault.truncatedLink;
      headerBytes += 2 + bytes.getUint16(start + HEADER_BYTES);
    }
    // Without the frame's own header there is no certain way to tell what follows.
    const isFrame = magicAndFlags >>> 8 === MAGIC && (magicAndFlags & Flag.withoutFrame) === 0;
    if (isFrame && end - start < headerBytes) return Fault.truncatedLink;
    if (isFrame) layer.start = start + headerBytes;
    layer.type = isFrame ? next : notIp(0);
    return Fault.none;
  });

export const juniperEthernet: LinkDecoder = {
  name: 'Ethernet of Juniper',
  linkTypes: [178],
  decode: before(Next.ethernet),
};
export const juniperPpp: LinkDecoder = { name: 'PPP of Juniper', linkTypes: [179], decode: before(Next.pppInHdlc) };
export const juniperFrameRelay: LinkDecoder = {
  name: 'Frame Relay of Juniper',
  linkTypes: [180],
  decode: before(Next.frameRelay),
};
export const juniperCiscoHdlc: LinkDecoder = {
  name: 'Cisco HDLC of Juniper',
  linkTypes: [181],
  decode: before(Next.ciscoHdlc),
};
