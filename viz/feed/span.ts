/** The stretch of capture time that panels answer for: the last so many seconds, or one that stands still. */

export type Span =
  | { readonly kind: 'last'; readonly seconds: number }
  | { readonly kind: 'fixed'; readonly fromSeconds: number; readonly toSeconds: number };

export const defaultSpan: Span = { kind: 'last', seconds: 3_600 };

const UNIT_SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400 };
const MOST_SECONDS = 20 * 366 * 86_400;
/** RFC 3339 in UTC, as this file writes it. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** `15m`, `24h`, `7d`, or `2026-01-01T00:00:00Z/2026-01-01T01:00:00Z`; null for what is none. */
export function readSpan(text: string | null): Span | null {
  const last = /^(\d{1,5})([mhd])$/.exec(text ?? '');
  if (last) {
    const seconds = Number(last[1]) * UNIT_SECONDS[last[2]!]!;
    return seconds > 0 && seconds <= MOST_SECONDS ? { kind: 'last', seconds } : null;
  }
  const [fromSeconds, toSeconds] = (text ?? '').split('/').map(readTime);
  if (fromSeconds == null || toSeconds == null || fromSeconds >= toSeconds) return null;
  return toSeconds - fromSeconds <= MOST_SECONDS ? { kind: 'fixed', fromSeconds, toSeconds } : null;
}

function readTime(text: string): number | null {
  const milliseconds = TIME.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(milliseconds) || milliseconds < 0 ? null : milliseconds / 1000;
}

/** What `readSpan` reads. */
export function formatSpan(span: Span): string {
  if (span.kind === 'fixed') return [span.fromSeconds, span.toSeconds].map(formatTime).join('/');
  const [unit, seconds] = Object.entries(UNIT_SECONDS).findLast(([, each]) => span.seconds % each === 0) ?? ['m', 60];
  return `${Math.max(1, Math.round(span.seconds / seconds))}${unit}`;
}

const formatTime = (seconds: number) => new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');

/** First and end of the span in seconds since 1970, where the newest packet was captured at `newestSeconds`. */
export function edgesOf(
  span: Span,
  newestSeconds: number,
): { readonly fromSeconds: number; readonly toSeconds: number } {
  if (span.kind === 'fixed') return span;
  const toSeconds = Math.floor(newestSeconds) + 1;
  return { fromSeconds: Math.max(0, toSeconds - span.seconds), toSeconds };
}
