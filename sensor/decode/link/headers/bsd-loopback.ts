/** BSD loopback (LINKTYPE_NULL): an address family in the byte order of the machine that captured. */
import { Fault } from '../../../../shared/counters.ts';
import { EtherType } from '../../layer.ts';
import { type Header, Next, notIp } from './header.ts';

const MAX_LENGTH = 1500;
const PPP_ADDRESS_AND_CONTROL = 0xff03;

/** AF_INET is 2 everywhere; AF_INET6 is 24, 28 or 30 among the BSDs. */
export function typeOfFamily(family: number): number {
  if (family === 2) return EtherType.ipv4;
  return family === 24 || family === 28 || family === 30 ? EtherType.ipv6 : notIp(0);
}

export const bsdLoopback: Header = (bytes, layer) => {
  if (layer.end - layer.start < 4) return Fault.truncatedLink;
  if (bytes.getUint16(layer.start) === PPP_ADDRESS_AND_CONTROL) {
    layer.type = Next.pppInHdlc;
    return Fault.none;
  }
  const family = smallest(bytes.getUint32(layer.start), bytes.getUint32(layer.start, true));
  layer.start += 4;
  // Some senders put an EtherType there.
  layer.type = family > MAX_LENGTH ? family & 0xffff : typeOfFamily(family);
  return Fault.none;
};

/** Families are small: the wrong order, and one of 16 bits in front of two zeros, give large numbers. */
function smallest(one: number, other: number): number {
  let family = Math.min(one, other);
  if (family > 0xffff) return 0;
  const swapped = ((family & 0xff) << 8) | (family >> 8);
  if ((family & 0xff) === 0 && swapped < 6) family = swapped;
  return family;
}
