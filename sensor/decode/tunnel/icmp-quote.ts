/** ICMP (RFC 792) and ICMPv6 (RFC 4443) errors quote the packet that caused them, or its beginning. */
import { IpProtocol } from '../../../shared/protocols.ts';
import { Tunnel } from '../../../shared/tunnels.ts';
import { EtherType } from '../layer.ts';
import { NO_TUNNEL, type TunnelDecoder } from './tunnel-decoder.ts';

const HEADER_BYTES = 8;

export const icmpQuote: TunnelDecoder = {
  name: 'ICMP error',
  protocols: [IpProtocol.icmp, IpProtocol.icmpv6],
  decode(bytes, layer) {
    const { start, end } = layer;
    if (end - start < HEADER_BYTES) return NO_TUNNEL;
    const type = bytes.getUint8(start);
    const isIcmp = layer.type === IpProtocol.icmp;
    if (!(isIcmp ? isIcmpError(type) : isIcmpv6Error(type))) return NO_TUNNEL;
    layer.start = start + HEADER_BYTES;
    layer.type = isIcmp ? EtherType.ipv4 : EtherType.ipv6;
    return Tunnel.icmpQuote;
  },
};

/** Unreachable, source quench, redirect, time exceeded, parameter problem. */
export function isIcmpError(type: number): boolean {
  return type === 3 || type === 4 || type === 5 || type === 11 || type === 12;
}

/** Unreachable, too big, time exceeded, parameter problem. */
function isIcmpv6Error(type: number): boolean {
  return type >= 1 && type <= 4;
}
