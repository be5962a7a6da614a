/** GTP-U, version 1 (3GPP TS 29.281): user packets of mobile networks, with extension headers. */
import { Tunnel } from '../../../shared/tunnels.ts';
import type { IpLayer } from '../network/ip-layer.ts';
import { enterIp } from './inner-link.ts';
import { NO_TUNNEL, type TunnelDecoder } from './tunnel-decoder.ts';

const HEADER_BYTES = 8;
const OPTIONAL_BYTES = 4;
/** Version 1, protocol type GTP, spare bit 0. */
const FIXED_MASK = 0xf8;
const FIXED = 0x30;
const EXTENSION = 0x04;
const ANY_OPTIONAL = 0x07;
/** The one message that carries a packet. */
const USER_PACKET = 0xff;

export const gtpUser: TunnelDecoder = {
  name: 'GTP-U',
  ports: [2152],
  decode(bytes, layer) {
    const { start, end, wireEnd } = layer;
    if (end - start < HEADER_BYTES) return NO_TUNNEL;
    const flags = bytes.getUint8(start);
    if ((flags & FIXED_MASK) !== FIXED || bytes.getUint8(start + 1) !== USER_PACKET) return NO_TUNNEL;
    const payloadBytes = bytes.getUint16(start + 2);
    if (start + HEADER_BYTES + payloadBytes > wireEnd) return NO_TUNNEL;
    layer.end = Math.min(end, start + HEADER_BYTES + payloadBytes);
    layer.wireEnd = start + HEADER_BYTES + payloadBytes;
    layer.start = start + HEADER_BYTES;
    if ((flags & ANY_OPTIONAL) !== 0 && !skipOptional(bytes, layer, (flags & EXTENSION) !== 0)) return NO_TUNNEL;
    return enterIp(bytes, layer, Tunnel.gtpu);
  },
};

/** Sequence number, N-PDU number and the type of the first extension header; then these, each with its length in words of four bytes. */
function skipOptional(bytes: DataView, layer: IpLayer, hasExtensions: boolean): boolean {
  const { end } = layer;
  let at = layer.start + OPTIONAL_BYTES;
  if (at > end) return false;
  let next = hasExtensions ? bytes.getUint8(at - 1) : 0;
  while (next !== 0) {
    const extensionBytes = at < end ? bytes.getUint8(at) * 4 : 0;
    if (extensionBytes === 0 || at + extensionBytes > end) return false;
    at += extensionBytes;
    next = bytes.getUint8(at - 1);
  }
  layer.start = at;
  return true;
}
