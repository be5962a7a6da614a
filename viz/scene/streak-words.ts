/**
 * What the graphics card is told of a streak: eight words, from which the shaders of every view compute where it flies and
 * what it looks like. The layout stands here and in shaders/streak.ts, and nowhere else.
 *
 *   0 launch (float, seconds after the ring's base)   4 target slot, country
 *   1 latitude, longitude (16-bit steps)              5 tags 0–23, sensor
 *   2 source (IPv6: its first word)                   6 class 3 bits, weight 4, unknown place 1, IPv6 1, protocol 8,
 *                                                     radiation 4
 *   3 source port, target port                        7 target (IPv4; 0 for IPv6 and for those who may not see it)
 */
import { TrafficClass } from '../../shared/protocols.ts';

export const STREAK_WORDS = 8;
export const MOST_SENSORS = 256;

const CLASSES = 8;
const RADIATIONS = 16;
const MOST_WEIGHT = 15;
const UNKNOWN_PLACE = 1 << 7;
const IPV6 = 1 << 8;

export interface StreakLook {
  readonly trafficClass: number;
  readonly weight: number;
  readonly unknownPlace: boolean;
  readonly isIpv6: boolean;
  readonly protocol: number;
  readonly radiation: number;
}

/** How heavy a flow is drawn: 0 for one packet, one more for each doubling, at most 15. */
export function packetWeight(packets: number): number {
  return Math.min(MOST_WEIGHT, 31 - Math.clz32(Math.max(1, packets)));
}

export function packLook(
  trafficClass: number,
  weight: number,
  unknownPlace: boolean,
  isIpv6: boolean,
  protocol: number,
  radiation: number,
): number {
  const known = trafficClass > 0 && trafficClass < CLASSES ? trafficClass : TrafficClass.other;
  const named = radiation < RADIATIONS ? radiation : 0;
  return (
    known | (weight << 3) | (unknownPlace ? UNKNOWN_PLACE : 0) | (isIpv6 ? IPV6 : 0) | (protocol << 9) | (named << 17)
  );
}

export function unpackLook(word: number): StreakLook {
  return {
    trafficClass: word & 7,
    weight: (word >> 3) & 15,
    unknownPlace: hasUnknownPlace(word),
    isIpv6: isIpv6(word),
    protocol: (word >> 9) & 0xff,
    radiation: radiationOf(word),
  };
}

export const hasUnknownPlace = (look: number) => (look & UNKNOWN_PLACE) !== 0;
export const radiationOf = (look: number) => (look >> 17) & 15;
export const isIpv6 = (look: number) => (look & IPV6) !== 0;

export function packPair(high: number, low: number): number {
  return ((high & 0xffff) << 16) | (low & 0xffff);
}
