/** Flows as viewers may see them: a place for the source, a slot for the target, nothing that gives the darknet away. */
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { createStreakBatch, type StreakBatch } from '../../shared/wire/streaks.ts';
import type { KeyedSlots } from '../enrich/keyed-slots.ts';
import type { SourcePlaces } from '../enrich/source-places.ts';

export function makeStreaks(flows: FlowBatch, slots: KeyedSlots, places: SourcePlaces): StreakBatch {
  const streaks = createStreakBatch(flows.family, flows.length);
  const { length } = flows;
  streaks.length = length;
  for (let row = 0; row < length; row++) {
    streaks.time[row] = flows.interval[row]! + flows.firstMicros[row]! / 1e6;
    streaks.targetSlot[row] = slots.of(flows, row);
    places.fill(streaks, row, flows, row);
  }
  for (const name of [
    'source',
    'packets',
    'tagsLow',
    'asn',
    'sourcePort',
    'targetPort',
    'country',
    'sensor',
    'protocol',
    'tcpFlags',
    'class',
    'radiation',
  ] as const) {
    streaks[name].set(flows[name].subarray(0, streaks[name].length) as never);
  }
  return streaks;
}

/** A fair sample: `count` rows of the batch, each with the same chance, in their order. */
export function sampleStreaks(all: StreakBatch, count: number, random: () => number = Math.random): StreakBatch {
  const words = all.family === 6 ? 4 : 1;
  const target = all.target === null ? null : new Uint32Array(count * words);
  const sample: StreakBatch = { ...createStreakBatch(all.family, count), target };
  let taken = 0;
  for (let row = 0; row < all.length && taken < count; row++) {
    // Selection sampling (Knuth, Algorithm S): exactly `count` rows.
    if (random() * (all.length - row) >= count - taken) continue;
    for (let word = 0; word < words; word++) {
      sample.source[taken * words + word] = all.source[row * words + word]!;
      if (target !== null) target[taken * words + word] = all.target![row * words + word]!;
    }
    for (const name of rowColumns) sample[name][taken] = all[name][row]!;
    taken++;
  }
  sample.length = taken;
  return sample;
}

const rowColumns = [
  'time',
  'packets',
  'tagsLow',
  'asn',
  'latitude',
  'longitude',
  'sourcePort',
  'targetPort',
  'targetSlot',
  'country',
  'sensor',
  'protocol',
  'tcpFlags',
  'class',
  'radiation',
  'place',
] as const;
