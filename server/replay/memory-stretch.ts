/** A stretch of a replay from flows in memory, targets included: see shared/wire/stretch.ts. */
import type { FlowCondition } from '../../shared/filter/flow-condition.ts';
import { createFlowBatch, type Family, type FlowBatch } from '../../shared/flow-batch.ts';
import type { StreakBatch } from '../../shared/wire/streaks.ts';
import type { StretchRequest } from '../../shared/wire/stretch.ts';
import type { KeyedSlots } from '../enrich/keyed-slots.ts';
import type { SourcePlaces } from '../enrich/source-places.ts';
import { makeStreaks } from '../live/streak-maker.ts';
import { type MemoryFlows, microsOf } from '../store/flow-memory/memory-flows.ts';
import { copyFlowRows } from '../store/flow-memory/row-selection.ts';
import { stretchBody, stretchRandom } from './stretch-body.ts';
import { StretchSums } from './stretch-sums.ts';

const MICROS = 1_000_000;

/** Rows of a chunk that matched. */
interface Matched {
  readonly flows: FlowBatch;
  readonly rows: Uint32Array;
}

export interface StretchParts {
  readonly flows: MemoryFlows;
  readonly slots: KeyedSlots;
  readonly places: SourcePlaces;
}

export async function answerStretch(
  { flows, slots, places }: StretchParts,
  request: StretchRequest,
  filter: FlowCondition | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const { session, fromSeconds, toSeconds, most } = request;
  const sums = new StretchSums(fromSeconds, toSeconds);
  const matched: Matched[] = [];
  let offered = 0;
  let selected = 0;
  for await (const { chunk, selection } of flows.select(microsOf(request, 'first'), filter)) {
    offered += selection.lengthInSpan;
    selected += selection.length;
    if (selection.length === 0) continue;
    sums.add(selection.batch(chunk));
    matched.push({ flows: chunk.flows, rows: selection.rows.slice(0, selection.length) });
  }
  const sent = Math.min(selected, most);
  const drawn = sample(matched, selected, sent, stretchRandom(session, fromSeconds));
  const nextMicros = flows.nextMicros(Math.round(toSeconds * MICROS));
  const head = {
    session,
    fromSeconds,
    toSeconds,
    offered,
    sent,
    sampledOut: selected - sent,
    filteredOut: offered - selected,
    missingPackets: flows.notHeld.packetsIn(fromSeconds, toSeconds),
    nextSeconds: nextMicros === null ? null : nextMicros / MICROS,
    figures: sums.figures(),
  };
  return stretchBody(
    head,
    ([4, 6] as const).map((family) => streaksOf(family, drawn, slots, places)),
  );
}

/** `count` of all that matched, each with the same chance, whatever its family. */
function sample(matched: readonly Matched[], all: number, count: number, random: () => number): readonly Matched[] {
  if (count === all) return matched;
  let seen = 0;
  let taken = 0;
  return matched.map(({ flows, rows }) => {
    // Selection sampling (Knuth, Algorithm S): exactly `count` rows.
    const kept = rows.filter(() => {
      if (random() * (all - seen++) >= count - taken) return false;
      taken++;
      return true;
    });
    return { flows, rows: kept };
  });
}

function streaksOf(family: Family, drawn: readonly Matched[], slots: KeyedSlots, places: SourcePlaces): StreakBatch {
  const ours = drawn.filter(({ flows }) => flows.family === family);
  const flows = inOrderOfTime(gather(family, ours));
  return { ...makeStreaks(flows, slots, places), target: flows.target };
}

function gather(family: Family, drawn: readonly Matched[]): FlowBatch {
  const batch = createFlowBatch(
    family,
    drawn.reduce((sum, { rows }) => sum + rows.length, 0),
  );
  for (const { flows, rows } of drawn) {
    copyFlowRows(flows, batch, rows, rows.length, batch.length);
    batch.length += rows.length;
  }
  return batch;
}

/** Of equal times, what came first stays first. */
function inOrderOfTime(flows: FlowBatch): FlowBatch {
  const { length, interval, firstMicros } = flows;
  const micros = Float64Array.from({ length }, (_, row) => interval[row]! * MICROS + firstMicros[row]!);
  if (micros.every((time, row) => row === 0 || micros[row - 1]! <= time)) return flows;
  const order = Uint32Array.from({ length }, (_, row) => row).sort((a, b) => micros[a]! - micros[b]! || a - b);
  const sorted = createFlowBatch(flows.family, length);
  copyFlowRows(flows, sorted, order, length, 0);
  sorted.length = length;
  return sorted;
}
