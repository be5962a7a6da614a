/** What a query may ask for. The limits keep one request from taking the memory or the time of all others. */
import { SeriesDimension, type SeriesDimensionName, SeriesResolution, seriesResolutions } from './ingest-commit.ts';
import type { SeriesMeasure, SeriesQuery, SeriesTopQuery, Span } from './stores.ts';

export const MAX_FLOWS_PER_PAGE = 10_000;
export const MAX_TOP_ROWS = 10_000;
export const MAX_SERIES_POINTS = 20_000;
/** Of one question about sums over flows. */
export const MAX_FLOW_SUMS = 200_000;
export const MAX_SUM_KEYS = 256;
export const MAX_BREAKDOWN_KEYS = 1_000;

const SUM_MEASURES: readonly SeriesMeasure[] = ['packets', 'bytes', 'flows'];
const MEASURES: readonly SeriesMeasure[] = [...SUM_MEASURES, 'sources', 'targets'];
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
 * Checks a series query and says which resolution answers it: the coarsest of which the step is a multiple. Bins that
 * overlap the span count whole. Throws RangeError.
 */
export function planSeries(query: SeriesQuery): SeriesPlan {
  checkSpan(query);
  checkSession(query.session);
  checkMeasure(query.measure, query.by, MEASURES);
  checkInteger('step', query.stepSeconds, 1, MAX_SECONDS);
  if (query.key !== undefined) checkInteger('key', query.key, 0, MAX_U32);
  checkKeys(query.keys);
  const resolution = resolutionFor(query.stepSeconds);
  if (resolution === SeriesResolution.second && !BY_SECOND.includes(query.by)) {
    throw new RangeError(`a series by ${query.by} is kept by the minute: choose a step that is a multiple of 60 s`);
  }
  if (isDistinct(query.measure) && (query.stepSeconds !== resolution || resolution === SeriesResolution.second)) {
    throw new RangeError(
      `${query.measure} of several bins do not add up: choose a step of 60, 300, 3600 or 86400 s, not ${query.stepSeconds}`,
    );
  }
  const plan = { resolution, ...alignSpan(query, query.stepSeconds) };
  if ((plan.toSeconds - plan.fromSeconds) / query.stepSeconds > MAX_SERIES_POINTS) throw tooManyPoints();
  return plan;
}

export function checkKeys(keys: readonly number[] | undefined): void {
  checkInteger('number of keys', keys?.length ?? 0, 0, MAX_SUM_KEYS);
  for (const key of keys ?? []) checkInteger('key', key, 0, MAX_U32);
}

/** The coarsest resolution of which the step is a multiple. */
export function resolutionFor(stepSeconds: number): SeriesResolution {
  return seriesResolutions.findLast((resolution) => stepSeconds % resolution === 0)!;
}

/** Checks a top query, which minutes answer, or coarser bins where the span begins and ends with them. Throws RangeError. */
export function planTop(query: SeriesTopQuery): SeriesPlan {
  checkSpan(query);
  checkSession(query.session);
  checkMeasure(query.measure, query.by, SUM_MEASURES);
  checkInteger('limit', query.limit, 1, MAX_TOP_ROWS);
  const span = alignSpan(query, SeriesResolution.minute);
  const whole = seriesResolutions.findLast(
    (resolution) =>
      resolution >= SeriesResolution.minute &&
      span.fromSeconds % resolution === 0 &&
      (span.toSeconds % resolution === 0 || span.toSeconds >= MAX_SECONDS),
  );
  return { resolution: whole ?? SeriesResolution.minute, ...span };
}

export function checkResolution(resolution: number): void {
  if (seriesResolutions.includes(resolution as SeriesResolution)) return;
  throw new RangeError(`resolution must be one of ${seriesResolutions.join(', ')}, not ${resolution}`);
}

/** Whether it counts distinct addresses, which do not add up. */
export function isDistinct(measure: SeriesMeasure): boolean {
  return measure === 'sources' || measure === 'targets';
}

export function tooManySums(): RangeError {
  return new RangeError(`more than ${MAX_FLOW_SUMS} sums: choose a larger step or a shorter span`);
}

export function tooManyPoints(): RangeError {
  return new RangeError(
    `the series has more than ${MAX_SERIES_POINTS} points: choose a larger step, a shorter span or one key`,
  );
}

function checkMeasure(measure: SeriesMeasure, by: SeriesDimensionName, allowed: readonly SeriesMeasure[]): void {
  if (!allowed.includes(measure)) throw new RangeError(`a measure is one of ${allowed.join(', ')}, not ${measure}`);
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
