/** Everything the owner of the database can be asked, as one flat list: what crosses the border between threads. */

import type { FlowBatch } from '../../../shared/flow-batch.ts';
import type { Place, SessionKind } from '../../../shared/wire/messages.ts';
import type { IngestCommit, LedgerState, SeriesResolution, WatchState } from '../ingest-commit.ts';
import type { MirrorMemory, OutboxBatch, SeriesOutbox, SettledLimits, TouchedBin } from '../outbox.ts';
import type {
  Breakdown,
  BreakdownQuery,
  Catalog,
  EvidenceAccount,
  EvidenceStore,
  FlowAccount,
  FlowCount,
  FlowPage,
  FlowQuery,
  FlowSpan,
  FlowStore,
  FlowStoreState,
  FlowStretch,
  FlowSumColumns,
  FlowSumsQuery,
  MinuteFlows,
  PayloadAccount,
  PayloadKey,
  PayloadQuery,
  PayloadStore,
  RuleEvidence,
  SensorRecord,
  SeriesPoint,
  SeriesQuery,
  SeriesStore,
  SeriesTop,
  SeriesTopQuery,
  SessionRecord,
  SessionSize,
  SessionTotals,
  SiteQuery,
  SketchMemory,
  SketchStore,
  SourceTop,
  Span,
  StoredPayload,
  StoredSite,
  StretchQuery,
  TopSourcesQuery,
} from '../stores.ts';
import type { EvidenceLimits } from './evidence-keeping.ts';
import type { PayloadLimits } from './payload-limits.ts';

export interface Sums {
  packets: number;
  bytes: number;
  flows: number;
}

/** Those with `gone` are ended when that says so. */
export interface StoreOperations {
  commit(commit: IngestCommit): Promise<void>;
  flows(query: FlowQuery): Promise<FlowPage>;
  topSources(query: TopSourcesQuery): Promise<SourceTop[]>;
  flowSums(query: FlowSumsQuery): Promise<FlowSumColumns>;
  breakdown(query: BreakdownQuery, gone?: AbortSignal): Promise<Breakdown>;
  flowSum(session: number): Promise<Sums>;
  evidence(session: number, source: Uint32Array): Promise<RuleEvidence[]>;
  evidenceAccount(session: number): Promise<EvidenceAccount>;
  payloads(query: PayloadQuery): Promise<{ readonly total: number; readonly payloads: StoredPayload[] }>;
  payload(session: number, key: PayloadKey): Promise<StoredPayload | null>;
  sites(query: SiteQuery): Promise<{ readonly total: number; readonly sites: StoredSite[] }>;
  sitesOfPayload(session: number, key: PayloadKey): Promise<StoredSite[]>;
  payloadAccount(session: number): Promise<PayloadAccount>;
  flowAccount(session: number): Promise<FlowAccount>;
  flowCount(query: FlowSpan): Promise<FlowCount>;
  flowStretch(query: StretchQuery, gone?: AbortSignal): Promise<FlowStretch>;
  sessionSizes(): Promise<SessionSize[]>;
  renameSession(session: number, name: string): Promise<SessionRecord | null>;
  deleteSession(session: number): Promise<boolean>;
  flowState(): Promise<FlowStoreState>;
  /** Writes flows that are done with to files, or all; happens by itself. Resolves to the number of tables. */
  seal(everything: boolean): Promise<number>;
  /** Takes out what retention does not keep; happens by itself. */
  retain(): Promise<void>;
  series(query: SeriesQuery): Promise<SeriesPoint[]>;
  seriesTop(query: SeriesTopQuery): Promise<SeriesTop[]>;
  seriesSum(session: number, resolution: SeriesResolution): Promise<Sums>;
  installationKey(): Promise<Uint8Array>;
  sensor(name: string, place: Place | null): Promise<SensorRecord>;
  sensors(): Promise<SensorRecord[]>;
  session(wanted: { kind: SessionKind; name: string; sensor: number; epoch: number }): Promise<SessionRecord>;
  sessions(): Promise<SessionRecord[]>;
  position(sensor: number, epoch: number): Promise<number>;
  ledgers(): Promise<LedgerState[]>;
  watches(session: number, span: Span): Promise<WatchState[]>;
  sessionTotals(session: number): Promise<SessionTotals>;
  sketchMemory(): Promise<SketchMemory>;
  flowsByMinute(session: number, span: Span): Promise<MinuteFlows[]>;
  flowsBetween(session: number, span: Span, family: 4 | 6): Promise<FlowBatch | null>;
  outboxPending(limit: number, settled?: SettledLimits): Promise<OutboxBatch>;
  outboxDone(bins: readonly TouchedBin[], remembered: readonly TouchedBin[]): Promise<void>;
  outboxAgain(sinceSeconds: number, startSeconds: number | null): Promise<number>;
  mirrorMemory(): Promise<MirrorMemory>;
  noteMirrorStart(startSeconds: number): Promise<void>;
  outboxPendingBins(): Promise<number>;
  outboxNotWhole(): Promise<number>;
  outboxGeneration(): Promise<number>;
  deletedSessions(): Promise<number[]>;
  sessionForgotten(session: number): Promise<void>;
  /** Sums partial rows up, those of open bins too; happens by itself now and then. */
  compact(): Promise<void>;
}

export type OperationName = keyof StoreOperations;

