/** Two spans held against each other: what has more or less of the packets, a second. No DOM. */
import { OTHER_KEYS, type TopAnswer } from '../../feed/series-answer.ts';
import { type Change, changeOf } from './change.ts';

export interface ComparedRow {
  readonly key: string;
  /** Packets a second; null where it was too small to be listed. */
  readonly a: number | null;
  readonly b: number | null;
  /** Of `b` against `a`. */
  readonly change: Change;
}

export interface ComparedSide {
  readonly answer: TopAnswer;
  /** The list may be cut where it has so many rows. */
  readonly limit: number;
}

/** Those with the greatest difference first. */
export function compareTops(a: ComparedSide, b: ComparedSide, count: number): ComparedRow[] {
  const [left, right] = [ratesOf(a), ratesOf(b)];
  const keys = new Set([...left.rates.keys(), ...right.rates.keys()]);
  const rows = [...keys].map((key): ComparedRow => {
    const [of, now] = [left.rateOf(key), right.rateOf(key)];
    return { key, a: of, b: now, change: changed(of, now) };
  });
  const difference = (row: ComparedRow) => Math.abs((row.b ?? 0) - (row.a ?? 0));
  return rows
    .sort((one, other) => difference(other) - difference(one) || (one.key < other.key ? -1 : 1))
    .slice(0, count);
}

function changed(a: number | null, b: number | null): Change {
  if (a === null || b === null) return { kind: 'unknown' };
  return changeOf(b, a, true);
}

function ratesOf({ answer, limit }: ComparedSide) {
  const seconds = Math.max(1, answer.toSeconds - answer.fromSeconds);
  const named = answer.rows.filter(({ key }) => !OTHER_KEYS.has(key));
  const isWhole = named.length === answer.rows.length && answer.rows.length < limit;
  const rates = new Map(named.map(({ key, packets }) => [key, packets / seconds]));
  return { rates, rateOf: (key: string) => rates.get(key) ?? (isWhole ? 0 : null) };
}
