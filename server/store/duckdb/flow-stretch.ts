/** A piece of capture time for a replay: what it has in all, and the flows that are drawn, from one moment of the store. */
import type { Family, FlowBatch } from '../../../shared/flow-batch.ts';
import { MAX_STRETCH_SECONDS, MAX_STRETCH_STREAKS } from '../../../shared/wire/stretch.ts';
import { StretchSums } from '../../replay/stretch-sums.ts';
import { checkInteger, checkSession, checkSpan } from '../query-limits.ts';
import type { FlowStretch, StretchQuery } from '../stores.ts';
import { columnsOf } from './column-reader.ts';
import { filterOf } from './filter-sql.ts';
import { missingPackets } from './flow-count.ts';
import type { FlowParts } from './flow-parts.ts';
import { type Reading, readRows, readSample } from './flow-sample.ts';
import type { FlowSource } from './flow-source.ts';
import { FIRST_MICROS, spanValues } from './flow-sql.ts';
import { addStored } from './stretch-sql.ts';

const MICROS = 1_000_000;
const FAMILIES: readonly Family[] = [4, 6];

/** Throws RangeError for wrong arguments. */
export async function queryStretch(source: FlowSource, parts: FlowParts, query: StretchQuery): Promise<FlowStretch> {
  check(query);
  const { session } = query;
  const fromMicros = Math.round(query.fromSeconds * MICROS);
  const toMicros = Math.round(query.toSeconds * MICROS);
  const found = await source.readTogether({ session, fromMicros, toMicros }, async (reader, sources) => {
    const readings = FAMILIES.flatMap((family): Reading[] => {
      const flows = sources[family];
      if (flows === null) return [];
      return [
        { reader, family, flows, span: spanValues(fromMicros, toMicros), filter: filterOf(query.filter, family, 4) },
      ];
    });
    const counted = await countAll(readings);
    return { ...counted, ...(await readFlows(readings, query, counted.offered)) };
  });
  const next = Math.min(found.nextMicros, parts.nextBegin(session, toMicros) ?? Number.POSITIVE_INFINITY);
  const kept = parts.nextBegin(session, Number.NEGATIVE_INFINITY);
  return {
    offered: found.offered,
    figures: found.sums.figures(),
    flows: found.flows,
    missingPackets: missingPackets(parts, session, fromMicros, toMicros),
    nextSeconds: Number.isFinite(next) ? next / MICROS : null,
    keptFromSeconds: kept === null ? null : kept / MICROS,
  };
}

function check(query: StretchQuery): void {
  checkSpan(query);
  checkSession(query.session);
  checkInteger('most', query.most, 1, MAX_STRETCH_STREAKS);
  if (query.toSeconds - query.fromSeconds > MAX_STRETCH_SECONDS)
    throw new RangeError(`a stretch has at most ${MAX_STRETCH_SECONDS} s, not ${query.toSeconds - query.fromSeconds}`);
}

/** All flows, whatever the filter, and the first behind them in the same tables and files: in one pass over two columns. */
async function countAll(readings: readonly Reading[]): Promise<{ offered: number; nextMicros: number }> {
  let offered = 0;
  let nextMicros = Number.POSITIVE_INFINITY;
  for (const { reader, flows, span } of readings) {
    const { columns } = await columnsOf(
      reader,
      ['f64', 'f64'],
      `SELECT count(*) FILTER (WHERE ${FIRST_MICROS} < $2)::DOUBLE,
          coalesce(min(${FIRST_MICROS}) FILTER (WHERE ${FIRST_MICROS} >= $2)::DOUBLE, 'Infinity'::DOUBLE)
        FROM ${flows} WHERE ${FIRST_MICROS} >= $1 AND "interval" >= $3`,
      [...span],
    );
    offered += columns[0]![0]!;
    nextMicros = Math.min(nextMicros, columns[1]![0]!);
  }
  return { offered, nextMicros };
}

/** Few flows are read as they are, and summed here; many are summed by the store, and a sample of them is read. */
async function readFlows(
  readings: readonly Reading[],
  { fromSeconds, toSeconds, most }: StretchQuery,
  offered: number,
): Promise<{ sums: StretchSums; flows: FlowBatch[] }> {
  const sums = new StretchSums(fromSeconds, toSeconds);
  if (offered <= most) {
    const flows: FlowBatch[] = [];
    for (const reading of readings) flows.push(await readRows(reading));
    for (const batch of flows) sums.add(batch);
    return { sums, flows };
  }
  for (const reading of readings) await addStored(sums, reading, { fromSeconds, toSeconds });
  return { sums, flows: await readSample(readings, sums.flows, most) };
}
