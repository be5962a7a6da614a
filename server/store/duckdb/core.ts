/** The owner of the database: everything that touches it, in the thread it is opened in. */
import type { DuckDBInstance } from '@duckdb/node-api';
import type { IngestCommit } from '../ingest-commit.ts';
import type { TouchedBin } from '../outbox.ts';
import * as catalog from './catalog.ts';
import { Committer } from './commit.ts';
import { Compaction } from './compaction.ts';
import { Connections } from './connections.ts';
import { EvidenceKeeping } from './evidence-keeping.ts';
import { evidenceOf } from './evidence-queries.ts';
import { queryBreakdown } from './flow-breakdown.ts';
import { FlowKeeping } from './flow-keeping.ts';
import * as flowQueries from './flow-queries.ts';
import { queryFlowSums } from './flow-sums.ts';
import { Generation } from './generation.ts';
import { accountOf, EVIDENCE, PAYLOADS } from './gone.ts';
import { LastingCore } from './lasting-core.ts';
import type { LockFile } from './lock-file.ts';
import * as mirrored from './mirrored.ts';
import { type OpenDatabase, openDatabase } from './open-database.ts';
import {
  type DuckDbOptions,
  type DuckDbStores,
  type RetentionLimits,
  type StoreOperations,
  storesOver,
} from './operations.ts';
import { OutboxLosses } from './outbox-losses.ts';
import * as outbox from './outbox-queries.ts';
import { PayloadKeeping } from './payload-keeping.ts';
import { listPayloads, payloadOfKey } from './payload-queries.ts';
import { ProblemBook } from './problem-book.ts';
import { SeriesAge } from './series-age.ts';
import * as seriesQueries from './series-queries.ts';
import { SeriesRetention } from './series-retention.ts';
import { listCopied, noteForgotten } from './session-deletion.ts';
import { listSites, sitesOfPayload } from './site-queries.ts';
import * as sketchQueries from './sketch-queries.ts';
import { SteadyClock } from './steady-clock.ts';
import { whileWanted } from './wanted.ts';
import * as watchQueries from './watch-queries.ts';

const QUERY_SECONDS = 60;
const KEEP_EVERYTHING: RetentionLimits = { flowDays: 0, flowGigabytes: 0, sessionDays: 0 };

export class DuckDbCore {
  readonly operations: StoreOperations;
  readonly warnings: readonly string[];
  readonly #instance: DuckDBInstance;
  readonly #lock: LockFile;
  readonly #connections: Connections;
  readonly #flows: FlowKeeping;
  readonly #committer: Committer;
  readonly #compaction: Compaction;
  readonly #evidence: EvidenceKeeping;
  readonly #payloads: PayloadKeeping;
  readonly #generation: Generation;
  readonly #losses: OutboxLosses;
  readonly #age: SeriesAge;
  readonly #clock: () => number;

  private constructor(
    parts: OpenDatabase,
    connections: Connections,
    flows: FlowKeeping,
    committer: Committer,
    compaction: Compaction,
    evidence: EvidenceKeeping,
    payloads: PayloadKeeping,
    generation: Generation,
    losses: OutboxLosses,
    age: SeriesAge,
    clock: () => number,
  ) {
    this.#instance = parts.instance;
    this.#lock = parts.lock;
    this.warnings = [...parts.warnings, ...flows.warnings];
    this.#connections = connections;
    this.#flows = flows;
    this.#committer = committer;
    this.#compaction = compaction;
    this.#evidence = evidence;
    this.#payloads = payloads;
    this.#generation = generation;
    this.#losses = losses;
    this.#age = age;
    this.#clock = clock;
    this.operations = this.#operations();
  }

  /** Opens or makes the database in `folder`. Throws StoreError. */
  static async open(folder: string, options: DuckDbOptions = {}): Promise<DuckDbCore> {
    const parts = await openDatabase(folder, options);
    try {
      return await DuckDbCore.#over(parts, options);
    } catch (cause) {
      parts.instance.closeSync();
      await parts.lock.release();
      throw cause;
    }
  }

