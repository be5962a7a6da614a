/** How a figure stands against that of the span before. No DOM. */
import { fill, type Text } from '../../text/text.ts';

export type Change =
  | { readonly kind: 'ratio'; readonly ratio: number }
  /** There was none before. */
  | { readonly kind: 'new' }
  /** It is not known: nothing was stored, no sensor watched, or it was too small to be listed. */
  | { readonly kind: 'unknown' };

/** `isWhole`: the list of the span before has all there was. */
export function changeOf(now: number, before: number | undefined, isWhole: boolean): Change {
  if (before !== undefined && before > 0) return { kind: 'ratio', ratio: now / before };
  return isWhole && now > 0 ? { kind: 'new' } : { kind: 'unknown' };
}

/** Beyond this, a factor says more than a percentage. */
const FACTOR = 3;

export function changeWords(change: Change, text: Text): string {
  if (change.kind === 'new') return text.deskNew;
  if (change.kind === 'unknown') return '·';
  const { ratio } = change;
  if (ratio >= FACTOR) return `×${ratio >= 100 ? Math.round(ratio) : ratio.toFixed(1)}`;
  const percent = Math.round((ratio - 1) * 100);
  // A sign, and not only a colour, tells up from down.
  return percent === 0 ? '=' : percent > 0 ? `▲${percent} %` : `▼${-percent} %`;
}

export function changeKind(change: Change): string {
  if (change.kind !== 'ratio') return change.kind;
  return change.ratio > 1.005 ? 'more' : change.ratio < 0.995 ? 'less' : 'same';
}

/** What it is compared with, in words. `unwatched`: for how long of either span no sensor watched, where that is too long to compare. */
export function againstWords(
  before: { readonly isDayBefore: boolean } | null,
  span: string,
  unwatched: { readonly before: string | null; readonly now: string | null },
  text: Text,
): string {
  if (before === null) return text.deskNothingBefore;
  if (unwatched.before !== null) return fill(text.deskUnwatchedBefore, { duration: unwatched.before, span });
  if (unwatched.now !== null) return fill(text.deskUnwatchedNow, { duration: unwatched.now, span });
  return before.isDayBefore ? text.deskAgainstDay : fill(text.deskAgainstSpan, { span });
}
