/** What the time bar shows: a piece of the stored history, in bins that are asked for as they are kept. No DOM. */
import type { PageState } from '../../state.ts';
import type { Bounds } from '../desk/sessions.ts';

export interface BarSpan {
  readonly session: number;
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly stepSeconds: number;
  readonly keepSeconds: number;
}

const STEPS = [1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 6 * 3_600, 86_400, 7 * 86_400] as const;
const MOST_BINS = 500;
const MINUTE = 60;
/** Of live ones seconds are kept for two days. */
const FINE_SECONDS = 86_400;
const SHORTEST_SECONDS = 10;
/** So often what is recorded now is asked for anew, at most. */
const LEAST_KEEP_SECONDS = 5;

/** `zoom`: a piece of it that was chosen; null for all. */
export function barSpanOf(
  { totals, replay }: Pick<PageState, 'totals' | 'replay'>,
  bounds: Bounds | null,
  zoom: { readonly fromSeconds: number; readonly toSeconds: number } | null,
): BarSpan | null {
  if (totals === null) return null;
  const first = replay?.session.firstSeconds ?? bounds?.firstSeconds ?? totals.session.beginSeconds;
  const newest = totals.clock.newestSeconds ?? first;
  const last = replay === null ? Math.max(newest ?? 0, bounds?.lastSeconds ?? 0) : replay.session.lastSeconds;
  if (first === null || last <= 0) return null;
  const from = Math.max(first, zoom?.fromSeconds ?? first);
  const to = Math.min(last, zoom?.toSeconds ?? last);
  const step = stepOf(to - from, totals.session.kind === 'live' ? last - from : 0);
  const fromSeconds = Math.floor(from / step) * step;
  const toSeconds = Math.max(fromSeconds + SHORTEST_SECONDS, Math.ceil((to + 0.001) / step) * step);
  return {
    session: totals.session.id,
    fromSeconds,
    toSeconds,
    stepSeconds: step,
    keepSeconds: Math.max(LEAST_KEEP_SECONDS, step),
  };
}

/** The shortest that gives few enough bins. */
function stepOf(seconds: number, ageSeconds: number): number {
  const finest = ageSeconds > FINE_SECONDS ? MINUTE : 1;
  return STEPS.find((step) => step >= finest && seconds / step <= MOST_BINS) ?? STEPS.at(-1)!;
}

/** Twice as near or as far around a moment; null for all of it. */
export function zoomed(
  { fromSeconds, toSeconds }: Pick<BarSpan, 'fromSeconds' | 'toSeconds'>,
  whole: Bounds,
  aroundSeconds: number,
  factor: number,
): { readonly fromSeconds: number; readonly toSeconds: number } | null {
  const wholeSeconds = Math.max(SHORTEST_SECONDS, whole.lastSeconds - whole.firstSeconds);
  const seconds = Math.max(SHORTEST_SECONDS, (toSeconds - fromSeconds) * factor);
  if (seconds >= wholeSeconds) return null;
  const share = (aroundSeconds - fromSeconds) / Math.max(1, toSeconds - fromSeconds);
  const from = Math.min(whole.lastSeconds - seconds, Math.max(whole.firstSeconds, aroundSeconds - share * seconds));
  return { fromSeconds: from, toSeconds: from + seconds };
}
