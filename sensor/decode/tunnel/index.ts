/** The tunnels that are looked into. */
import { geneve } from './geneve.ts';
import { gre } from './gre.ts';
import { gtpUser } from './gtp-user.ts';
import { icmpQuote } from './icmp-quote.ts';
import { ipInIp } from './ip-in-ip.ts';
import { l2tp } from './l2tp.ts';
import { teredo } from './teredo.ts';
import type { TunnelDecoder } from './tunnel-decoder.ts';
import { vxlan } from './vxlan.ts';

export const tunnelDecoders: readonly TunnelDecoder[] = [icmpQuote, ipInIp, gre, vxlan, geneve, gtpUser, l2tp, teredo];
