/** IP straight in IP: IPv4 in IPv4 (RFC 2003), IPv6 in IPv4 (RFC 4213), either in IPv6 (RFC 2473). */
import { Tunnel } from '../../../shared/tunnels.ts';
import { EtherType } from '../layer.ts';
import type { TunnelDecoder } from './tunnel-decoder.ts';

const IPV4 = 4;
const IPV6 = 41;

export const ipInIp: TunnelDecoder = {
  name: 'IP in IP',
  protocols: [IPV4, IPV6],
  decode(_bytes, layer) {
    const carriesIpv4 = layer.type === IPV4;
    layer.type = carriesIpv4 ? EtherType.ipv4 : EtherType.ipv6;
    if (layer.family === 4) return carriesIpv4 ? Tunnel.ipip : Tunnel['6in4'];
    return carriesIpv4 ? Tunnel['4in6'] : Tunnel['6in6'];
  },
};
