/** What is asked about series: partial sums are added up here, at reading. */
import { SeriesDimension, SeriesResolution } from '../ingest-commit.ts';
import { checkInteger, checkSession, MAX_SERIES_POINTS, planSeries, planTop, tooManyPoints } from '../query-limits.ts';
import type { SeriesPoint, SeriesQuery, SeriesTop, SeriesTopQuery } from '../stores.ts';
import type { Connections } from './connections.ts';
import type { Sums } from './operations.ts';
import { seriesTables } from './schema.ts';

/** Points in order of time, then key. Bins that overlap the span count whole. Throws RangeError. */
export async function querySeries(connections: Connections, query: SeriesQuery): Promise<SeriesPoint[]> {
  const plan = planSeries(query);
  const values = [query.session, SeriesDimension[query.by], plan.fromSeconds, plan.toSeconds, query.stepSeconds];
  if (query.key !== undefined) values.push(query.key);
  // The measure is one of three words by now, so that it may stand in the text: a name cannot be a parameter.
  const rows = await connections.read(
    `SELECT (bin - ((bin % $5) + $5) % $5)::DOUBLE AS step, key, sum(${query.measure})::DOUBLE AS value
      FROM ${seriesTables[plan.resolution]}
      WHERE session = $1 AND dimension = $2 AND bin >= $3 AND bin < $4 ${query.key === undefined ? '' : 'AND key = $6'}
      GROUP BY ALL ORDER BY step, key LIMIT ${MAX_SERIES_POINTS + 1}`,
    values,
  );
  if (rows.length > MAX_SERIES_POINTS) throw tooManyPoints();
  return rows.map((row) => ({ binSeconds: Number(row.step), key: Number(row.key), value: Number(row.value) }));
}

/** The keys with most of the measure, ties by key; from minutes that overlap the span. Throws RangeError. */
export async function queryTop(connections: Connections, query: SeriesTopQuery): Promise<SeriesTop[]> {
  const plan = planTop(query);
  const rows = await connections.read(
    `SELECT key, sum(packets)::DOUBLE AS packets, sum(bytes)::DOUBLE AS bytes, sum(flows)::DOUBLE AS flows
      FROM ${seriesTables[plan.resolution]}
      WHERE session = $1 AND dimension = $2 AND bin >= $3 AND bin < $4
      GROUP BY key ORDER BY sum(${query.measure}) DESC, key LIMIT $5`,
    [query.session, SeriesDimension[query.by], plan.fromSeconds, plan.toSeconds, query.limit],
  );
  return rows.map((row) => ({
    key: Number(row.key),
    packets: Number(row.packets),
    bytes: Number(row.bytes),
    flows: Number(row.flows),
  }));
}

/** The total of a session over all time. */
export async function querySeriesSum(
  connections: Connections,
  session: number,
  resolution: SeriesResolution,
): Promise<Sums> {
  checkSession(session);
  if (resolution !== SeriesResolution.second) checkInteger('resolution', resolution, 60, 60);
  const [row] = await connections.read(
    `SELECT coalesce(sum(packets), 0)::DOUBLE AS packets, coalesce(sum(bytes), 0)::DOUBLE AS bytes,
      coalesce(sum(flows), 0)::DOUBLE AS flows
      FROM ${seriesTables[resolution]} WHERE session = $1 AND dimension = $2`,
    [session, SeriesDimension.total],
  );
  return { packets: Number(row!.packets), bytes: Number(row!.bytes), flows: Number(row!.flows) };
}
