/** L2TP version 2 over UDP (RFC 2661): data messages, which carry PPP. */
import { Tunnel } from '../../../shared/tunnels.ts';
import { enterPpp } from './inner-link.ts';
import { NO_TUNNEL, type TunnelDecoder } from './tunnel-decoder.ts';

const CONTROL = 0x8000;
const LENGTH = 0x4000;
const SEQUENCE = 0x0800;
const OFFSET = 0x0200;
/** Bits that are always 0. */
const RESERVED = 0x34f0;
const VERSION = 0x000f;
/** Flags, tunnel and session. */
const MIN_HEADER_BYTES = 6;

export const l2tp: TunnelDecoder = {
  name: 'L2TP',
  ports: [1701],
  decode(bytes, layer) {
    const { start, end, wireEnd } = layer;
    if (end - start < MIN_HEADER_BYTES) return NO_TUNNEL;
    const flags = bytes.getUint16(start);
    if ((flags & VERSION) !== 2 || (flags & (RESERVED | CONTROL)) !== 0) return NO_TUNNEL;
    let at = start + MIN_HEADER_BYTES;
    if ((flags & LENGTH) !== 0) {
      const length = bytes.getUint16(start + 2);
      if (length < MIN_HEADER_BYTES || length > wireEnd - start) return NO_TUNNEL;
      layer.end = Math.min(end, start + length);
      layer.wireEnd = start + length;
      at += 2;
    }
    if ((flags & SEQUENCE) !== 0) at += 4;
    if ((flags & OFFSET) !== 0) {
      if (at + 2 > layer.end) return NO_TUNNEL;
      at += 2 + bytes.getUint16(at);
    }
    if (at > layer.end) return NO_TUNNEL;
    layer.start = at;
    return enterPpp(bytes, layer, Tunnel.l2tp);
  },
};
