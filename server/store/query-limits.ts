/** What a query may ask for. The limits keep one request from taking the memory or the time of all others. */
import { SeriesDimension, type SeriesDimensionName, SeriesResolution } from './ingest-commit.ts';
import type { SeriesMeasure, SeriesQuery, SeriesTopQuery, Span } from './stores.ts';

export const MAX_FLOWS_PER_PAGE = 10_000;
export const MAX_TOP_ROWS = 10_000;
export const MAX_SERIES_POINTS = 20_000;

const MEASURES: readonly SeriesMeasure[] = ['packets', 'bytes', 'flows'];
/** Dimensions that are also kept by the second; the others by the minute only. */
const BY_SECOND: readonly SeriesDimensionName[] = ['total', 'class'];
/** Far beyond any capture, and small enough that microseconds stay exact. */
const MAX_SECONDS = 9_000_000_000;
const MAX_U32 = 0xffff_ffff;

/** Throws RangeError unless `value` is a whole number of [least, most]. */
export function checkInteger(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${name} must be a whole number from ${least} to ${most}, not ${value}`);
}

/** Throws RangeError unless the span runs forward and lies in what can be stored. */
export function checkSpan({ fromSeconds, toSeconds }: Span): void {
  for (const seconds of [fromSeconds, toSeconds]) {
    if (!Number.isFinite(seconds) || Math.abs(seconds) > MAX_SECONDS) {
      throw new RangeError(`a span's ends must be seconds since 1970 up to ${MAX_SECONDS}, not ${seconds}`);
    }
  }
  if (fromSeconds > toSeconds) throw new RangeError('the span ends before it begins: exchange from and to');
}

export function checkSession(session: number): void {
  checkInteger('session', session, 0, MAX_U32);
}

/** A series query in the terms of the tables: which resolution answers it, and its bins' ends on multiples of the step. */
export interface SeriesPlan {
  readonly resolution: SeriesResolution;
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/**
 * Checks a series query and says which resolution answers it. Steps of whole minutes are read from minutes; others from
 * seconds, which have total and class only. Bins that overlap the span count whole. Throws RangeError.
 */
export function planSeries(query: SeriesQuery): SeriesPlan {
  checkSpan(query);
  checkSession(query.session);
  checkMeasure(query.measure, query.by);
  checkInteger('step', query.stepSeconds, 1, MAX_SECONDS);
  if (query.key !== undefined) checkInteger('key', query.key, 0, MAX_U32);
  const resolution =
    query.stepSeconds % SeriesResolution.minute === 0 ? SeriesResolution.minute : SeriesResolution.second;
  if (resolution === SeriesResolution.second && !BY_SECOND.includes(query.by)) {
    throw new RangeError(`a series by ${query.by} is kept by the minute: choose a step that is a multiple of 60 s`);
  }
  const plan = { resolution, ...alignSpan(query, query.stepSeconds) };
  if ((plan.toSeconds - plan.fromSeconds) / query.stepSeconds > MAX_SERIES_POINTS) throw tooManyPoints();
  return plan;
}

/** Checks a top query, which minutes answer; bins that overlap the span count whole. Throws RangeError. */
export function planTop(query: SeriesTopQuery): SeriesPlan {
  checkSpan(query);
  checkSession(query.session);
  checkMeasure(query.measure, query.by);
  checkInteger('limit', query.limit, 1, MAX_TOP_ROWS);
  return { resolution: SeriesResolution.minute, ...alignSpan(query, SeriesResolution.minute) };
}

export function tooManyPoints(): RangeError {
  return new RangeError(
    `the series has more than ${MAX_SERIES_POINTS} points: choose a larger step, a shorter span or one key`,
  );
}

function checkMeasure(measure: SeriesMeasure, by: SeriesDimensionName): void {
  if (!MEASURES.includes(measure)) throw new RangeError(`a measure is one of ${MEASURES.join(', ')}, not ${measure}`);
  if (!Object.hasOwn(SeriesDimension, by)) {
    throw new RangeError(`a series counts by one of ${Object.keys(SeriesDimension).join(', ')}, not ${by}`);
  }
}

function alignSpan({ fromSeconds, toSeconds }: Span, stepSeconds: number): Span {
  return {
    fromSeconds: Math.floor(fromSeconds / stepSeconds) * stepSeconds,
    toSeconds: Math.ceil(toSeconds / stepSeconds) * stepSeconds,
  };
}
