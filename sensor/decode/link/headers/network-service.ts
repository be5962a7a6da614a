/** Network Service Header (RFC 8300, EtherType 0x894f). */
import { Fault } from '../../../../shared/counters.ts';
import { Encapsulation, EtherType } from '../../layer.ts';
import { type Header, Next, notIp } from './header.ts';

export const NETWORK_SERVICE = 0x894f;
const MIN_BYTES = 8;

export const networkService: Header = (bytes, layer) => {
  if (layer.end - layer.start < MIN_BYTES) return Fault.truncatedLink;
  const headerBytes = (bytes.getUint8(layer.start + 1) & 0x3f) * 4;
  layer.type = notIp(NETWORK_SERVICE);
  if (headerBytes < MIN_BYTES) return Fault.none;
  if (layer.end - layer.start < headerBytes) return Fault.truncatedLink;
  const next = bytes.getUint8(layer.start + 3);
  layer.start += headerBytes;
  layer.encapsulations |= Encapsulation.switchTag;
  if (next === 1) layer.type = EtherType.ipv4;
  else if (next === 2) layer.type = EtherType.ipv6;
  else if (next === 3) layer.type = Next.ethernet;
  else if (next === 4) layer.type = NETWORK_SERVICE;
  else if (next === 5) layer.type = Next.mpls;
  return Fault.none;
};
