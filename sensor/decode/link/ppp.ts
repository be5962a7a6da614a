/** PPP and Cisco's HDLC as link types. */
import { Fault } from '../../../shared/counters.ts';
import { readFrom } from './headers/index.ts';
import { ciscoHdlc as ciscoHdlcHeader, ppp as pppHeader, pppInHdlc } from './headers/ppp.ts';
import { pppoe as pppoeHeader } from './headers/pppoe.ts';
import type { LinkDecoder } from './link-decoder.ts';

export const ppp: LinkDecoder = {
  name: 'PPP',
  // LINKTYPE_PPP and LINKTYPE_PPP_HDLC
  linkTypes: [9, 50],
  decode: readFrom(pppInHdlc),
};

export const pppoe: LinkDecoder = {
  name: 'PPPoE session',
  linkTypes: [51],
  decode: readFrom(pppoeHeader),
};

/** LINKTYPE_PPP_WITH_DIR: a byte says which way the packet went. */
export const pppWithDirection: LinkDecoder = {
  name: 'PPP with direction',
  linkTypes: [204],
  decode: readFrom((bytes, layer) => {
    if (layer.end === layer.start) return Fault.truncatedLink;
    layer.start++;
    return pppInHdlc(bytes, layer);
  }),
};

const CONTROL = 0x03;

/** DLT_PPP_PPPD: the direction stands in place of the address of the HDLC framing. */
export const pppOfPppd: LinkDecoder = {
  name: 'PPP of pppd',
  linkTypes: [166],
  decode: readFrom((bytes, layer) => {
    if (layer.end - layer.start < 2) return Fault.truncatedLink;
    if (bytes.getUint8(layer.start + 1) !== CONTROL) return pppInHdlc(bytes, layer);
    layer.start += 2;
    return pppHeader(bytes, layer);
  }),
};

export const ciscoHdlc: LinkDecoder = {
  name: 'Cisco HDLC',
  // LINKTYPE_C_HDLC, and DLT_HDLC of NetBSD
  linkTypes: [104, 112],
  decode: readFrom(ciscoHdlcHeader),
};
