/**
 * What all panels of the desk answer for at a moment: one session, one filter, one span of whole bins. So their figures are
 * of the same packets and add up, and nothing is asked anew before a bin is over. No DOM.
 */
import { edgesOf } from '../../feed/span.ts';
import type { PageState } from '../../state.ts';
import type { Bounds } from './sessions.ts';

export interface Edges {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

export interface Moment extends Edges {
  readonly session: number;
  readonly sessionName: string;
  readonly kind: 'live' | 'file' | 'simulated';
  readonly filter: string;
  /** Bins of what is kept by the minute. */
  readonly stepSeconds: number;
  /** Bins of the total and of classes, which are kept by the second for some days. */
  readonly fineStepSeconds: number;
  /** Bins of distinct addresses, which do not add up. */
  readonly distinctStepSeconds: number;
  /** What the span is compared with; null where that was not stored from its begin. */
  readonly before: (Edges & { readonly isDayBefore: boolean }) | null;
  /** So long an answer holds. */
  readonly keepSeconds: number;
}

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;
/** Span up to; bins; bins of distinct addresses (60, 300, 3,600 or 86,400); what the end is rounded to. */
const STEPS = [
  [20 * MINUTE, MINUTE, MINUTE, MINUTE],
  [2 * HOUR, MINUTE, MINUTE, MINUTE],
  [26 * HOUR, 300, 300, 300],
  [8 * DAY, HOUR, HOUR, HOUR],
  [40 * DAY, 6 * HOUR, HOUR, HOUR],
  [3 * 366 * DAY, DAY, DAY, HOUR],
  [Number.POSITIVE_INFINITY, 7 * DAY, DAY, HOUR],
] as const;
/** Seconds are kept for two days: what is younger than this is safely there. */
const FINE_SECONDS = DAY;
/** The newest packet of a minute that is over may be on its way for so long. */
const ARRIVAL_SECONDS = 3;

/**
 * `bounds`: what is stored of the session; null while that is not known. A server that was started anew knows of no newest packet:
 * then the last that is stored is it. Null before the first totals.
 */
export function momentOf(
  { totals, span, filter }: Pick<PageState, 'totals' | 'span' | 'filter'>,
  bounds: Bounds | null,
): Moment | null {
  const firstSeconds = bounds?.firstSeconds ?? null;
  const newest = totals?.clock.newestSeconds ?? bounds?.lastSeconds ?? null;
  if (totals === null || newest === null) return null;
  const { session, clock } = totals;
  const asked = edgesOf(span, newest);
  const [, stepSeconds, distinctStepSeconds, roundSeconds] = STEPS.find(
    ([most]) => asked.toSeconds - asked.fromSeconds <= most,
  )!;
  const toSeconds =
    span.kind === 'fixed'
      ? ceilTo(asked.toSeconds, roundSeconds)
      : lastEnd(
          newest,
          roundSeconds,
          clock.finished || clock.newestSeconds === null || newest - (firstSeconds ?? newest) < 3 * roundSeconds,
        );
  const begin = floorTo(span.kind === 'fixed' ? asked.fromSeconds : toSeconds - span.seconds, roundSeconds);
  // Before its first packet a capture has nothing; of live sensors it is said that none watched.
  const least = session.kind === 'live' || span.kind === 'fixed' ? 0 : floorTo(firstSeconds ?? 0, roundSeconds);
  const fromSeconds = Math.min(Math.max(begin, least), toSeconds - 1);
  const isFine = toSeconds - fromSeconds <= 21 * MINUTE && (session.id !== 0 || fromSeconds > newest - FINE_SECONDS);
  return {
    session: session.id,
    sessionName: session.name,
    kind: session.kind,
    filter,
    fromSeconds,
    toSeconds,
    stepSeconds,
    fineStepSeconds: isFine ? 10 : stepSeconds,
    distinctStepSeconds,
    before: beforeOf({ fromSeconds, toSeconds }, firstSeconds),
    keepSeconds: toSeconds < newest - HOUR || clock.finished ? 300 : Math.max(15, Math.min(300, roundSeconds)),
  };
}

/** Of a session that is over, or has just begun, the last bin is taken as it is. */
function lastEnd(newest: number, roundSeconds: number, isAsItIs: boolean): number {
  return isAsItIs ? Math.floor(newest) + 1 : floorTo(newest - ARRIVAL_SECONDS, roundSeconds);
}

/** The same hours a day before, where they are stored; else the span that ends where this one begins. */
function beforeOf({ fromSeconds, toSeconds }: Edges, firstSeconds: number | null): Moment['before'] {
  const seconds = toSeconds - fromSeconds;
  const isStored = (from: number) => firstSeconds !== null && Math.floor(firstSeconds) <= from;
  for (const [back, isDayBefore] of [
    [DAY, true],
    [seconds, false],
  ] as const) {
    if (seconds <= back && isStored(fromSeconds - back))
      return { fromSeconds: fromSeconds - back, toSeconds: toSeconds - back, isDayBefore };
  }
  return null;
}

const floorTo = (seconds: number, step: number) => Math.max(0, Math.floor(seconds / step) * step);
const ceilTo = (seconds: number, step: number) => Math.ceil(seconds / step) * step;

/** Address of a question about the moment, or about other edges; `route` is below `/api/v1/`. */
export function pathOf(
  route: string,
  { session, filter }: Moment,
  { fromSeconds, toSeconds }: Edges,
  values: Readonly<Record<string, string | number>>,
): string {
  const time = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
  const query = new URLSearchParams({
    ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)])),
    session: String(session),
    from: time(fromSeconds),
    to: time(toSeconds),
  });
  if (filter !== '') query.set('filter', filter);
  return `api/v1/${route}?${query}`;
}
