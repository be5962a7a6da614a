/** Link types whose header ends in LLC: Token Ring, FDDI, ATM (RFC 2684), Fibre Channel (RFC 2625). */
import { Fault } from '../../../shared/counters.ts';
import { ETHER_TYPE_LLC, type Layer } from '../layer.ts';
import { Next, notIp } from './headers/header.ts';
import { readFrom } from './headers/index.ts';
import type { LinkDecoder } from './link-decoder.ts';

/** Moves on to LLC, `headerBytes` later. */
function llcAfter(layer: Layer, headerBytes: number): Fault {
  if (layer.end - layer.start < headerBytes) return Fault.truncatedLink;
  layer.start += headerBytes;
  layer.type = Next.llc;
  return Fault.none;
}

const TOKEN_RING_BYTES = 14;
const LLC_FRAME = 0x40;
const HAS_ROUTE = 0x80;

/** IEEE 802.5: where the source address has its first bit set, a route follows the addresses, its length in five bits. */
export const tokenRing: LinkDecoder = {
  name: 'Token Ring',
  linkTypes: [6],
  decode: readFrom((bytes, layer) => {
    const { start, end } = layer;
    if (end - start < TOKEN_RING_BYTES) return Fault.truncatedLink;
    if ((bytes.getUint8(start + 1) & 0xc0) !== LLC_FRAME) {
      layer.type = notIp(ETHER_TYPE_LLC);
      return Fault.none;
    }
    if ((bytes.getUint8(start + 8) & HAS_ROUTE) === 0) return llcAfter(layer, TOKEN_RING_BYTES);
    if (end - start === TOKEN_RING_BYTES) return Fault.truncatedLink;
    return llcAfter(layer, TOKEN_RING_BYTES + (bytes.getUint8(start + TOKEN_RING_BYTES) & 0x1f));
  }),
};

const FDDI_BYTES = 13;

export const fddi: LinkDecoder = {
  name: 'FDDI',
  linkTypes: [10],
  decode: readFrom((bytes, layer) => {
    if (layer.end === layer.start) return Fault.truncatedLink;
    const isLlc = (bytes.getUint8(layer.start) & 0xf0) === 0x50;
    if (isLlc) return llcAfter(layer, FDDI_BYTES);
    layer.type = notIp(ETHER_TYPE_LLC);
    return Fault.none;
  }),
};

export const atm: LinkDecoder = {
  name: 'ATM with LLC',
  // LINKTYPE_ATM_RFC1483, and what libpcap had for it on most systems
  linkTypes: [100, 11],
  decode: readFrom((_bytes, layer) => llcAfter(layer, 0)),
};

const SUN_ATM_BYTES = 4;
const TRAFFIC_LLC = 2;

/** LINKTYPE_SUNATM: the kind of traffic, and the circuit. Only what says that it is LLC is read. */
export const sunAtm: LinkDecoder = {
  name: 'ATM of SunOS',
  linkTypes: [123],
  decode: readFrom((bytes, layer) => {
    if (layer.end - layer.start < SUN_ATM_BYTES) return Fault.truncatedLink;
    if ((bytes.getUint8(layer.start) & 0x0f) === TRAFFIC_LLC) return llcAfter(layer, SUN_ATM_BYTES);
    layer.type = notIp(0);
    return Fault.none;
  }),
};

const FIBRE_CHANNEL_BYTES = 16;

export const ipOverFibreChannel: LinkDecoder = {
  name: 'IP over Fibre Channel',
  linkTypes: [122],
  decode: readFrom((_bytes, layer) => llcAfter(layer, FIBRE_CHANNEL_BYTES)),
};
