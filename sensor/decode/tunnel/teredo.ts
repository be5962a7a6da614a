/** Teredo (RFC 4380): IPv6 over UDP, behind authentication and origin indications. */
import { Tunnel } from '../../../shared/tunnels.ts';
import { EtherType } from '../layer.ts';
import { NO_TUNNEL, type TunnelDecoder } from './tunnel-decoder.ts';

const ORIGIN = 0x0000;
const ORIGIN_BYTES = 8;
const AUTHENTICATION = 0x0001;
/** Type, two lengths, nonce and confirmation. */
const AUTHENTICATION_BYTES = 13;

export const teredo: TunnelDecoder = {
  name: 'Teredo',
  ports: [3544],
  decode(bytes, layer) {
    const { end } = layer;
    let at = layer.start;
    if (end - at >= 4 && bytes.getUint16(at) === AUTHENTICATION)
      at += AUTHENTICATION_BYTES + bytes.getUint8(at + 2) + bytes.getUint8(at + 3);
    if (end - at >= 2 && bytes.getUint16(at) === ORIGIN) at += ORIGIN_BYTES;
    if (at >= end || bytes.getUint8(at) >> 4 !== 6) return NO_TUNNEL;
    layer.start = at;
    layer.type = EtherType.ipv6;
    return Tunnel.teredo;
  },
};
