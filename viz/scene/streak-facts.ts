/** What is known of one streak: told to whoever points at it. */
import { formatAddress, formatIpv4, formatIpv6 } from '../../shared/address.ts';
import { Tag, type TagName, tagNames } from '../../shared/tags.ts';
import { countryOfKey } from './streak-colours.ts';
import type { StreakRing } from './streak-ring.ts';
import { STREAK_WORDS, unpackLook } from './streak-words.ts';

export interface StreakFacts {
  readonly source: string;
  /** First 32 bits of the source: what pins all its streaks. */
  readonly sourceWord: number;
  /** Two letters, empty for unknown. */
  readonly country: string;
  /** Number of the network, 0 for unknown. */
  readonly asn: number;
  readonly protocol: number;
  readonly trafficClass: number;
  /** Class of shared/radiation.ts, 0 for unknown. */
  readonly radiation: number;
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly targetSlot: number;
  /** Null for those who may not see it. */
  readonly target: string | null;
  readonly packets: number;
  readonly capturedSeconds: number;
  readonly rules: readonly TagName[];
}

export function factsOf(ring: StreakRing, slot: number): StreakFacts {
  const at = slot * STREAK_WORDS;
  const { words } = ring;
  const look = unpackLook(words[at + 6]!);
  const family = look.isIpv6 ? 6 : 4;
  const tags = words[at + 5]! >>> 8;
  return {
    source: formatAddress(family, ring.source.subarray(slot * 4, slot * 4 + 4), 0),
    sourceWord: words[at + 2]!,
    country: countryOfKey(words[at + 4]! & 0xffff),
    asn: ring.asn[slot]!,
    protocol: look.protocol,
    trafficClass: look.trafficClass,
    radiation: look.radiation,
    sourcePort: words[at + 3]! >>> 16,
    targetPort: words[at + 3]! & 0xffff,
    targetSlot: words[at + 4]! >>> 16,
    target: look.isIpv6 ? target6(ring, slot) : words[at + 7] === 0 ? null : formatIpv4(words[at + 7]!),
    packets: ring.packets[slot]!,
    capturedSeconds: ring.captured[slot]!,
    rules: tagNames.filter((name) => (tags & (1 << Tag[name])) !== 0),
  };
}

function target6({ targets6 }: StreakRing, slot: number): string | null {
  const words = targets6?.subarray(slot * 4, slot * 4 + 4);
  return words?.some((word) => word !== 0) ? formatIpv6(words) : null;
}
