/**
 * Series and tops that were not counted when the flows came: summed from the flows, one stretch of time after the other, so
 * that a long question tells how far it is, and ends when nobody waits for it any more.
 */
import type {
  FlowStore,
  FlowSumColumns,
  FlowSumsQuery,
  SeriesMeasure,
  SeriesPoint,
  SeriesTop,
  SessionRecord,
} from '../store/stores.ts';
import { ApiError } from './api-error.ts';

const HOUR_SECONDS = 3_600;
/** Stretches grow and shrink so that each is asked for about so long. */
const PIECE_MILLISECONDS = 200;
const MOST_HOURS = 24 * 32;
/** Questions of this kind at a time, of all who ask. */
const MAX_QUESTIONS = 8;
/** Keys that a series has where none are named. */
const SERIES_KEYS = 20;
const MAX_POINTS = 20_000;

export interface FilteredQuery extends Omit<FlowSumsQuery, 'stepSeconds'> {
  /** The session's, by which time without flows is left out. */
  readonly record: SessionRecord | undefined;
}

/** Told between stretches: how much is done, from 0 to 1. Throws where nobody waits any more. */
export type OnProgress = (done: number) => void;

export class FlowSums {
  readonly #flows: Pick<FlowStore, 'sums'>;
  #questions = 0;

  constructor(flows: Pick<FlowStore, 'sums'>) {
    this.#flows = flows;
  }

  /** What has most packets, as `SeriesStore.top`. */
  async top(query: FilteredQuery, limit: number, onProgress: OnProgress): Promise<SeriesTop[]> {
    const sums = new Map<number, { packets: number; bytes: number; flows: number }>();
    await this.#inPieces({ ...query, stepSeconds: null }, onProgress, (columns) => addByKey(sums, columns));
    return [...sums]
      .map(([key, sum]) => ({ key, ...sum }))
      .sort((a, b) => b.packets - a.packets || a.key - b.key)
      .slice(0, limit);
  }

  /** Points as `SeriesStore.series`: at most `keys` keys stand by themselves, those with most packets. */
  async series(
    query: FilteredQuery & { measure: SeriesMeasure; stepSeconds: number; keyCount?: number | undefined },
    onProgress: OnProgress,
  ): Promise<SeriesPoint[]> {
    const { measure, keyCount, ...asked } = query;
    const hasManyKeys = query.by === 'port' || query.by === 'network' || query.by === 'country';
    const count = keyCount ?? (hasManyKeys ? SERIES_KEYS : undefined);
    const half = (from: number) => (done: number) => onProgress(from + done / 2);
    const keys = count === undefined ? undefined : (await this.top(asked, count, half(0))).map(({ key }) => key);
    const points: SeriesPoint[] = [];
    const distinct = measure === 'sources' || measure === 'targets' ? measure : undefined;
    await this.#inPieces(
      { ...asked, ...(keys === undefined ? {} : { keys }), ...(distinct === undefined ? {} : { distinct }) },
      keys === undefined ? onProgress : half(0.5),
      (columns) => addPoints(points, columns, distinct === undefined ? (measure as 'packets') : 'distinct'),
    );
    return points;
  }

  /** Asks for one stretch after the other. A bin is never in two. */
  async #inPieces(
    { record, ...query }: FlowSumsQuery & FilteredQuery,
    onProgress: OnProgress,
    take: (columns: FlowSumColumns) => void,
  ): Promise<void> {
    if (this.#questions >= MAX_QUESTIONS)
      throw new ApiError(429, 'API_BUSY', `${MAX_QUESTIONS} questions about flows are being answered: ask again soon`);
    this.#questions++;
    try {
      const step = query.stepSeconds ?? HOUR_SECONDS;
      const unit = step * Math.ceil(HOUR_SECONDS / step);
      const { from, to } = stretchOf(query, step, record);
      let units = 1;
      for (let at = from; at < to; ) {
        onProgress((at - from) / (to - from));
        const end = Math.min(to, (Math.floor(at / unit) + units) * unit);
        const began = performance.now();
        take(await this.#flows.sums({ ...query, fromSeconds: at, toSeconds: end }));
        const milliseconds = performance.now() - began;
        if (milliseconds < PIECE_MILLISECONDS / 2) units = Math.min(units * 2, Math.ceil((MOST_HOURS * 3_600) / unit));
        else if (milliseconds > PIECE_MILLISECONDS * 2) units = Math.max(1, units >> 1);
        at = end;
      }
    } finally {
      this.#questions--;
    }
  }
}

/** Whole bins that the span overlaps (a top takes the span as it is), without time in which the session has no flows. */
function stretchOf({ fromSeconds, toSeconds, stepSeconds }: FlowSumsQuery, step: number, record?: SessionRecord) {
  const down = (seconds: number) => (stepSeconds === null ? Math.floor(seconds) : Math.floor(seconds / step) * step);
  const up = (seconds: number) => (stepSeconds === null ? Math.ceil(seconds) : Math.ceil(seconds / step) * step);
  const first = record?.firstSeconds ?? fromSeconds;
  const last = (record?.lastSeconds ?? toSeconds) + 1;
  return { from: down(Math.max(fromSeconds, first)), to: up(Math.min(toSeconds, last)) };
}

function addByKey(
  sums: Map<number, { packets: number; bytes: number; flows: number }>,
  { length, key, packets, bytes, flows }: FlowSumColumns,
): void {
  for (let row = 0; row < length; row++) {
    const sum = sums.get(key[row]!) ?? { packets: 0, bytes: 0, flows: 0 };
    sum.packets += packets[row]!;
    sum.bytes += bytes[row]!;
    sum.flows += flows[row]!;
    sums.set(key[row]!, sum);
  }
}

function addPoints(
  points: SeriesPoint[],
  columns: FlowSumColumns,
  value: 'packets' | 'bytes' | 'flows' | 'distinct',
): void {
  if (points.length + columns.length > MAX_POINTS)
    throw new ApiError(
      400,
      'API_TOO_MANY_POINTS',
      `more than ${MAX_POINTS} points: choose a larger step or a shorter span`,
    );
  for (let row = 0; row < columns.length; row++)
    points.push({ binSeconds: columns.binSeconds[row]!, key: columns.key[row]!, value: columns[value][row]! });
}
