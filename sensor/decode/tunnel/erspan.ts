/** ERSPAN: mirrored Ethernet frames in GRE (draft-foschiano-erspan). Type I has no header, II has 8 bytes, III has 12 and maybe 8 more. */
import { Tunnel } from '../../../shared/tunnels.ts';
import type { IpLayer } from '../network/ip-layer.ts';
import { enterEthernet } from './inner-link.ts';
import { type Found, NO_TUNNEL } from './tunnel-decoder.ts';

/** Types I and II, and type III. */
export const ETHER_TYPE_ERSPAN = 0x88be;
export const ETHER_TYPE_ERSPAN3 = 0x22eb;
const TYPE2_BYTES = 8;
const TYPE3_BYTES = 12;
const SUBHEADER_BYTES = 8;

/** Types I and II share a number: only II has a sequence number in the GRE header. */
export function enterErspan(bytes: DataView, layer: IpLayer, type: number, hasSequence: boolean): Found {
  const { start, end } = layer;
  if (type === ETHER_TYPE_ERSPAN && !hasSequence) return enterEthernet(bytes, layer, Tunnel.erspan);
  const headerBytes = type === ETHER_TYPE_ERSPAN ? TYPE2_BYTES : TYPE3_BYTES;
  if (end - start < headerBytes) return NO_TUNNEL;
  const version = bytes.getUint8(start) >> 4;
  if (version !== (type === ETHER_TYPE_ERSPAN ? 1 : 2)) return NO_TUNNEL;
  layer.start = start + headerBytes;
  if (headerBytes === TYPE3_BYTES && (bytes.getUint8(start + 11) & 1) !== 0) layer.start += SUBHEADER_BYTES;
  return layer.start > end ? NO_TUNNEL : enterEthernet(bytes, layer, Tunnel.erspan);
}
