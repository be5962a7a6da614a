/** Flow records, as an interface. */
import type { FlowCondition } from '../../shared/filter/flow-condition.ts';
import type { FlowBatch } from '../../shared/flow-batch.ts';
import type { StretchFigures } from '../../shared/wire/stretch.ts';
import type { IngestCommit, SeriesDimensionName } from './ingest-commit.ts';
import type { Span } from './span.ts';

/** One stored flow record, as the API gives it (names of shared/flow-fields.ts). */
export interface FlowRow {
  readonly sensor: number;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  readonly source: string;
  readonly target: string;
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly protocol: number;
  readonly tcpFlags: number;
  readonly ttl: number;
  readonly ipLength: number;
  readonly packets: number;
  readonly wireBytes: number;
  readonly class: number;
  readonly radiation: number;
  readonly country: string;
  /** Number of the network that announces the source address, 0 for none. */
  readonly asn: number;
  readonly vlan: number;
  readonly fragment: number;
  readonly synWindow: number;
  /** Kinds of the TCP options of a SYN: see shared/tcp-options.ts. */
  readonly synOptions: number;
  /** How the packet inside is carried, 0 for none; then the rest is void: addresses empty, numbers 0. */
  readonly tunnel: number;
  readonly innerProtocol: number;
  readonly innerSource: string;
  readonly innerTarget: string;
  readonly innerSourcePort: number;
  readonly innerTargetPort: number;
}
export interface FlowQuery extends Span {
  readonly session: number;
  readonly limit: number;
  /** Only flows for which this holds. */
  readonly filter?: FlowCondition;
  /** Opaque; from the page before, which had the same filter. */
  readonly cursor?: string;
}
export interface FlowPage {
  readonly flows: FlowRow[];
  readonly cursor: string | null;
}
export interface TopSourcesQuery extends Span {
  readonly session: number;
  readonly limit: number;
  /** Only flows for which this holds. */
  readonly filter?: FlowCondition;
}
/** Sums by bin and key, from the flows themselves: for what was not counted when they came. */
export interface FlowSumsQuery extends Span {
  readonly session: number;
  readonly by: SeriesDimensionName;
  /** Bins begin at multiples of it; null for all of the span as one bin. */
  readonly stepSeconds: number | null;
  /** Keys that stand by themselves, at most 256; all others are summed as OTHER_KEY. Without: every key. */
  readonly keys?: readonly number[];
  /** Addresses that are counted once a bin and key, exactly. */
  readonly distinct?: 'sources' | 'targets';
  /** Only flows for which this holds. */
  readonly filter?: FlowCondition;
}
/** In columns, in order of bin, then key. */
export interface FlowSumColumns {
  readonly length: number;
  readonly binSeconds: Float64Array;
  readonly key: Uint32Array;
  readonly packets: Float64Array;
  readonly bytes: Float64Array;
  readonly flows: Float64Array;
  readonly distinct: Float64Array;
}
/** What flows are told apart by in a breakdown. */
export type BreakdownGroup =
  | 'source'
  | 'target'
  | 'port'
  | 'class'
  | 'radiation'
  | 'protocol'
  | 'country'
  | 'network'
  | 'sensor'
  | 'tag'
  | 'tcpFlags'
  | 'ttl'
  | 'ipLength'
  | 'synWindow'
  | 'synOptions'
  | 'sourcePort';
/** One reading of the flows of a filter, told apart in several ways. */
export interface BreakdownQuery extends Span {
  readonly session: number;
  readonly filter?: FlowCondition;
  readonly groups: readonly BreakdownGroup[];
  /** Keys of each group, those with most packets. */
  readonly limit: number;
  /** Addresses that are counted, over all flows; each costs about as much as all the rest. */
  readonly distinct: readonly DistinctColumn[];
}
export type DistinctColumn = 'sources' | 'targets';
export interface BreakdownSums {
  readonly packets: number;
  readonly bytes: number;
  readonly flows: number;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
}
export interface BreakdownRow extends BreakdownSums {
  /** An address as text; else a number, that of series where they have the dimension. */
  readonly key: string | number;
}
export interface Breakdown {
  /** Null where no flow matches. */
  readonly all: BreakdownSums | null;
  /** Those that were asked for, exactly. */
  readonly distinct: Readonly<Partial<Record<DistinctColumn, number>>>;
  /** Most packets first. */
  readonly groups: Readonly<Partial<Record<BreakdownGroup, readonly BreakdownRow[]>>>;
}
export interface SourceTop {
  readonly source: string;
  readonly country: string;
  readonly packets: number;
  readonly bytes: number;
  readonly flows: number;
}

