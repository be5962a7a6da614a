/** What a tunnel carries, or an ICMP error quotes: the first IP header inside the outermost, in the `inner…` columns. */
import { Fault } from '../../../shared/counters.ts';
import { Fragment, type PacketBatch } from '../../../shared/packet-batch.ts';
import { IpProtocol } from '../../../shared/protocols.ts';
import { EtherType } from '../layer.ts';
import type { IpLayer } from '../network/ip-layer.ts';
import { readIpv4 } from '../network/ipv4.ts';
import { readIpv6 } from '../network/ipv6.ts';
import { tunnelDecoders } from './index.ts';
import { putInner } from './inner.ts';
import { NO_TUNNEL, TOO_DEEP, type TunnelDecoder } from './tunnel-decoder.ts';

const UDP_HEADER_BYTES = 8;
const MAX_PACKET_BYTES = 65_535;

/** Index + 1 into the list, by IP protocol and by UDP port: ordinary packets pay for one look at a small table. */
const byProtocol = new Uint8Array(256);
const byPort = new Uint8Array(65_536);
tunnelDecoders.forEach(({ protocols = [], ports = [] }, index) => {
  for (const protocol of protocols) byProtocol[protocol] = index + 1;
  for (const port of ports) byPort[port] = index + 1;
});

/** Whether datagrams of this UDP port are looked into. */
export function isTunnelPort(port: number): boolean {
  return byPort[port] !== 0;
}

/** Fills `tunnel` and the inner columns of `row`. `layer` stands after the outermost IP header, and is void afterwards. */
export function decodeTunnel(bytes: DataView, layer: IpLayer, batch: PacketBatch, row: number): Fault {
  batch.tunnel[row] = NO_TUNNEL;
  let index = byProtocol[layer.type]!;
  if (layer.type === IpProtocol.udp) index = byPort[batch.targetPort[row]!]! || byPort[batch.sourcePort[row]!]!;
  if (index === 0 || layer.fragment === Fragment.later) return Fault.none;
  // What a first fragment carries goes on in later ones: lengths reach beyond its end.
  if (layer.fragment === Fragment.first) layer.wireEnd = layer.start + MAX_PACKET_BYTES;
  if (layer.type === IpProtocol.udp && !enterUdp(bytes, layer)) return Fault.none;
  return lookInto(tunnelDecoders[index - 1]!, bytes, layer, batch, row);
}

/** Moves `layer` to what a UDP datagram carries. False when its length is a lie. */
function enterUdp(bytes: DataView, layer: IpLayer): boolean {
  const { start, end, wireEnd } = layer;
  if (end - start < UDP_HEADER_BYTES) return false;
  // 0 is a jumbogram, or a datagram that the network card cut up later.
  const length = bytes.getUint16(start + 4) || wireEnd - start;
  if (length < UDP_HEADER_BYTES || length > wireEnd - start) return false;
  layer.start = start + UDP_HEADER_BYTES;
  layer.end = Math.min(end, start + length);
  layer.wireEnd = start + length;
  return true;
}

function lookInto(decoder: TunnelDecoder, bytes: DataView, layer: IpLayer, batch: PacketBatch, row: number): Fault {
  const tunnel = decoder.decode(bytes, layer);
  if (tunnel === TOO_DEEP) return Fault.tooDeep;
  if (tunnel === NO_TUNNEL) return Fault.none;
  const isIpv6 = layer.type === EtherType.ipv6;
  if (!isIpv6 && layer.type !== EtherType.ipv4) return Fault.none;
  const wireBytes = layer.wireEnd - layer.start;
  const fault = isIpv6 ? readIpv6(bytes, layer) : readIpv4(bytes, layer);
  if (fault !== Fault.none && fault !== Fault.badExtension) return Fault.none;
  if (decoder.ports !== undefined && innerBytes(bytes, layer) > wireBytes) return Fault.none;
  batch.tunnel[row] = tunnel;
  putInner(bytes, layer, batch, row);
  return Fault.none;
}

/** Bytes of the inner packet as its header says. At a port that anyone may use, one that says more than is there is none. */
function innerBytes(bytes: DataView, { family, ipStart }: IpLayer): number {
  return family === 4 ? bytes.getUint16(ipStart + 2) : bytes.getUint16(ipStart + 4) + 40;
}
