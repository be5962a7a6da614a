/** The rules there are. */
import type { PacketBatch } from '../../shared/packet-batch.ts';
import type { Fingerprint } from './fingerprint.ts';
import { irregularSyn } from './irregular-syn.ts';
import { masscanTcp } from './masscan.ts';
import { mirai } from './mirai.ts';
import { nmapOs } from './nmap-os.ts';
import { unicornscanMd5 } from './unicornscan-md5.ts';
import { zmapTcp } from './zmap.ts';
import { zmapLegacyTcp, zmapLegacyUdp } from './zmap-legacy.ts';

export const fingerprints: readonly Fingerprint[] = [
  zmapLegacyTcp,
  zmapLegacyUdp,
  zmapTcp,
  masscanTcp,
  mirai,
  nmapOs,
  unicornscanMd5,
  irregularSyn,
];

/** All rules over the IPv4 packets of a batch of records, of which `bytes` is the view. */
export function matchFingerprints(ipv4: PacketBatch, bytes: DataView): void {
  for (const rule of fingerprints) rule.match(ipv4, bytes);
}
