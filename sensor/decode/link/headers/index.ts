/** Which header reads what comes next: the list of what can stand between a link type's own header and IP. */
import { Fault } from '../../../../shared/counters.ts';
import { EtherType, type Layer } from '../../layer.ts';
import { bsdLoopback } from './bsd-loopback.ts';
import { innerEthernet } from './ethernet.ts';
import { frameRelay } from './frame-relay.ts';
import { countedNumber, type Header, Next } from './header.ts';
import { llc, networkLayerId, snap } from './llc.ts';
import { macsec } from './macsec.ts';
import { mpls } from './mpls.ts';
import { NETWORK_SERVICE, networkService } from './network-service.ts';
import { bridgedByPpp, ciscoHdlc, ppp, pppInHdlc } from './ppp.ts';
import { pppoe } from './pppoe.ts';
import { radiotap } from './radiotap.ts';
import { ipByVersion } from './raw-ip.ts';
import { ciscoMetaData, eTag, fabricPath, hsrTag, redundancyTag, trill, vnTag } from './switch-tags.ts';
import { serviceTag, vlanTag } from './vlan.ts';
import { wireless } from './wireless.ts';

/** Real packets have a handful; one of nothing but headers must not cost more. */
const MAX_HEADERS = 32;

const headers: ReadonlyMap<number, Header> = new Map<number, Header>([
  [EtherType.vlan, vlanTag],
  [EtherType.qinq, vlanTag],
  [EtherType.oldQinq, vlanTag],
  [0x9200, vlanTag],
  [0x88e7, serviceTag],
  [0x8847, mpls],
  [0x8848, mpls],
  [0x8864, pppoe],
  [0x6558, innerEthernet],
  [0x8870, llc],
  [0x8903, fabricPath],
  [0x22f3, trill],
  [0x8926, vnTag],
  [0x893f, eTag],
  [0x892f, hsrTag],
  [0xf1c1, redundancyTag],
  [0x8909, ciscoMetaData],
  [0x88e5, macsec],
  [NETWORK_SERVICE, networkService],
  [Next.llc, llc],
  [Next.ethernet, innerEthernet],
  [Next.ppp, ppp],
  [Next.pppInHdlc, pppInHdlc],
  [Next.bridgedByPpp, bridgedByPpp],
  [Next.ciscoHdlc, ciscoHdlc],
  [Next.frameRelay, frameRelay],
  [Next.mpls, mpls],
  [Next.networkLayerId, networkLayerId],
  [Next.snap, snap],
  [Next.wireless, wireless],
  [Next.radiotap, radiotap],
  [Next.bsdLoopback, bsdLoopback],
  [Next.ip, ipByVersion],
]);

/** Reads headers from `layer.type` on until what follows is IP or cannot be read; then `layer.type` is the EtherType or the number to count. */
export function follow(bytes: DataView, layer: Layer): Fault {
  if (layer.type === EtherType.ipv4 || layer.type === EtherType.ipv6) return Fault.none;
  for (let count = 0; ; count++) {
    const header = headers.get(layer.type);
    if (header === undefined) break;
    if (count === MAX_HEADERS) return Fault.tooDeep;
    const fault = header(bytes, layer);
    if (fault !== Fault.none) return fault;
    if (layer.start > layer.end) return Fault.truncatedLink;
  }
  layer.type = countedNumber(layer.type);
  return Fault.none;
}

/** The header of a link type, and all that follow. */
export function readFrom(header: Header): Header {
  return (bytes, layer) => {
    const fault = header(bytes, layer);
    return fault === Fault.none ? follow(bytes, layer) : fault;
  };
}
