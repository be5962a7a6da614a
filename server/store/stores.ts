/** The server's stores, as interfaces. Spans are half-open [from, to), times in seconds since 1970 UTC. */

import type { FlowCondition } from '../../shared/filter/flow-condition.ts';
import type { FlowBatch } from '../../shared/flow-batch.ts';
import type { Place, SessionKind } from '../../shared/wire/messages.ts';
import type { StretchFigures } from '../../shared/wire/stretch.ts';
import type { FetchTool } from '../detect/sites/commands.ts';
import type { ReadingStep } from '../detect/sites/readings.ts';
import type {
  IngestCommit,
  LedgerState,
  SeriesDimensionName,
  SeriesResolution,
  StoredSketch,
  WatchState,
} from './ingest-commit.ts';

export interface Span {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

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

export interface SensorRecord {
  readonly id: number;
  readonly name: string;
  readonly place: Place | null;
}
export interface SessionRecord {
  readonly id: number;
  readonly kind: SessionKind;
  readonly name: string;
  readonly sensor: number | null;
  readonly arrivedSeconds: number;
  /** First and last capture time stored, null without flows. */
  readonly firstSeconds: number | null;
  readonly lastSeconds: number | null;
  readonly packets: number;
}
/** Sums of a session over all time. */
export interface SessionTotals extends FlowSums {
  /** Packets whose source address is registered in no country. */
  readonly unknownPlacePackets: number;
}
/** Small facts: sensors, sessions and their totals, positions, ledgers and the installation's key. */
export interface Catalog {
  /** 32 random bytes made when the data directory was: keys the masks. */
  installationKey(): Promise<Uint8Array>;
  /** The sensor of that name, made at its first use (ids 1 … 65,535 are never reused); place is updated. */
  sensor(name: string, place: Place | null): Promise<SensorRecord>;
  sensors(): Promise<SensorRecord[]>;
  /** Session 0 for live; else the session of that sensor and epoch, made at its first use. */
  session(wanted: { kind: SessionKind; name: string; sensor: number; epoch: number }): Promise<SessionRecord>;
  /** Null where there is no such session. */
  renameSession(session: number, name: string): Promise<SessionRecord | null>;
  /**
   * With everything that is known of it; false where there is no such session. Nothing may be on its way to it. Its number
   * and epoch do not come again: `session` throws StoreError STORE_SESSION_DELETED for them.
   */
  deleteSession(session: number): Promise<boolean>;
  /** All sessions, newest arrival last; session 0 is listed once it has flows. */
  sessions(): Promise<SessionRecord[]>;
  /** Last stored sequence of that epoch, or -1. */
  position(sensor: number, epoch: number): Promise<number>;
  ledgers(): Promise<LedgerState[]>;
  /** Who watched the session's span, by begin: runs of sensors that overlap it. */
  watches(session: number, span: Span): Promise<WatchState[]>;
  /** Of all that was stored in a session; answered beside questions of viewers, since sensors connect by it. */
  totals(session: number): Promise<SessionTotals>;
}

/** What one rule found about a source, over all sensors of a session. */
export interface RuleEvidence {
  readonly tag: number;
  readonly matched: number;
  readonly candidates: number;
  /** Of those that match. */
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  /** Different keys among those that match: processes, or runs, that can be told apart. */
  readonly keys: number;
  /** Up to six packets that prove it, those of the key with most matches first. Secret. */
  readonly packets: readonly { readonly seconds: number; readonly bytes: Uint8Array }[];
}
/** What became of all evidence that was stored, in packets that matched; the three add up to it. */
export interface EvidenceAccount {
  readonly present: number;
  /** Taken out by retention, with the flows. */
  readonly expired: number;
  /** Taken out because there was too much: what was seen least lately. */
  readonly givenUp: number;
}
export interface EvidenceStore {
  /** By tag. `source` is an address of four words, an IPv4 address as ::ffff:a.b.c.d. */
  of(session: number, source: Uint32Array): Promise<RuleEvidence[]>;
  account(session: number): Promise<EvidenceAccount>;
}

/** Names a payload: its digest, protocol and length on the wire. */
export interface PayloadKey {
  readonly digest: bigint;
  readonly protocol: number;
  readonly wireBytes: number;
}
/** What is known of one distinct payload in a session, of all its sensors. */
export interface StoredPayload extends PayloadKey {
  readonly capturedBytes: number;
  /** The first bytes. Secret. */
  readonly bytes: Uint8Array;
  readonly packets: number;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  /** Target ports, some of them where there are more. */
  readonly ports: readonly number[];
  readonly hasMorePorts: boolean;
  /** How many there were, near enough; see shared/wire/payloads.ts for the error. */
  readonly sources: number;
  /** Some that came first, four words each. */
  readonly sourceSample: Uint32Array;
  readonly sensors: readonly number[];
  /** Addresses that it would fetch from. */
  readonly sites: number;
}
export interface PayloadQuery {
  readonly session: number;
  /** Seen within these seconds, and counted as a whole. */
  readonly fromSeconds?: number;
  readonly toSeconds?: number;
  readonly order: 'packets' | 'sources' | 'first' | 'last';
  /** With addresses that they would fetch from. */
  readonly withSites?: boolean;
  readonly port?: number;
  readonly protocol?: number;
  readonly limit: number;
}
/** An address that commands in payloads would fetch from. Of all payloads with it. */
export interface StoredSite {
  readonly tool: FetchTool;
  /** As the command has it: never shown or handed on without `defang`. */
  readonly url: string;
  /** How it was hidden in the first of its payloads. */
  readonly steps: readonly ReadingStep[];
  readonly isCut: boolean;
  readonly packets: number;
  readonly payloads: number;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  readonly sources: number;
  readonly sourceSample: Uint32Array;
  readonly sensors: readonly number[];
  /** Some of them, those with most packets first. */
  readonly keys: readonly PayloadKey[];
}
export interface SiteQuery {
  readonly session: number;
  readonly fromSeconds?: number;
  readonly toSeconds?: number;
  readonly order: 'packets' | 'sources' | 'first' | 'last';
  readonly limit: number;
}
export interface PayloadStore {
  /** `total`: how many there are, whatever the limit. */
  list(query: PayloadQuery): Promise<{ readonly total: number; readonly payloads: StoredPayload[] }>;
  of(session: number, key: PayloadKey): Promise<StoredPayload | null>;
  sites(query: SiteQuery): Promise<{ readonly total: number; readonly sites: StoredSite[] }>;
  sitesOf(session: number, key: PayloadKey): Promise<StoredSite[]>;
  /** In packets with payloads. */
  account(session: number): Promise<PayloadAccount>;
}
/** What became of all that was stored, in packets; the three add up to it. */
export type PayloadAccount = EvidenceAccount;

/** What a start needs to go on counting distinct addresses where the last run stood. */
export interface SketchMemory {
  readonly states: readonly StoredSketch[];
  /** Minutes with flows that are not in `states` yet. */
  readonly minutes: readonly { readonly session: number; readonly bin: number }[];
}
export interface MinuteFlows {
  readonly bin: number;
  readonly flows: number;
}
/** Spans are of the seconds that flows are counted in. */
export interface SketchStore {
  memory(): Promise<SketchMemory>;
  /** Minutes of a span that have stored flows, oldest first. */
  flowsByMinute(session: number, span: Span): Promise<MinuteFlows[]>;
  /** Stored flows of a span, oldest first, with the columns that series are made of; null without any. */
  flowsBetween(session: number, span: Span, family: 4 | 6): Promise<FlowBatch | null>;
}

/** A store that cannot do its work. Codes are explained in docs/errors.md. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code:
    | 'STORE_VERSION'
    | 'STORE_LOCKED'
    | 'STORE_UNREADABLE'
    | 'STORE_FAILED'
    | 'STORE_FULL'
    | 'STORE_BUSY'
    | 'STORE_GONE'
    | 'STORE_SESSION_DELETED'
    | 'STORE_UNREACHABLE';
  constructor(code: StoreError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
