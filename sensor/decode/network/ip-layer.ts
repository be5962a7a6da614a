/** What an IP header says about where its packet lies. One object serves all packets, outer and inner. */
import type { Family } from '../../../shared/flow-batch.ts';
import type { Layer } from '../layer.ts';

export interface IpLayer extends Layer {
  /** Where the packet ended on the wire: beyond `end` when the capture cut it short. Only bytes before `end` may be read. */
  wireEnd: number;
  /** First byte of the IP header that was read last, and its family. */
  ipStart: number;
  family: Family;
  /** `Fragment` of that header. */
  fragment: number;
  /** Something else than the two addresses names the way's ends: a source route or routing header still underway, or a home address. */
  rerouted: boolean;
}

export const createIpLayer = (layer: Layer): IpLayer => ({
  ...layer,
  wireEnd: 0,
  ipStart: 0,
  family: 4,
  fragment: 0,
  rerouted: false,
});
