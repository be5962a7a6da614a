/** Link layers inside of tunnels. Each sets `layer.type` to the EtherType of what follows. */
import { Fault } from '../../../shared/counters.ts';
import type { Tunnel } from '../../../shared/tunnels.ts';
import { EtherType } from '../layer.ts';
import { ethernet } from '../link/ethernet.ts';
import type { IpLayer } from '../network/ip-layer.ts';
import { type Found, NO_TUNNEL, TOO_DEEP } from './tunnel-decoder.ts';

/** Transparent Ethernet bridging (RFC 1701 and its list of protocol types). */
export const ETHER_TYPE_BRIDGED = 0x6558;

/** An Ethernet frame, with what lies between it and IP. */
export function enterEthernet(bytes: DataView, layer: IpLayer, tunnel: Tunnel): Found {
  const fault = ethernet.decode(bytes, layer);
  if (fault === Fault.tooDeep) return TOO_DEEP;
  return fault === Fault.none ? tunnel : NO_TUNNEL;
}

/** PPP (RFC 1661, 1662): address and control may be left out, and the protocol be one byte. */
export function enterPpp(bytes: DataView, layer: IpLayer, tunnel: Tunnel): Found {
  const { end } = layer;
  let at = layer.start;
  if (end - at >= 2 && bytes.getUint16(at) === 0xff03) at += 2;
  if (at >= end) return NO_TUNNEL;
  let protocol = bytes.getUint8(at++);
  // An odd byte ends the number; a leading one is even.
  if ((protocol & 1) === 0) {
    if (at >= end) return NO_TUNNEL;
    protocol = (protocol << 8) | bytes.getUint8(at++);
  }
  if (protocol !== 0x21 && protocol !== 0x57) return NO_TUNNEL;
  layer.type = protocol === 0x21 ? EtherType.ipv4 : EtherType.ipv6;
  layer.start = at;
  return tunnel;
}

/** What begins with an IP header, told by its version. */
export function enterIp(bytes: DataView, layer: IpLayer, tunnel: Tunnel): Found {
  if (layer.start >= layer.end) return NO_TUNNEL;
  const version = bytes.getUint8(layer.start) >> 4;
  if (version !== 4 && version !== 6) return NO_TUNNEL;
  layer.type = version === 4 ? EtherType.ipv4 : EtherType.ipv6;
  return tunnel;
}