  static async #over(parts: OpenDatabase, options: DuckDbOptions): Promise<DuckDbCore> {
    const connections = await Connections.open(parts.instance, options.querySeconds ?? QUERY_SECONDS);
    const { retention = KEEP_EVERYTHING, clock = Date.now } = options;
    const steady = new SteadyClock(clock);
    const age = new SeriesAge(steady, options.keepSeries);
    const problems = new ProblemBook();
    for (const warning of parts.warnings) problems.note('STORE_LOG_DAMAGED', warning);
    const flows = await FlowKeeping.open(connections, parts.folder, { limits: retention, clock: steady }, problems);
    await outbox.setMirror(connections, options.mirror ?? null);
    const losses = new OutboxLosses();
    const generation = new Generation(await outbox.newestGeneration(connections));
    const isMirrored = options.mirror !== undefined;
    const core = new DuckDbCore(
      parts,
      connections,
      flows,
      new Committer(connections, flows.appenders, generation, isMirrored),
      new Compaction(connections, generation, isMirrored ? clock : null, new SeriesRetention(losses, age), problems),
      await EvidenceKeeping.open(connections, problems, options.evidenceLimits),
      await PayloadKeeping.open(connections, problems, options.payloadLimits),
      generation,
      losses,
      age,
      clock,
    );
    // What an earlier run left in pieces; takes its turn with the first commits.
    void core.#compaction.run(true).catch(() => undefined);
    return core;
  }

  /** Waits for what is being written, ends queries, writes the log into the file and closes it. */
  async close(): Promise<void> {
    this.#flows.stop();
    this.#compaction.close();
    await this.#connections.close();
    this.#committer.close();
    const { writer } = this.#connections;
    // Not being able to (a full disk) loses nothing: the log stays and is replayed at the next opening.
    await writer.run('CHECKPOINT').catch(() => undefined);
    writer.closeSync();
    this.#instance.closeSync();
    await this.#lock.release();
  }

  #operations(): StoreOperations {
    const connections = this.#connections;
    return {
      commit: (commit) => this.#commit(commit),
      compact: async () => {
        await this.#evidence.run();
        await this.#payloads.run();
        await this.#compaction.run(true);
      },
      flows: (query) => flowQueries.queryFlows(this.#flows.source, query),
      topSources: (query) => flowQueries.queryTopSources(this.#flows.source, query),
      flowSums: (query) => queryFlowSums(this.#flows.source, query),
      breakdown: (query, gone) => whileWanted(gone, () => queryBreakdown(this.#flows.source, query)),
      flowSum: async (session) => ({ ...(await this.#flows.account(session)).present }),
      evidence: (session, source) => evidenceOf(connections, session, source),
      evidenceAccount: (session) => accountOf(connections, EVIDENCE, session),
      payloads: (query) => listPayloads(connections, query),
      payload: (session, key) => payloadOfKey(connections, session, key),
      sites: (query) => listSites(connections, query),
      sitesOfPayload: (session, key) => sitesOfPayload(connections, session, key),
      payloadAccount: (session) => accountOf(connections, PAYLOADS, session),
      flowAccount: (session) => this.#flows.account(session),
      flowCount: (query) => this.#flows.count(query),
      flowStretch: (query, gone) => whileWanted(gone, () => this.#flows.stretch(query)),
      sessionSizes: async () => this.#flows.sizes(),
      renameSession: (session, name) => catalog.renameSession(connections, session, name),
      deleteSession: (session) => this.#flows.deleteSession(session),
      flowState: async () => this.#flows.state(),
      seal: (everything) => this.#flows.seal(everything),
      retain: () => this.#flows.retention.run(),
      series: (query) => seriesQueries.querySeries(connections, this.#age, query),
      seriesTop: (query) => seriesQueries.queryTop(connections, this.#age, query),
      seriesSum: (session, resolution) => seriesQueries.querySeriesSum(connections, session, resolution),
      sessionTotals: (session) => seriesQueries.sessionTotals(connections, session),
      installationKey: () => catalog.installationKey(connections),
      sensor: (name, place) => catalog.takeSensor(connections, name, place),
      sensors: () => catalog.listSensors(connections),
      session: (wanted) => catalog.takeSession(connections, wanted),
      sessions: () => catalog.listSessions(connections),
      position: (sensor, epoch) => catalog.lastPosition(connections, sensor, epoch),
      ledgers: () => catalog.listLedgers(connections),
      watches: (session, span) => watchQueries.listWatches(connections, session, span),
      sketchMemory: () => sketchQueries.sketchMemory(connections),
      flowsByMinute: (session, span) => sketchQueries.flowsByMinute(this.#flows.source, session, span),
      flowsBetween: (session, span, family) => sketchQueries.flowsBetween(this.#flows.source, session, span, family),
      outboxPending: (limit, settled) => outbox.outboxPending(connections, this.#losses, this.#age, limit, settled),
      outboxDone: (bins, remembered) => this.#outboxDone(bins, remembered),
      outboxAgain: (since, start) => mirrored.outboxAgain(connections, this.#generation, this.#age, since, start),
      mirrorMemory: () => mirrored.mirrorMemory(connections),
      noteMirrorStart: (start) => mirrored.noteMirrorStart(connections, start),
      outboxPendingBins: () => outbox.outboxPendingBins(connections),
      outboxNotWhole: async () => this.#losses.binsNotWhole,
      deletedSessions: () => listCopied(connections),
      sessionForgotten: (session) => noteForgotten(connections, session),
      outboxGeneration: async () => this.#generation.newest,
    };
  }

  async #commit(commit: IngestCommit): Promise<void> {
    await this.#flows.sealing.room();
    await this.#committer.commit(commit);
    this.#flows.sealing.committed(commit);
    this.#compaction.appended(commit.series.length);
    if (commit.evidence) this.#evidence.stored(commit.evidence.length);
    if (commit.payloads) this.#payloads.stored(commit.payloads);
  }

  async #outboxDone(bins: readonly TouchedBin[], remembered: readonly TouchedBin[]): Promise<void> {
    await outbox.outboxDone(this.#connections, bins, remembered, this.#clock() / 1000);
    // A mirror that is new gets everything, also while nothing is committed.
    this.#compaction.appended(remembered.length);
  }
}

/** The stores with the database in the caller's own thread: for tests and short-lived commands. Throws StoreError. */
export async function openDuckDbStoresInThread(folder: string, options: DuckDbOptions = {}): Promise<DuckDbStores> {
  const core = await LastingCore.open(() => DuckDbCore.open(folder, options));
  return storesOver(core.operations, core.warnings, () => core.close());
}
