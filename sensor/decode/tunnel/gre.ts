/** GRE: version 0 (RFC 2784, 2890), version 1 as PPTP has it (RFC 2637), and ERSPAN in it. */
import { IpProtocol } from '../../../shared/protocols.ts';
import { Tunnel } from '../../../shared/tunnels.ts';
import { EtherType } from '../layer.ts';
import type { IpLayer } from '../network/ip-layer.ts';
import { ETHER_TYPE_ERSPAN, ETHER_TYPE_ERSPAN3, enterErspan } from './erspan.ts';
import { ETHER_TYPE_BRIDGED, enterEthernet, enterPpp } from './inner-link.ts';
import { type Found, NO_TUNNEL, type TunnelDecoder } from './tunnel-decoder.ts';

const CHECKSUM = 0x8000;
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
const ACKNOWLEDGE = 0x0080;
const VERSION = 0x0007;
const ETHER_TYPE_PPP = 0x880b;
const BASE_BYTES = 4;

export const gre: TunnelDecoder = {
  name: 'GRE',
  protocols: [IpProtocol.gre],
  decode(bytes, layer) {
    const { start, end } = layer;
    if (end - start < BASE_BYTES) return NO_TUNNEL;
    const flags = bytes.getUint16(start);
    const type = bytes.getUint16(start + 2);
    layer.start = start + BASE_BYTES + optionalBytes(flags);
    if (layer.start > end) return NO_TUNNEL;
    if ((flags & VERSION) === 1) return type === ETHER_TYPE_PPP ? enterPpp(bytes, layer, Tunnel.gre) : NO_TUNNEL;
    // Source routes (RFC 1701) were given up long ago: nobody sends them but to confuse.
    if ((flags & VERSION) !== 0 || (flags & ROUTING) !== 0) return NO_TUNNEL;
    return enterPayload(bytes, layer, flags, type);
  },
};

/** Each of the optional fields takes four bytes; the acknowledgement is one in version 1 only. */
function optionalBytes(flags: number): number {
  let bytes = 0;
  if ((flags & CHECKSUM) !== 0) bytes += 4;
  if ((flags & KEY) !== 0) bytes += 4;
  if ((flags & SEQUENCE) !== 0) bytes += 4;
  if ((flags & VERSION) === 1 && (flags & ACKNOWLEDGE) !== 0) bytes += 4;
  return bytes;
}

function enterPayload(bytes: DataView, layer: IpLayer, flags: number, type: number): Found {
  switch (type) {
    case EtherType.ipv4:
    case EtherType.ipv6:
      layer.type = type;
      return Tunnel.gre;
    case ETHER_TYPE_BRIDGED:
      return enterEthernet(bytes, layer, Tunnel.gre);
    case ETHER_TYPE_ERSPAN:
    case ETHER_TYPE_ERSPAN3:
      return enterErspan(bytes, layer, type, (flags & SEQUENCE) !== 0);
    default:
      return NO_TUNNEL;
  }
}
