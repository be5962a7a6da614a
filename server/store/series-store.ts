/** Time series, as an interface. */
import type { SeriesDimensionName, SeriesResolution } from './ingest-commit.ts';
import type { Span } from './span.ts';

/** Sums, and numbers of distinct addresses. The latter do not add up: they are of one bin each. */
export type SeriesMeasure = 'packets' | 'bytes' | 'flows' | 'sources' | 'targets';
export type SumMeasure = 'packets' | 'bytes' | 'flows';

export interface SeriesQuery extends Span {
  readonly session: number;
  readonly measure: SeriesMeasure;
  readonly by: SeriesDimensionName;
  /** A multiple of the resolution used; bins start at multiples of it. */
  readonly stepSeconds: number;
  /** Only this key, where given. */
  readonly key?: number;
  /** Keys that stand by themselves, at most 256; all others are summed as OTHER_KEY, or left out where they do not add up. */
  readonly keys?: readonly number[];
}
export interface SeriesPoint {
  readonly binSeconds: number;
  readonly key: number;
  readonly value: number;
}

export interface SeriesTopQuery extends Span {
  readonly session: number;
  readonly measure: SumMeasure;
  readonly by: SeriesDimensionName;
  readonly limit: number;
}
export interface SeriesTop {
  readonly key: number;
  readonly packets: number;
  readonly bytes: number;
  readonly flows: number;
}

/** Time series: sums over the flows of one session. Wrong arguments are RangeErrors, with a sentence for the user. */
export interface SeriesStore {
  /**
   * In order of time, then key; bins without packets are left out. Answered from the coarsest bins of which the step is a
   * multiple; steps that are no whole minutes from seconds (total and class only). `sources` and `targets` need a step
   * that is a resolution from minutes on. At most 20,000 points, else RangeError; also where bins are no longer kept.
   */
  series(query: SeriesQuery): Promise<SeriesPoint[]>;
  /** The keys with most of the measure, most first, ties by key. Bins that overlap the span count whole. */
  top(query: SeriesTopQuery): Promise<SeriesTop[]>;
  /** All packets in the series of a session, by the total of the resolution named; with what is no longer kept. */
  sum(session: number, resolution: SeriesResolution): Promise<{ packets: number; bytes: number; flows: number }>;
  close(): Promise<void>;
}
