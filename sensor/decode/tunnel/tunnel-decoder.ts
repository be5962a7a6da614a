import type { Tunnel } from '../../../shared/tunnels.ts';
import type { IpLayer } from '../network/ip-layer.ts';

/** What `decode` returns where there is no such tunnel, and where more headers are nested than any real packet has. */
export const NO_TUNNEL = 0;
export const TOO_DEEP = -1;
export type Found = Tunnel | typeof NO_TUNNEL | typeof TOO_DEEP;

/** One way in which an IP packet lies inside another. */
export interface TunnelDecoder {
  readonly name: string;
  /** IP protocols that announce it. */
  readonly protocols?: readonly number[];
  /** UDP ports at which it is found, of either side, the target's first. Then what is inside must also fit into the datagram. */
  readonly ports?: readonly number[];
  /**
   * `layer` stands at the tunnel's own header: after the IP header, or after that of UDP. Moves it to what the tunnel
   * carries, and sets `layer.type` to its EtherType. A port alone proves nothing: bits that are fixed must agree.
   */
  decode(bytes: DataView, layer: IpLayer): Found;
}