export interface FlowSums {
  readonly packets: number;
  readonly bytes: number;
  readonly flows: number;
}
/** What became of everything that was stored: the four add up to it. */
export interface FlowAccount {
  readonly present: FlowSums;
  /** Taken out by retention. */
  readonly expired: FlowSums;
  /** In files that are gone or damaged. */
  readonly missing: FlowSums;
  /** With the session, by somebody who may; what had expired by then is among it. */
  readonly deleted: FlowSums;
}
/** What a session takes on the disk, near enough: of tables it is not known. */
export interface SessionSize {
  readonly session: number;
  readonly flows: number;
  readonly bytes: number;
}
export interface FlowSpan extends Span {
  readonly session: number;
}
export interface FlowCount {
  readonly packets: number;
  /** Of files with flows of the span that are gone or damaged, with what of them lies beside it. */
  readonly missingPackets: number;
}
/** A piece of capture time that is replayed, by the first packet of flows; at most MAX_STRETCH_SECONDS. */
export interface StretchQuery extends Span {
  readonly session: number;
  /** Only flows for which this holds. */
  readonly filter?: FlowCondition;
  /** Flows that are given at most, 1 to MAX_STRETCH_STREAKS. */
  readonly most: number;
  /** Of many flows, sources and ports are left out. */
  readonly isBrief?: boolean;
}
export interface FlowStretch {
  /** Flows of the span, whatever the filter. */
  readonly offered: number;
  /** Of all flows that the filter selects. */
  readonly figures: StretchFigures;
  /**
   * Those flows, or of more than `most` a fair sample, which is the same each time: one batch of each family at most, in
   * order of time, with the columns that streaks and their figures are made of (the others are empty).
   */
  readonly flows: readonly FlowBatch[];
  /** As FlowCount has them. */
  readonly missingPackets: number;
  /** When the next flow of the session begins, at or behind the end, whatever the filter; null where none comes. */
  readonly nextSeconds: number | null;
  /** When the first flow of the session begins that is there; null without any. */
  readonly keptFromSeconds: number | null;
}
/** Explained in docs/errors.md. */
export type StoreProblemCode =
  | 'STORE_LOG_DAMAGED'
  | 'STORE_FILE_UNKNOWN'
  | 'STORE_FILE_MISSING'
  | 'STORE_FILE_STUCK'
  | 'STORE_CLOCK_JUMPED'
  | 'STORE_SEALING_FAILED'
  | 'STORE_SUMMARY_FAILED'
  | 'STORE_COMPACTION_FAILED'
  | 'STORE_RETENTION_FAILED';

/** What does not go as it should, since when, and when it was last met. */
export interface StoreProblem {
  readonly code: StoreProblemCode;
  /** For whoever runs the server: may name files. */
  readonly message: string;
  readonly sinceSeconds: number;
  readonly lastSeconds: number;
}
/** How the store does, for monitors. */
export interface FlowStoreState {
  /** Tables and rows that are not in files yet. */
  readonly tables: number;
  readonly tableRows: number;
  readonly files: number;
  readonly fileBytes: number;
  /** Of what was summed up of files for replays, beside them. */
  readonly summaryBytes: number;
  /** What left with sessions that were deleted. */
  readonly deleted: FlowSums & { readonly sessions: number };
  readonly problems: readonly StoreProblem[];
  /** What went wrong last, since the start; it may be right again. */
  readonly lastError: StoreProblem | null;
}

/** Flow records, and with them what must be durable at the same moment. */
export interface FlowStore {
  /**
   * Durable when it resolves; all or nothing. Commits are done in turn. The arrays must not change until it resolves,
   * and stay the caller's. Throws RangeError for values that cannot be stored, before anything is.
   */
  commit(commit: IngestCommit): Promise<void>;
  /** Those whose first packet lies in the span, oldest first; at most 10,000. RangeError for wrong arguments. */
  flows(query: FlowQuery): Promise<FlowPage>;
  topSources(query: TopSourcesQuery): Promise<SourceTop[]>;
  /** Of flows whose interval begins in the span. At most 200,000 rows, else RangeError. */
  sums(query: FlowSumsQuery): Promise<FlowSumColumns>;
  /**
   * Of flows whose interval begins in the span; at most 1,000 keys a group, else RangeError. Ended with STORE_GONE when `gone`
   * says that nobody waits for it.
   */
  breakdown(query: BreakdownQuery, gone?: AbortSignal): Promise<Breakdown>;
  /** Sums over the flow records of a session that are there, for the ledger's check. */
  sum(session: number): Promise<FlowSums>;
  account(session: number): Promise<FlowAccount>;
  /** Of flows whose first packet lies in the span: what is there of it. */
  count(query: FlowSpan): Promise<FlowCount>;
  /** RangeError for wrong arguments; STORE_GONE as a breakdown. */
  stretch(query: StretchQuery, gone?: AbortSignal): Promise<FlowStretch>;
  /** Of all sessions that have flows. */
  sizes(): Promise<SessionSize[]>;
  state(): Promise<FlowStoreState>;
  close(): Promise<void>;
}
