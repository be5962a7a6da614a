/** The rules there are. */
import type { Fingerprint } from './fingerprint.ts';
import { masscanTcp } from './masscan.ts';
import { mirai } from './mirai.ts';
import { zmapLegacyTcp, zmapLegacyUdp } from './zmap-legacy.ts';

export const fingerprints: readonly Fingerprint[] = [zmapLegacyTcp, zmapLegacyUdp, masscanTcp, mirai];
