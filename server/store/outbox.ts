/** What a mirror of the series reads: the bins that changed, with their absolute values. */

import type { Coverage } from '../aggregate/coverage.ts';

/** A bin that was written to, and the number of the last commit that did. */
export interface TouchedBin {
  readonly resolution: number;
  readonly session: number;
  /** Start, seconds since 1970 UTC. */
  readonly bin: number;
  readonly generation: number;
}

/** All there is in one bin for one key: not what was added, but what stands there now. */
export interface MirrorPoint {
  readonly resolution: number;
  readonly session: number;
  readonly bin: number;
  readonly dimension: number;
  /** As in SeriesRows. */
  readonly key: number;
  readonly packets: number;
  readonly bytes: number;
  readonly flows: number;
  /** Of bins of a minute and coarser. */
  readonly sources: number;
  readonly targets: number;
  /** Of the total and of each sensor, null for others. */
  readonly coverage: Coverage | null;
}

export interface OutboxBatch {
  readonly bins: readonly TouchedBin[];
  readonly points: readonly MirrorPoint[];
}

/** Bins not yet mirrored, kept in the same transactions as the series themselves. Reading changes nothing. */
export interface SeriesOutbox {
  /** The bins waiting longest, at most `limit`, with their values as they stand now. */
  pending(limit: number): Promise<OutboxBatch>;
  /** Takes bins out, except those touched again since `pending` gave them. */
  done(bins: readonly TouchedBin[]): Promise<void>;
  pendingBins(): Promise<number>;
}
