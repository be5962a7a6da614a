/** Packets that begin with their IP header: the version is in its first four bits. */
import { Fault } from '../../../../shared/counters.ts';
import { EtherType } from '../../layer.ts';
import type { Header } from './header.ts';

/** What is neither 4 nor 6 is told by the decoder of IPv4. */
export const ipByVersion: Header = (bytes, layer) => {
  if (layer.end === layer.start) return Fault.truncatedLink;
  layer.type = bytes.getUint8(layer.start) >> 4 === 6 ? EtherType.ipv6 : EtherType.ipv4;
  return Fault.none;
};
