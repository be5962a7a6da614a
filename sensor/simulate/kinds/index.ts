/** The kinds of actors that there are. */
import type { ActorKind } from '../kind.ts';
import { background } from './background.ts';
import { backscatter } from './backscatter.ts';
import { bogon } from './bogon.ts';
import { echoSweep } from './echo-sweep.ts';
import { exploit } from './exploit.ts';
import { ipv6Scanner } from './ipv6-scanner.ts';
import { masscan } from './masscan.ts';
import { mirai } from './mirai.ts';
import { misconfiguration } from './misconfiguration.ts';
import { nmap } from './nmap.ts';
import { research } from './research.ts';
import { slow } from './slow.ts';
import { udpProbe } from './udp-probe.ts';
import { zmap } from './zmap.ts';

export const actorKinds: readonly ActorKind[] = [
  background,
  zmap,
  masscan,
  mirai,
  nmap,
  slow,
  research,
  echoSweep,
  ipv6Scanner,
  backscatter,
  udpProbe,
  exploit,
  misconfiguration,
  bogon,
];
