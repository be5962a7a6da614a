/** Geneve (RFC 8926): options are stepped over. */
import { Tunnel } from '../../../shared/tunnels.ts';
import { EtherType } from '../layer.ts';
import { ETHER_TYPE_BRIDGED, enterEthernet } from './inner-link.ts';
import { NO_TUNNEL, type TunnelDecoder } from './tunnel-decoder.ts';

const HEADER_BYTES = 8;

export const geneve: TunnelDecoder = {
  name: 'Geneve',
  ports: [6081],
  decode(bytes, layer) {
    const { start, end } = layer;
    if (end - start < HEADER_BYTES) return NO_TUNNEL;
    const versionAndLength = bytes.getUint8(start);
    const reserved = (bytes.getUint8(start + 1) & 0x3f) | bytes.getUint8(start + 7);
    if (versionAndLength >> 6 !== 0 || reserved !== 0) return NO_TUNNEL;
    layer.start = start + HEADER_BYTES + (versionAndLength & 0x3f) * 4;
    if (layer.start > end) return NO_TUNNEL;
    const type = bytes.getUint16(start + 2);
    if (type === ETHER_TYPE_BRIDGED) return enterEthernet(bytes, layer, Tunnel.geneve);
    if (type !== EtherType.ipv4 && type !== EtherType.ipv6) return NO_TUNNEL;
    layer.type = type;
    return Tunnel.geneve;
  },
};
