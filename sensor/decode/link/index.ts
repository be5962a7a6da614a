/** The link types that are read. */
import { arcnet, arcnetOfLinux } from './arcnet.ts';
import { bsdLoopback, openBsdLoopback } from './bsd-loopback.ts';
import { endace } from './endace.ts';
import { ethernet } from './ethernet.ts';
import { firewire } from './firewire.ts';
import { frameRelay } from './frame-relay.ts';
import { atm, fddi, ipOverFibreChannel, sunAtm, tokenRing } from './ieee802.ts';
import { infiniband } from './infiniband.ts';
import { ipnet } from './ipnet.ts';
import { juniperCiscoHdlc, juniperEthernet, juniperFrameRelay, juniperPpp } from './juniper.ts';
import type { LinkDecoder } from './link-decoder.ts';
import { linuxCooked, linuxCooked2 } from './linux-cooked.ts';
import { nflog } from './nflog.ts';
import { enc, pflog } from './openbsd.ts';
import { perPacketInformation } from './per-packet-information.ts';
import { pktap } from './pktap.ts';
import { ciscoHdlc, ppp, pppOfPppd, pppoe, pppWithDirection } from './ppp.ts';
import { rawIp, rawIpv4, rawIpv6 } from './raw-ip.ts';
import { broadcomPrefix, broadcomTag, dsaTag, edsaTag } from './switch-ports.ts';
import { prismAndAvs, radiotap, wireless } from './wireless.ts';

const list: readonly LinkDecoder[] = [
  ethernet,
  linuxCooked,
  linuxCooked2,
  rawIp,
  rawIpv4,
  rawIpv6,
  bsdLoopback,
  openBsdLoopback,
  ppp,
  pppoe,
  pppWithDirection,
  pppOfPppd,
  ciscoHdlc,
  frameRelay,
  wireless,
  radiotap,
  prismAndAvs,
  perPacketInformation,
  nflog,
  pktap,
  ipnet,
  pflog,
  enc,
  atm,
  sunAtm,
  tokenRing,
  fddi,
  ipOverFibreChannel,
  arcnet,
  arcnetOfLinux,
  firewire,
  broadcomTag,
  broadcomPrefix,
  dsaTag,
  edsaTag,
  juniperEthernet,
  juniperPpp,
  juniperFrameRelay,
  juniperCiscoHdlc,
  endace,
  infiniband,
];

/** Every packet begins without encapsulations, whatever the one before it had. */
const startingAfresh = (decoder: LinkDecoder): LinkDecoder => ({
  ...decoder,
  decode(bytes, layer) {
    layer.encapsulations = 0;
    return decoder.decode(bytes, layer);
  },
});

export const linkDecoders: readonly LinkDecoder[] = list.map(startingAfresh);
