/** Answers about series from InfluxDB, as far as the mirror has written them. */
import type { InfluxDB } from 'influx';
import { OTHER_KEY, type SeriesResolution } from '../ingest-commit.ts';
import {
  checkResolution,
  checkSession,
  isDistinct,
  MAX_SERIES_POINTS,
  planSeries,
  planTop,
  tooManyPoints,
} from '../query-limits.ts';
import type { SeriesPoint, SeriesQuery, SeriesStore, SeriesTop, SeriesTopQuery } from '../stores.ts';
import { createInflux, translated } from './administration.ts';
import { type Measurement, measurements, retentionPolicy, sessionTags, type Tags } from './tags.ts';
import type { InfluxCredentials, SeriesTarget } from './target.ts';

type Answer = Readonly<Record<string, string | number | null>> & { readonly time: { getTime(): number } };

/** Later than any capture. InfluxQL without an end of its own would stop at the server's present. */
const END_SECONDS = 9_000_000_000;
const SUMS = 'sum("packets") AS packets, sum("bytes") AS bytes, sum("flows") AS flows';

export class InfluxSeriesStore implements SeriesStore {
  readonly #influx: InfluxDB;
  readonly #target: SeriesTarget;

  constructor(target: SeriesTarget, credentials: InfluxCredentials | null = null) {
    this.#target = target;
    this.#influx = createInflux(target, credentials);
  }

  async series(query: SeriesQuery): Promise<SeriesPoint[]> {
    const plan = planSeries(query);
    if (plan.fromSeconds === plan.toSeconds) return [];
    const measurement = measurements[query.by];
    const keyTags = query.key === undefined ? {} : measurement.toTags(query.key);
    const groups = [`time(${query.stepSeconds}s)`, ...measurement.tagNames.map(quoteName)];
    const rows = await this.#ask(
      `SELECT ${isDistinct(query.measure) ? 'max' : 'sum'}(${quoteName(query.measure)}) AS value FROM ${this.#source(measurement, query.session, plan.resolution)}
        WHERE ${inSpan(plan)}${where({ ...keyTags, ...sessionTags(query.session, plan.resolution) })}
        GROUP BY ${groups.join(', ')} fill(none)`,
    );
    const points = rows
      .map((row) => ({
        binSeconds: row.time.getTime() / 1000,
        key: measurement.toKey(row as unknown as Tags),
        value: Number(row.value),
      }))
      // Bins without packets are written to tell silence from an outage; both stores leave them out here.
      .filter((point) => query.by !== 'total' || point.value > 0);
    const listed = withOthersSummed(points, query);
    if (listed.length > MAX_SERIES_POINTS) throw tooManyPoints();
    return listed.sort((a, b) => a.binSeconds - b.binSeconds || a.key - b.key);
  }

  async top(query: SeriesTopQuery): Promise<SeriesTop[]> {
    const plan = planTop(query);
    if (plan.fromSeconds === plan.toSeconds) return [];
    const measurement = measurements[query.by];
    const groups =
      measurement.tagNames.length === 0 ? '' : `GROUP BY ${measurement.tagNames.map(quoteName).join(', ')}`;
    const rows = await this.#ask(
      `SELECT ${SUMS} FROM ${this.#source(measurement, query.session, plan.resolution)}
        WHERE ${inSpan(plan)}${where(sessionTags(query.session, plan.resolution))} ${groups}`,
    );
    return rows
      .map((row) => ({ key: measurement.toKey(row as unknown as Tags), ...sumsOf(row) }))
      .filter((top) => top.packets > 0 || query.by !== 'total')
      .sort((a, b) => b[query.measure] - a[query.measure] || a.key - b.key)
      .slice(0, query.limit);
  }

  async sum(session: number, resolution: SeriesResolution): Promise<{ packets: number; bytes: number; flows: number }> {
    checkSession(session);
    checkResolution(resolution);
    const [row] = await this.#ask(
      `SELECT ${SUMS} FROM ${this.#source(measurements.total, session, resolution)}
        WHERE time < ${END_SECONDS}s${where(sessionTags(session, resolution))}`,
    );
    return row ? sumsOf(row) : { packets: 0, bytes: 0, flows: 0 };
  }

  async close(): Promise<void> {
    // npm influx opens a connection for each request and holds nothing.
  }

  #source(measurement: Measurement, session: number, resolution: number): string {
    const path = [this.#target.database, retentionPolicy(session, resolution), measurement.name];
    return path.map(quoteName).join('.');
  }

  async #ask(query: string): Promise<readonly Answer[]> {
    return await translated(this.#target, async () => {
      return (await this.#influx.query<Answer>(query.replace(/\s+/g, ' '), { precision: 's' })) as readonly Answer[];
    });
  }
}

/** Points of keys that are not asked for become one for each bin, where they add up. */
function withOthersSummed(points: SeriesPoint[], { keys, measure }: SeriesQuery): SeriesPoint[] {
  if (keys === undefined) return points;
  const wanted = new Set(keys);
  const others = new Map<number, number>();
  for (const { binSeconds, key, value } of points)
    if (!wanted.has(key)) others.set(binSeconds, (others.get(binSeconds) ?? 0) + value);
  const listed = points.filter(({ key }) => wanted.has(key));
  if (isDistinct(measure)) return listed;
  return [...listed, ...[...others].map(([binSeconds, value]) => ({ binSeconds, key: OTHER_KEY, value }))];
}

function sumsOf(row: Answer): { packets: number; bytes: number; flows: number } {
  return { packets: Number(row.packets ?? 0), bytes: Number(row.bytes ?? 0), flows: Number(row.flows ?? 0) };
}

function inSpan({ fromSeconds, toSeconds }: { fromSeconds: number; toSeconds: number }): string {
  return `time >= ${fromSeconds}s AND time < ${toSeconds}s`;
}

function where(tags: Tags): string {
  return Object.entries(tags)
    .map(([name, value]) => ` AND ${quoteName(name)} = ${quoteText(value)}`)
    .join('');
}

function quoteName(name: string): string {
  return `"${name.replace(/["\\]/g, '\\$&')}"`;
}

function quoteText(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
