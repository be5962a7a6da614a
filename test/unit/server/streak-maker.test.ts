import { describe, expect, test } from 'vitest';
import { countryNumber } from '../../../server/enrich/country.ts';
import { SourcePlaces } from '../../../server/enrich/source-places.ts';
import { TargetSlots } from '../../../server/enrich/target-slots.ts';
import { makeStreaks, sampleStreaks } from '../../../server/live/streak-maker.ts';
import { parseIpv4, parseIpv6 } from '../../../shared/address.ts';
import type { Family } from '../../../shared/flow-batch.ts';
import { createStreakBatch, PlaceKind, type StreakBatch } from '../../../shared/wire/streaks.ts';
import { flowBatch, NOON_SECONDS } from '../../support/commits.ts';

const slots = new TargetSlots(new Uint8Array(32), ['198.51.100.0/24']);
const places = new SourcePlaces(new Map([[countryNumber('JP'), { latitude: 36, longitude: 138, radius: 1 }]]));

describe('makeStreaks', () => {
  test('a flow as viewers may see it', () => {
    const flows = flowBatch(4, [
      {
        source: '1.2.3.4',
        seconds: NOON_SECONDS + 0.25,
        packets: 9,
        country: 'JP',
        asn: 4_200_000_001,
        targetPort: 2323,
      },
      { source: '5.6.7.8', packets: 1 },
    ]);
    flows.tagsLow[0] = 8;
    const streaks = makeStreaks(flows, slots, places);
    expect(streaks).toMatchObject({ family: 4, length: 2 });
    const first = Object.fromEntries(
      Object.entries(streaks).map(([name, column]) => [
        name,
        ArrayBuffer.isView(column) ? (column as Uint32Array)[0] : column,
      ]),
    );
    expect(first).toMatchObject({
      time: NOON_SECONDS + 0.25,
      source: parseIpv4('1.2.3.4'),
      packets: 9,
      tagsLow: 8,
      targetPort: 2323,
      sourcePort: 40_000,
      targetSlot: slots.of(flows, 0),
      country: countryNumber('JP'),
      asn: 4_200_000_001,
      sensor: 1,
      protocol: 6,
      tcpFlags: 2,
      class: 1,
      place: PlaceKind.country,
    });
    expect([streaks.packets[1], streaks.place[1], streaks.source[1]]).toEqual([
      1,
      PlaceKind.unknown,
      parseIpv4('5.6.7.8'),
    ]);
  });

  test('IPv6 sources have four words each', () => {
    const streaks = makeStreaks(flowBatch(6, [{ source: '2001:db8::1' }, { source: '2001:db8::2' }]), slots, places);
    expect([...streaks.source]).toEqual([...parseIpv6('2001:db8::1')!, ...parseIpv6('2001:db8::2')!]);
  });

  test('nothing of a target is in them', () => {
    const secret = '198.51.100.77';
    const target = parseIpv4(secret)!;
    const streaks = makeStreaks(flowBatch(4, [{ target: secret }]), slots, places);
    for (const [name, column] of Object.entries(streaks)) {
      if (!ArrayBuffer.isView(column)) continue;
      expect([...(column as Uint32Array)], name).not.toContain(target);
    }
  });
});

/** Row numbers stand in every column. */
function numbered(family: Family, rows: number): StreakBatch {
  const batch = createStreakBatch(family, rows);
  batch.length = rows;
  for (let row = 0; row < rows; row++) {
    batch.time[row] = row;
    batch.packets[row] = row;
    batch.asn[row] = row;
    batch.targetSlot[row] = row;
    batch.latitude[row] = row;
    batch.place[row] = row;
    for (let word = 0, words = batch.source.length / rows; word < words; word++)
      batch.source[row * words + word] = row * 10 + word;
  }
  return batch;
}

describe('sampleStreaks', () => {
  test.for([
    { rows: 100, count: 0 },
    { rows: 100, count: 1 },
    { rows: 100, count: 37 },
    { rows: 100, count: 99 },
    { rows: 100, count: 100 },
    { rows: 3, count: 10 },
    { rows: 0, count: 5 },
  ])('$count of $rows rows: exactly so many, in their order', ({ rows, count }) => {
    for (let round = 0; round < 20; round++) {
      const sample = sampleStreaks(numbered(4, rows), count);
      const times = [...sample.time.subarray(0, sample.length)];
      expect(sample.length).toBe(Math.min(rows, count));
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    }
  });

  test.for([0, 0.999_999])('also when chance is always %d', (chance) => {
    expect(sampleStreaks(numbered(4, 50), 20, () => chance).length).toBe(20);
  });

  test.for([4, 6] as const)('a row of IPv%i keeps all its columns', (family) => {
    const sample = sampleStreaks(numbered(family, 100), 30);
    const words = family === 4 ? 1 : 4;
    for (let row = 0; row < sample.length; row++) {
      const number = sample.time[row]!;
      expect([
        sample.packets[row],
        sample.targetSlot[row],
        sample.latitude[row],
        sample.place[row],
        sample.asn[row],
      ]).toEqual([number, number, number, number, number]);
      for (let word = 0; word < words; word++) expect(sample.source[row * words + word]).toBe(number * 10 + word);
    }
  });

  test('every row has the same chance', () => {
    const rows = 50;
    const rounds = 4_000;
    const taken = new Array<number>(rows).fill(0);
    const batch = numbered(4, rows);
    for (let round = 0; round < rounds; round++) {
      for (const time of sampleStreaks(batch, 10).time) taken[time]! += 1;
    }
    // 800 each in the mean; six standard deviations of a binomial.
    const bound = 6 * Math.sqrt(rounds * 0.2 * 0.8);
    for (const [row, count] of taken.entries())
      expect(Math.abs(count - rounds * 0.2), `row ${row}`).toBeLessThan(bound);
  });
});
