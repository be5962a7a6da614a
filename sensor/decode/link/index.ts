/** The link types that are read. */
import { bsdLoopback } from './bsd-loopback.ts';
import { ethernet } from './ethernet.ts';
import type { LinkDecoder } from './link-decoder.ts';
import { linuxCooked, linuxCooked2 } from './linux-cooked.ts';
import { rawIp, rawIpv4, rawIpv6 } from './raw-ip.ts';

export const linkDecoders: readonly LinkDecoder[] = [
  ethernet,
  linuxCooked,
  linuxCooked2,
  rawIp,
  rawIpv4,
  rawIpv6,
  bsdLoopback,
];
