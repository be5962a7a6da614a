import type { Fault } from '../../../shared/counters.ts';
import type { Layer } from '../layer.ts';

/** One link-layer header type: moves `layer` past its header and sets `layer.type` to the EtherType of what follows. */
export interface LinkDecoder {
  readonly name: string;
  /** Numbers of https://www.tcpdump.org/linktypes.html, and those that libpcap uses in their place on some systems. */
  readonly linkTypes: readonly number[];
  decode(bytes: DataView, layer: Layer): Fault;
}
