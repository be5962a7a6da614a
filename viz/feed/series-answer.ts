/** Answers of `/api/v1/series` and `/api/v1/top`, checked: a page may be older or newer than its server. */
import { readAbsent, type WithAbsent } from './absent.ts';
import { unreadableError } from './answers.ts';

export interface SeriesAnswer extends WithAbsent {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly stepSeconds: number;
  /** Begin of every bin, from the one that `from` lies in. */
  readonly bins: Float64Array;
  /** A value for each bin, 0 where there is none; most first, `other` last. */
  readonly keys: readonly { readonly key: string; readonly values: Float64Array; readonly sum: number }[];
  readonly outageSeconds: Float64Array;
}

export interface TopRow {
  readonly key: string;
  readonly packets: number;
  readonly bytes: number;
  readonly flows: number;
  readonly country: string;
}

export interface TopAnswer extends WithAbsent {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly rows: readonly TopRow[];
}

/** More bins than the server gives. */
const MOST_BINS = 10_000;
/** What is not named, by whatever was summed. */
export const OTHER_KEYS: ReadonlySet<string> = new Set(['other', 'unlisted']);

type Loose = Record<string, unknown>;

/** Throws QuestionError. */
export function readSeriesAnswer(body: unknown): SeriesAnswer {
  const { from, to, step, points, outageSeconds, by } = record(body);
  const [fromSeconds, toSeconds, stepSeconds] = [seconds(from), seconds(to), count(step)];
  if (stepSeconds < 1 || !Array.isArray(points) || toSeconds < fromSeconds) throw unreadableError();
  const first = Math.floor(fromSeconds / stepSeconds) * stepSeconds;
  const length = Math.ceil((toSeconds - first) / stepSeconds);
  if (length > MOST_BINS) throw unreadableError();
  const values = new Map<string, Float64Array>();
  for (const point of points) {
    const { time, key, value } = record(point);
    const at = (seconds(time) - first) / stepSeconds;
    const name = String(key);
    if (!values.has(name)) values.set(name, new Float64Array(length));
    if (Number.isInteger(at) && at >= 0 && at < length) values.get(name)![at]! += count(value);
  }
  const outages = Array.isArray(outageSeconds) ? outageSeconds : [];
  return {
    fromSeconds,
    toSeconds,
    stepSeconds,
    bins: Float64Array.from({ length }, (_, at) => first + at * stepSeconds),
    keys: sorted(values, by === 'class'),
    outageSeconds: Float64Array.from({ length }, (_, at) => Number(outages[at] ?? 0) || 0),
    absent: readAbsent(body),
  };
}

function sorted(values: ReadonlyMap<string, Float64Array>, isClass: boolean): SeriesAnswer['keys'] {
  // There is a traffic class that is called other: it is one like the others.
  const isOther = (key: string) => (isClass ? key === 'unlisted' : OTHER_KEYS.has(key));
  return [...values]
    .map(([key, each]) => ({ key, values: each, sum: each.reduce((sum, value) => sum + value, 0) }))
    .sort((a, b) => Number(isOther(a.key)) - Number(isOther(b.key)) || b.sum - a.sum || (a.key < b.key ? -1 : 1));
}

/** Throws QuestionError. */
export function readTopAnswer(body: unknown): TopAnswer {
  const { from, to, rows } = record(body);
  if (!Array.isArray(rows)) throw unreadableError();
  return {
    fromSeconds: seconds(from),
    toSeconds: seconds(to),
    rows: rows.map((row) => {
      const { key, packets, bytes, flows, country } = record(row);
      return {
        key: String(key),
        packets: count(packets),
        bytes: count(bytes),
        flows: count(flows),
        country: typeof country === 'string' ? country : '',
      };
    }),
    absent: readAbsent(body),
  };
}

export function record(value: unknown): Loose {
  if (typeof value !== 'object' || value === null) throw unreadableError();
  return value as Loose;
}

export function count(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw unreadableError();
  return value;
}

export function seconds(value: unknown): number {
  const milliseconds = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(milliseconds)) throw unreadableError();
  return milliseconds / 1000;
}
