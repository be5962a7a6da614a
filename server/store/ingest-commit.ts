/** What one commit carries: everything that must become durable together, before frames are acknowledged. */

import type { SensorLedger, ServerLedger } from '../../shared/counters.ts';
import type { FlowBatch } from '../../shared/flow-batch.ts';
import type { SensorHealth } from '../../shared/wire/messages.ts';

/** What a series counts by; ids are stored and never reused. */
export const SeriesDimension = {
  total: 0,
  class: 1,
  protocol: 2,
  port: 3,
  country: 4,
  sensor: 5,
  network: 6,
  tag: 7,
  radiation: 8,
} as const;
export type SeriesDimension = (typeof SeriesDimension)[keyof typeof SeriesDimension];
export type SeriesDimensionName = keyof typeof SeriesDimension;

/** Bins in which series are kept, in seconds. `second` has the dimensions total and class only; the others have all. */
export const SeriesResolution = { second: 1, minute: 60, fiveMinutes: 300, hour: 3600, day: 86_400 } as const;
export type SeriesResolution = (typeof SeriesResolution)[keyof typeof SeriesResolution];
export const seriesResolutions: readonly SeriesResolution[] = Object.values(SeriesResolution);

/** In place of a key that does not stand by itself: the sum of all that do not. */
export const OTHER_KEY = 0xffff_ffff;

/** How that is written: `other` is the name of a traffic class and of a class of radiation. */
export function otherText(by: SeriesDimensionName): 'other' | 'unlisted' {
  return by === 'class' || by === 'radiation' ? 'unlisted' : 'other';
}

/**
 * Partial sums to add to the series, in columns. The key is: 0 (total), a traffic class id, an IP protocol,
 * protocol × 65,536 + target port, a country's two letters as u16 (0 unknown), a sensor id, a network's number (0
 * unknown), the number of a tag's bit, a class of radiation (0 unknown); or OTHER_KEY. Sums are of seconds and minutes only: coarser bins are made of
 * minutes in the store. Distinct counts are of minutes and coarser.
 */
export interface SeriesRows {
  readonly length: number;
  readonly resolution: Uint32Array;
  readonly dimension: Uint8Array;
  readonly session: Uint32Array;
  /** Start of the bin, seconds since 1970 UTC. */
  readonly bin: Float64Array;
  readonly key: Uint32Array;
  readonly packets: Float64Array;
  readonly bytes: Float64Array;
  readonly flows: Float64Array;
  /** Distinct sources and targets that the whole bin has by now: of several rows, the largest holds. */
  readonly sources: Float64Array;
  readonly targets: Float64Array;
}

/** What must outlive a stop to go on counting distinct addresses in bins that are open: opaque to the store. */
export interface SketchState {
  readonly session: number;
  /** Given away with the commit. Null: as it was stored before. */
  readonly state: Uint8Array | null;
}

/** As the store gives it back. */
export type StoredSketch = SketchState & { readonly state: Uint8Array };

export interface Position {
  readonly sensor: number;
  readonly epoch: number;
  readonly sequence: number;
}

/** A sensor's last report. `ledger` is that of all its runs in the session, `earlier` that of the runs before the one of `epoch`. */
export interface LedgerHealth extends SensorHealth {
  /** Names the run: its first epoch. */
  readonly epoch: number;
  readonly earlier: SensorLedger | null;
  /** Runs that are in `earlier`, the last of them. */
  readonly earlierRuns?: readonly number[];
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

/** A stretch of capture time in which one run of a sensor watched so many addresses: to be put in the place of the one with the same begin. */
export interface WatchState {
  readonly session: number;
  readonly sensor: number;
  readonly epoch: number;
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** IPv4 addresses; blocks of IPv6 are too large to count. Secret. */
  readonly addresses: number;
}

/**
 * What rules found about sources, in columns: of rows of equal session, sensor, source, tag and key the numbers add up. Tags
 * are those of shared/tags.ts, and such as a newer sensor has.
 */
export interface EvidenceRows {
  readonly length: number;
  readonly session: Uint32Array;
  readonly sensor: Uint16Array;
  /** Four words each; an IPv4 address as ::ffff:a.b.c.d. */
  readonly source: Uint32Array;
  readonly tag: Uint8Array;
  /** What the packets that match have in common. Secret: with some rules it gives targets away. */
  readonly key: Uint32Array;
  readonly matched: Float64Array;
  readonly candidates: Float64Array;
  /** Of those that match; 0 where none does. */
  readonly firstSeconds: Float64Array;
  readonly lastSeconds: Float64Array;
  readonly packets: readonly EvidencePacketRow[];
}

/** One packet that proves what its row says. */
export interface EvidencePacketRow {
  readonly row: number;
  readonly seconds: number;
  /** From the IP header on. Secret. */
  readonly bytes: Uint8Array;
}

/**
 * What is new about one distinct payload since the sensor's last row: of rows of equal session, sensor and payload (digest,
 * protocol and length on the wire) packets add up, and all else is united.
 */
export interface PayloadRow {
  readonly session: number;
  readonly sensor: number;
  /** First eight bytes of SHA-256 over the bytes that were captured. */
  readonly digest: bigint;
  readonly protocol: number;
  /** What the payload had on the wire. */
  readonly wireBytes: number;
  readonly capturedBytes: number;
  /** The first bytes. Secret. */
  readonly bytes: Uint8Array;
  readonly packets: number;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  /** Target ports that came first. */
  readonly ports: readonly number[];
  readonly hasMorePorts: boolean;
  /** Sources that came first, four words each; an IPv4 address as ::ffff:a.b.c.d. */
  readonly sources: Uint32Array;
  /** HyperLogLog of sources: see shared/wire/payloads.ts. */
  readonly sketch: Uint8Array;
}

export interface IngestCommit {
  /** At most one batch a family; `sensor`, `session`, `country` and `asn` are filled. Given away: their memory may go to the store's thread. */
  readonly flows: readonly FlowBatch[];
  readonly series: SeriesRows;
  readonly positions: readonly Position[];
  readonly ledgers: readonly LedgerState[];
  /** All sessions that are open; what was stored of others goes. What is committed after them is read from the flows at the next start. */
  readonly sketches?: readonly SketchState[];
  readonly watches?: readonly WatchState[];
  readonly evidence?: EvidenceRows;
  readonly payloads?: readonly PayloadRow[];
}
