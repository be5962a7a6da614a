/** What is asked about series: partial sums are added up here, at reading. */
import { OTHER_KEY, SeriesDimension, SeriesResolution } from '../ingest-commit.ts';
import {
  checkResolution,
  checkSession,
  isDistinct,
  MAX_SERIES_POINTS,
  planSeries,
  planTop,
  type SeriesPlan,
  tooManyPoints,
} from '../query-limits.ts';
import type { SeriesPoint, SeriesQuery, SeriesTop, SeriesTopQuery, SessionTotals } from '../stores.ts';
import type { Connections, Row } from './connections.ts';
import type { Sums } from './operations.ts';
import { NEW_MINUTES, seriesTables } from './schema.ts';
import type { SeriesAge } from './series-age.ts';

/** The rows of a resolution that `where` lets pass: its table, and the minutes that are not in it yet. */
export function seriesSource(resolution: SeriesResolution, where: string): string {
  const table = `SELECT * FROM ${seriesTables[resolution]} WHERE ${where}`;
  if (resolution < 60) return `(${table})`;
  const distinct = resolution === 60 ? 'sources, targets' : '0 AS sources, 0 AS targets';
  return `(${table} UNION ALL SELECT * FROM (SELECT session, bin - bin % ${resolution} AS bin, dimension, key,
    packets, bytes, flows, ${distinct} FROM ${NEW_MINUTES}) AS new WHERE ${where})`;
}

/** Points in order of time, then key. Bins that overlap the span count whole. Throws RangeError. */
export async function querySeries(
  connections: Connections,
  age: SeriesAge,
  query: SeriesQuery,
): Promise<SeriesPoint[]> {
  const plan = planSeries(query);
  await checkKept(connections, age, query.session, plan);
  const values = [query.session, SeriesDimension[query.by], plan.fromSeconds, plan.toSeconds, query.stepSeconds];
  if (query.key !== undefined) values.push(query.key);
  const where = `session = $1 AND dimension = $2 AND bin >= $3 AND bin < $4 ${query.key === undefined ? '' : 'AND key = $6'}`;
  const { keys } = query;
  // Whole numbers, which the plan has checked. -1, so that the list is never empty.
  const listed = keys === undefined ? '' : `key IN (${[-1, ...keys].join()})`;
  const key = keys === undefined ? 'key' : `CASE WHEN ${listed} THEN key ELSE ${OTHER_KEY} END`;
  // The measure is one of five words by now, so that it may stand in the text: a name cannot be a parameter.
  const value = isDistinct(query.measure) ? `max(${query.measure})` : `sum(${query.measure})`;
  const rows = await connections.read(
    `SELECT (bin - bin % $5)::DOUBLE AS step, ${key} AS key, ${value}::DOUBLE AS value
      FROM ${seriesSource(plan.resolution, where)} AS rows
      ${keys !== undefined && isDistinct(query.measure) ? `WHERE ${listed}` : ''}
      GROUP BY ALL ORDER BY step, key LIMIT ${MAX_SERIES_POINTS + 1}`,
    values,
  );
  if (rows.length > MAX_SERIES_POINTS) throw tooManyPoints();
  return rows.map((row) => ({ binSeconds: Number(row.step), key: Number(row.key), value: Number(row.value) }));
}

/** The keys with most of the measure, ties by key; from bins that overlap the span. Throws RangeError. */
export async function queryTop(connections: Connections, age: SeriesAge, query: SeriesTopQuery): Promise<SeriesTop[]> {
  const plan = planTop(query);
  await checkKept(connections, age, query.session, plan);
  const rows = await connections.read(
    `SELECT key, sum(packets)::DOUBLE AS packets, sum(bytes)::DOUBLE AS bytes, sum(flows)::DOUBLE AS flows
      FROM ${seriesSource(plan.resolution, 'session = $1 AND dimension = $2 AND bin >= $3 AND bin < $4')} AS rows
      GROUP BY key ORDER BY sum(rows.${query.measure}) DESC, key LIMIT $5`,
    [query.session, SeriesDimension[query.by], plan.fromSeconds, plan.toSeconds, query.limit],
  );
  return rows.map((row) => ({
    key: Number(row.key),
    packets: Number(row.packets),
    bytes: Number(row.bytes),
    flows: Number(row.flows),
  }));
}

/** The total of a session over all time, with what is no longer kept. */
export async function querySeriesSum(
  connections: Connections,
  session: number,
  resolution: SeriesResolution,
): Promise<Sums> {
  checkSession(session);
  checkResolution(resolution);
  const [row] = await connections.read(totalSql(resolution), [session, SeriesDimension.total, resolution]);
  return toSums(row!);
}

function totalSql(resolution: SeriesResolution): string {
  return `SELECT coalesce(sum(packets), 0)::DOUBLE AS packets, coalesce(sum(bytes), 0)::DOUBLE AS bytes,
      coalesce(sum(flows), 0)::DOUBLE AS flows
      FROM (SELECT packets, bytes, flows FROM ${seriesSource(resolution, 'session = $1 AND dimension = $2')} AS rows
        UNION ALL SELECT packets, bytes, flows FROM series_expired WHERE session = $1 AND resolution = $3)`;
}

function toSums(row: Row): Sums {
  return { packets: Number(row.packets), bytes: Number(row.bytes), flows: Number(row.flows) };
}

const NO_COUNTRY = 0;

/** From the coarsest bins, of which there are few: a sensor that connects waits for it. */
export async function sessionTotals(connections: Connections, session: number): Promise<SessionTotals> {
  checkSession(session);
  const { day } = SeriesResolution;
  const [total] = await connections.lookUp(totalSql(day), [session, SeriesDimension.total, day]);
  const [unknown] = await connections.lookUp(
    `SELECT coalesce(sum(packets), 0)::DOUBLE AS packets
      FROM ${seriesSource(day, 'session = $1 AND dimension = $2 AND key = $3')} AS rows`,
    [session, SeriesDimension.country, NO_COUNTRY],
  );
  return { ...toSums(total!), unknownPlacePackets: Number(unknown!.packets) };
}

/** Bins that are gone are not answered with nothing. */
async function checkKept(connections: Connections, age: SeriesAge, session: number, plan: SeriesPlan): Promise<void> {
  const [row] = await connections.read(
    `SELECT max(${age.goneUntil('gone')})::DOUBLE AS until FROM series_expired AS gone
      WHERE session = $1 AND resolution = $2`,
    [session, plan.resolution],
  );
  const until = Number(row!.until ?? 0);
  if (plan.fromSeconds >= until) return;
  throw new RangeError(
    `bins of ${plan.resolution} s before ${new Date(until * 1000).toISOString()} are no longer kept: choose a larger step or a later span`,
  );
}
