/** What a mirror of the series reads: the bins that changed, with their absolute values. */

/** In place of a port that is not on the session's list of the day: the sum of all that are not. */
export const OTHER_PORT_KEY = 0xffff_ffff;

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
  /** As in SeriesRows, or OTHER_PORT_KEY. */
  readonly key: number;
  readonly packets: number;
  readonly bytes: number;
  readonly flows: number;
}

export interface OutboxBatch {
  readonly bins: readonly TouchedBin[];
  readonly points: readonly MirrorPoint[];
}

/** Bins not yet mirrored, kept in the same transactions as the series themselves. Reading changes nothing. */
export interface SeriesOutbox {
  /** The bins waiting longest, at most `limit`, with their values as they stand now; ports beyond `maxPorts` a day as one. */
  pending(limit: number, maxPorts: number): Promise<OutboxBatch>;
  /** Takes bins out, except those touched again since `pending` gave them. */
  done(bins: readonly TouchedBin[]): Promise<void>;
  pendingBins(): Promise<number>;
}
