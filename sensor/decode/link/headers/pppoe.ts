/** PPP over Ethernet, session stage (RFC 2516): six bytes, then PPP from its protocol on. */
import { Fault } from '../../../../shared/counters.ts';
import { Encapsulation } from '../../layer.ts';
import { type Header, Next } from './header.ts';

const HEADER_BYTES = 6;

export const pppoe: Header = (bytes, layer) => {
  if (layer.end - layer.start < HEADER_BYTES) return Fault.truncatedLink;
  layer.encapsulations |= Encapsulation.pppoe;
  const payloadBytes = bytes.getUint16(layer.start + 4);
  layer.start += HEADER_BYTES;
  // Ethernet pads short frames.
  layer.end = Math.min(layer.end, layer.start + payloadBytes);
  layer.type = Next.ppp;
  return Fault.none;
};
