/** What one commit carries: everything that must become durable together, before frames are acknowledged. */

import type { SensorLedger, ServerLedger } from '../../shared/counters.ts';
import type { FlowBatch } from '../../shared/flow-batch.ts';
import type { SensorHealth } from '../../shared/wire/messages.ts';

/** What a series counts by; ids are stored and never reused. */
export const SeriesDimension = { total: 0, class: 1, protocol: 2, port: 3, country: 4, sensor: 5 } as const;
export type SeriesDimension = (typeof SeriesDimension)[keyof typeof SeriesDimension];
export type SeriesDimensionName = keyof typeof SeriesDimension;

/** Bins in which series are kept. `second` has the dimensions total and class only; `minute` has all. */
export const SeriesResolution = { second: 1, minute: 60 } as const;
export type SeriesResolution = (typeof SeriesResolution)[keyof typeof SeriesResolution];

/**
 * Partial sums to add to the series, in columns. The key is: 0 (total), a traffic class id, an IP protocol,
 * protocol × 65,536 + target port, a country's two letters as u16 (0 unknown), a sensor id.
 */
export interface SeriesRows {
  readonly length: number;
  readonly resolution: Uint8Array;
  readonly dimension: Uint8Array;
  readonly session: Uint32Array;
  /** Start of the bin, seconds since 1970 UTC. */
  readonly bin: Float64Array;
  readonly key: Uint32Array;
  readonly packets: Float64Array;
  readonly bytes: Float64Array;
  readonly flows: Float64Array;
}

export interface Position {
  readonly sensor: number;
  readonly epoch: number;
  readonly sequence: number;
}

/** A sensor's last report. `ledger` is that of all its runs in the session, `earlier` that of the runs before the one of `epoch`. */
export interface LedgerHealth extends SensorHealth {
  readonly epoch: number;
  readonly earlier: SensorLedger | null;
  /** Blocks that the sensor watched then. Secret. */
  readonly prefixes: readonly string[];
}

/** The ledger of one sensor and session, to be put in the place of the one stored before. */
export interface LedgerState {
  readonly session: number;
  readonly sensor: number;
  readonly server: ServerLedger;
  readonly health: LedgerHealth | null;
  /** The server's counters when the report came, which is later than what it reports; not stored. */
  readonly serverAtReport?: ServerLedger;
}

export interface IngestCommit {
  /** At most one batch a family; `sensor`, `session`, `country` and `asn` are filled. */
  readonly flows: readonly FlowBatch[];
  readonly series: SeriesRows;
  readonly positions: readonly Position[];
  readonly ledgers: readonly LedgerState[];
}
