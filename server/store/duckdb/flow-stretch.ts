/** A piece of capture time for a replay: what it has in all, and the flows that are drawn, from one moment of the store. */
import type { Family, FlowBatch } from '../../../shared/flow-batch.ts';
import { MAX_STRETCH_SECONDS, MAX_STRETCH_STREAKS, type StretchFigures } from '../../../shared/wire/stretch.ts';
import { StretchSums } from '../../replay/stretch-sums.ts';
import { checkInteger, checkSession, checkSpan } from '../query-limits.ts';
import type { FlowStretch, Span, StretchQuery } from '../stores.ts';
import { columnsOf } from './column-reader.ts';
import { filterOf } from './filter-sql.ts';
import { missingPackets } from './flow-count.ts';
import type { FlowParts, SealedFile } from './flow-parts.ts';
import { lowestOf, MANY_FLOWS, type Reading, readRows, readSample } from './flow-sample.ts';
import type { FlowSource } from './flow-source.ts';
import { FIRST_MICROS, spanValues } from './flow-sql.ts';
import { isNoFault } from './store-errors.ts';
import { addStored } from './stretch-sql.ts';
import { addSummaries, type Counted, countSeconds, isOfMinutes, isOfSeconds } from './stretch-summary.ts';
import type { Summaries } from './summaries.ts';
import type { SummaryPaths } from './summary-files.ts';

const MICROS = 1_000_000;
const FAMILIES: readonly Family[] = [4, 6];

export interface StretchParts {
  readonly source: FlowSource;
  readonly parts: FlowParts;
  readonly summaries: Summaries;
}

/** Throws RangeError for wrong arguments. */
export async function queryStretch(does: StretchParts, query: StretchQuery): Promise<FlowStretch> {
  check(query);
  const read = new Map<SealedFile, number>();
  const pathsOf = (file: SealedFile) => {
    const paths = does.summaries.pathsOf(file);
    if (paths !== null) read.set(file, file.summaryBytes);
    return paths;
  };
  try {
    return await answer(does, query, pathsOf);
  } catch (cause) {
    if (read.size === 0 || isNoFault(cause) || !(await does.summaries.areLost(read))) throw cause;
    return await answer(does, query, () => null);
  }
}

async function answer(
  { source, parts }: StretchParts,
  query: StretchQuery,
  pathsOf: (file: SealedFile) => SummaryPaths | null,
): Promise<FlowStretch> {
  const { session } = query;
  const fromMicros = Math.round(query.fromSeconds * MICROS);
  const toMicros = Math.round(query.toSeconds * MICROS);
  const found = await source.readTogether({ session, fromMicros, toMicros }, async (reader, places) => {
    const readings = FAMILIES.flatMap((family): Reading[] => {
      const place = places[family];
      const flows = source.sqlOf(family, place);
      if (flows === null) return [];
      const summaries: SummaryPaths[] = [];
      const others = place.files.filter((file) => {
        const paths = pathsOf(file);
        if (paths !== null) summaries.push(paths);
        return paths === null;
      });
      const rest = source.sqlOf(family, { hot: place.hot, files: others });
      const filter = filterOf(query.filter, family, 4);
      return [{ reader, family, flows, summaries, rest, span: spanValues(fromMicros, toMicros), filter }];
    });
    const counted = await countAll(readings, query);
    return { ...counted, ...(await readFlows(readings, query, counted.offered)) };
  });
  const next = Math.min(found.nextMicros, parts.nextBegin(session, toMicros) ?? Number.POSITIVE_INFINITY);
  const kept = parts.nextBegin(session, Number.NEGATIVE_INFINITY);
  return {
    offered: found.offered,
    figures: found.figures,
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

/** All flows, whatever the filter, and the first behind them in the same tables and files. */
async function countAll(readings: readonly Reading[], span: Span): Promise<Counted> {
  let all: Counted = { offered: 0, nextMicros: Number.POSITIVE_INFINITY };
  for (const reading of readings) {
    if (!isOfSeconds(span)) all = sumOf(all, await countFlows(reading, reading.flows));
    else {
      if (reading.summaries.length > 0) all = sumOf(all, await countSeconds(reading, span));
      if (reading.rest !== null) all = sumOf(all, await countFlows(reading, reading.rest));
    }
  }
  return all;
}

const sumOf = (a: Counted, b: Counted): Counted => ({
  offered: a.offered + b.offered,
  nextMicros: Math.min(a.nextMicros, b.nextMicros),
});

/** In one pass over two columns. */
async function countFlows({ reader, span }: Reading, flows: string): Promise<Counted> {
  const { columns } = await columnsOf(
    reader,
    ['f64', 'f64'],
    `SELECT count(*) FILTER (WHERE ${FIRST_MICROS} < $2)::DOUBLE,
        coalesce(min(${FIRST_MICROS}) FILTER (WHERE ${FIRST_MICROS} >= $2)::DOUBLE, 'Infinity'::DOUBLE)
      FROM ${flows} WHERE ${FIRST_MICROS} >= $1 AND "interval" >= $3`,
    [...span],
  );
  return { offered: columns[0]![0]!, nextMicros: columns[1]![0]! };
}

/** Fewer flows are read as they are, and summed here; many are summed by the store, and a sample of them is read. */
async function readFlows(
  readings: readonly Reading[],
  { fromSeconds, toSeconds, most, isBrief = false }: StretchQuery,
  offered: number,
): Promise<{ figures: StretchFigures; flows: FlowBatch[] }> {
  const sums = new StretchSums(fromSeconds, toSeconds);
  if (offered < MANY_FLOWS) {
    const rows = await readRows(readings);
    for (const { batch } of rows) sums.add(batch);
    return { figures: sums.figures(), flows: lowestOf(rows, most) };
  }
  for (const reading of readings) await addReading(sums, reading, { fromSeconds, toSeconds }, isBrief);
  return { figures: sums.figures(isBrief), flows: await readSample(readings, sums.flows, most) };
}

/** Of whole minutes and all flows, what was summed up holds. */
async function addReading(sums: StretchSums, reading: Reading, span: Span, isBrief: boolean): Promise<void> {
  const isSummedUp = reading.summaries.length > 0 && reading.filter.sql === 'TRUE' && isOfMinutes(span);
  if (!isSummedUp) return await addStored(sums, reading, span, isBrief);
  await addSummaries(sums, reading, span, isBrief);
  if (reading.rest !== null) await addStored(sums, { ...reading, flows: reading.rest }, span, isBrief);
}
