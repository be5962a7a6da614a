/** Seeded, plausible darknet traffic for the page: the same seed makes the same flows. */
import { TrafficClass } from '../../shared/protocols.ts';
import { createStreakBatch, DEGREE_STEPS, PlaceKind, type StreakBatch } from '../../shared/wire/streaks.ts';

export interface FakeCountry {
  code: string;
  latitude: number;
  longitude: number;
  weight: number;
  /** How far sources lie around the middle, in degrees. */
  spread: number;
}

const country = (code: string, latitude: number, longitude: number, weight: number, spread: number): FakeCountry => ({
  code,
  latitude,
  longitude,
  weight,
  spread,
});

export const fakeCountries: readonly FakeCountry[] = [
  country('CN', 33, 110, 24, 9),
  country('US', 39, -96, 17, 13),
  country('RU', 57, 60, 8, 16),
  country('IN', 22, 79, 8, 6),
  country('BR', -12, -50, 6, 9),
  country('VN', 16, 107, 5, 3),
  country('NL', 52.3, 5.3, 5, 1),
  country('DE', 51, 10, 4, 2.5),
  country('KR', 36.5, 128, 4, 1),
  country('TW', 23.8, 121, 3, 0.8),
  country('IR', 33, 53, 3, 4),
  country('ID', -3, 115, 3, 7),
  country('GB', 53, -1.5, 2, 2),
  country('UA', 49, 31, 2, 3),
  country('TR', 39, 35, 2, 3),
  country('SG', 1.35, 103.8, 2, 0.2),
  country('BG', 42.7, 25.4, 2, 1),
  country('ZA', -29, 25, 1, 4),
  country('EG', 27, 30, 1, 3),
  country('AR', -35, -64, 1, 6),
  country('MX', 23, -102, 1, 4),
  country('AU', -26, 134, 1, 8),
  country('NG', 9, 8, 1, 3),
  country('PK', 30, 70, 1, 3),
  country('', 0, 0, 4, 0),
];

const targets: readonly [trafficClass: number, protocol: number, port: number, weight: number][] = [
  [TrafficClass.tcpSyn, 6, 23, 22],
  [TrafficClass.tcpSyn, 6, 22, 10],
  [TrafficClass.tcpSyn, 6, 445, 8],
  [TrafficClass.tcpSyn, 6, 8080, 7],
  [TrafficClass.tcpSyn, 6, 3389, 5],
  [TrafficClass.tcpSyn, 6, 6379, 4],
  [TrafficClass.tcpSyn, 6, 443, 4],
  [TrafficClass.udp, 17, 5060, 7],
  [TrafficClass.udp, 17, 123, 5],
  [TrafficClass.udp, 17, 53, 4],
  [TrafficClass.tcpSynAck, 6, 41_022, 7],
  [TrafficClass.tcpRst, 6, 52_011, 4],
  [TrafficClass.tcpOther, 6, 60_102, 3],
  [TrafficClass.icmp, 1, 8, 5],
  [TrafficClass.other, 47, 0, 1],
];

/** mulberry32: small, seeded, good enough for pictures. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function pick<T>(items: readonly T[], weightOf: (item: T) => number, chance: number): T {
  let left = chance * items.reduce((sum, item) => sum + weightOf(item), 0);
  for (const item of items) {
    left -= weightOf(item);
    if (left < 0) return item;
  }
  return items[items.length - 1]!;
}

/** Flows of the span [from, to), `sensorIds` in turn. */
export function fakeBatch(
  random: () => number,
  rows: number,
  from: number,
  to: number,
  sensorIds: number[],
): StreakBatch {
  const batch = createStreakBatch(4, rows);
  batch.length = rows;
  for (let row = 0; row < rows; row++) {
    const source = pick(fakeCountries, ({ weight }) => weight, random());
    const [trafficClass, protocol, port] = pick(targets, (target) => target[3], random());
    const bell = () => random() + random() + random() - 1.5;
    batch.time[row] = from + ((to - from) * row) / rows;
    batch.source[row] = Math.floor(random() * 0xffff_ffff);
    batch.packets[row] = Math.ceil(1 + random() ** 12 * 40);
    batch.latitude[row] = Math.round((source.latitude + bell() * source.spread) * DEGREE_STEPS);
    batch.longitude[row] = Math.round((source.longitude + bell() * source.spread * 1.3) * DEGREE_STEPS);
    batch.sourcePort[row] = protocol === 1 ? 8 : 1024 + Math.floor(random() * 64_511);
    batch.targetPort[row] = port;
    batch.targetSlot[row] = Math.floor(random() * 65_536);
    batch.country[row] = source.code === '' ? 0 : (source.code.charCodeAt(0) << 8) | source.code.charCodeAt(1);
    batch.sensor[row] = sensorIds[Math.floor(random() ** 2 * sensorIds.length)]!;
    batch.protocol[row] = protocol;
    batch.class[row] = trafficClass;
    batch.place[row] = source.code === '' ? PlaceKind.unknown : PlaceKind.country;
  }
  return batch;
}