/** 0 keeps without end. */
export interface RetentionLimits {
  /** Live flows, by the time of their packets. */
  readonly flowDays: number;
  /** All sealed flows together, in 10^9 bytes. */
  readonly flowGigabytes: number;
  /** Flows of sessions that are not live, by the time of their arrival. */
  readonly sessionDays: number;
}

export interface DuckDbOptions {
  /** DuckDB's own limit, such as `512MB`; beyond it queries go through files in the data directory. */
  readonly memoryLimit?: string;
  /** Threads of queries and checkpoints; half the processors by default, since commits gain nothing from more. */
  readonly threads?: number;
  /** A query that runs longer is ended with STORE_FAILED. */
  readonly querySeconds?: number;
  /**
   * Name of the place that the series are mirrored to. Changed bins are noted in the outbox while it is given; under a
   * name not used at the last opening, all bins are noted, so that the mirror becomes whole.
   */
  readonly mirror?: string;
  /** Seconds that bins of live series are kept, by resolution, where it is not as the documentation says. */
  readonly keepSeries?: Readonly<Partial<Record<SeriesResolution, number>>>;
  /** What is kept; everything by default. */
  readonly retention?: RetentionLimits;
  /** For tests: how much evidence about sources is kept. */
  readonly evidenceLimits?: Partial<EvidenceLimits>;
  /** For tests: how many payloads are kept. */
  readonly payloadLimits?: Partial<PayloadLimits>;
  /** For tests, in the caller's own thread: milliseconds since 1970, by which flows and what was mirrored get old. */
  readonly clock?: () => number;
}

export interface DuckDbStores {
  readonly flows: FlowStore;
  readonly series: SeriesStore;
  readonly catalog: Catalog;
  readonly outbox: SeriesOutbox;
  readonly sketches: SketchStore;
  readonly evidence: EvidenceStore;
  readonly payloads: PayloadStore;
  /** Sentences about what had to be repaired to open the store. */
  readonly warnings: readonly string[];
  /** Sums up partial rows of closed series bins; happens by itself now and then. */
  compact(): Promise<void>;
  /** Writes flows that are done with to files, or all; happens by itself. Resolves to the number of tables. */
  seal(everything?: boolean): Promise<number>;
  /** Takes out what retention does not keep; happens by itself. */
  retain(): Promise<void>;
  /** Waits for commits underway, ends queries, writes the file out and gives it back. Any number of calls. */
  close(): Promise<void>;
}

/** The stores' interfaces over the flat list. `close` of one part closes them all: they are one file. */
export function storesOver(
  does: StoreOperations,
  warnings: readonly string[],
  closeAll: () => Promise<void>,
): DuckDbStores {
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= closeAll();
    return closing;
  };
  return {
    flows: {
      commit: (commit) => does.commit(commit),
      flows: (query) => does.flows(query),
      topSources: (query) => does.topSources(query),
      sums: (query) => does.flowSums(query),
      breakdown: (query, gone) => does.breakdown(query, gone),
      sum: (session) => does.flowSum(session),
      account: (session) => does.flowAccount(session),
      count: (query) => does.flowCount(query),
      stretch: (query, gone) => does.flowStretch(query, gone),
      sizes: () => does.sessionSizes(),
      state: () => does.flowState(),
      close,
    },
    series: {
      series: (query) => does.series(query),
      top: (query) => does.seriesTop(query),
      sum: (session, resolution) => does.seriesSum(session, resolution),
      close,
    },
    catalog: {
      installationKey: () => does.installationKey(),
      sensor: (name, place) => does.sensor(name, place),
      sensors: () => does.sensors(),
      session: (wanted) => does.session(wanted),
      renameSession: (session, name) => does.renameSession(session, name),
      deleteSession: (session) => does.deleteSession(session),
      sessions: () => does.sessions(),
      position: (sensor, epoch) => does.position(sensor, epoch),
      ledgers: () => does.ledgers(),
      watches: (session, span) => does.watches(session, span),
      totals: (session) => does.sessionTotals(session),
    },
    sketches: {
      memory: () => does.sketchMemory(),
      flowsByMinute: (session, span) => does.flowsByMinute(session, span),
      flowsBetween: (session, span, family) => does.flowsBetween(session, span, family),
    },
    evidence: {
      of: (session, source) => does.evidence(session, source),
      account: (session) => does.evidenceAccount(session),
    },
    payloads: {
      list: (query) => does.payloads(query),
      of: (session, key) => does.payload(session, key),
      sites: (query) => does.sites(query),
      sitesOf: (session, key) => does.sitesOfPayload(session, key),
      account: (session) => does.payloadAccount(session),
    },
    outbox: {
      pending: (limit, settled) => does.outboxPending(limit, settled),
      done: (bins, remembered = bins) => does.outboxDone(bins, remembered),
      again: (sinceSeconds, startSeconds) => does.outboxAgain(sinceSeconds, startSeconds),
      memory: () => does.mirrorMemory(),
      noteStart: (startSeconds) => does.noteMirrorStart(startSeconds),
      pendingBins: () => does.outboxPendingBins(),
      binsNotWhole: () => does.outboxNotWhole(),
      deletedSessions: () => does.deletedSessions(),
      sessionForgotten: (session) => does.sessionForgotten(session),
      newestGeneration: () => does.outboxGeneration(),
    },
    warnings,
    compact: () => does.compact(),
    seal: (everything = false) => does.seal(everything),
    retain: () => does.retain(),
    close,
  };
}
