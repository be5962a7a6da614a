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

/**
 * Which bins are done with, for servers that keep every value they are sent. A bin is one when it was not touched after
 * `quietGeneration`, and its time is over: of live ones, when it ended before `liveSeconds`; of others, when their session
 * has finished, when its packets are a minute past the bin, or when nothing touched it after `idleGeneration`.
 */
export interface SettledLimits {
  readonly liveSeconds: number;
  readonly quietGeneration: number;
  readonly idleGeneration: number;
}

/** What is known of the server that gets the bins; it stays when the store is closed. Seconds since 1970 UTC. */
export interface MirrorMemory {
  /** When it was started, by its own word and clock. */
  readonly startSeconds: number | null;
  /** When the first of the bins that are remembered was done, by the clock of this machine. */
  readonly firstSeconds: number | null;
}

/**
 * Bins not yet mirrored, kept in the same transactions as the series themselves. Reading changes nothing, but that bins
 * that are not whole any more leave.
 */
export interface SeriesOutbox {
  /** The bins waiting longest, at most `limit`, with their values as they stand now; only settled ones where that is wanted. */
  pending(limit: number, settled?: SettledLimits): Promise<OutboxBatch>;
  /** Takes bins out, except those touched again since `pending` gave them. Those in `remembered` can be had again. */
  done(bins: readonly TouchedBin[], remembered?: readonly TouchedBin[]): Promise<void>;
  /**
   * Puts remembered bins back that were done since then (at most a day and 100,000 of them are known), as far as the store
   * has all of them, and notes the start of the server that is to get them. Gives how many did not wait already.
   */
  again(sinceSeconds: number, startSeconds: number | null): Promise<number>;
  memory(): Promise<MirrorMemory>;
  noteStart(startSeconds: number): Promise<void>;
  pendingBins(): Promise<number>;
  /** Bins that left without having been given since the store was opened: retention took them, or some of what they had. */
  binsNotWhole(): Promise<number>;
  /** Sessions that were deleted, of which whoever mirrors the series may still have some. */
  deletedSessions(): Promise<number[]>;
  /** Nothing is left of it there. */
  sessionForgotten(session: number): Promise<void>;
  /** The largest generation given so far: bins touched later have larger ones, until the store is opened again. */
  newestGeneration(): Promise<number>;
}

/** How one sensor does at one moment. Fields are whole numbers; null is not known, and left out. */
export interface HealthPoint {
  readonly sensor: number;
  /** Since 1970 UTC, of the wall's clock. */
  readonly seconds: number;
  readonly fields: Readonly<Record<string, number | null>>;
}
