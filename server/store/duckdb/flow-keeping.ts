/** The parts that keep flows, put together: what is taken in, sealed, asked, counted and, one day, taken out. */
import type {
  FlowAccount,
  FlowCount,
  FlowSpan,
  FlowStoreState,
  FlowStretch,
  SessionSize,
  StretchQuery,
} from '../stores.ts';
import type { Connections } from './connections.ts';
import { FileCheck } from './file-check.ts';
import { accountFlows, addSums, loadExpired, noSums } from './flow-account.ts';
import { FlowAppenders } from './flow-appenders.ts';
import { countFlows } from './flow-count.ts';
import type { FlowParts } from './flow-parts.ts';
import { recoverFlowFiles } from './flow-recovery.ts';
import { FlowSource } from './flow-source.ts';
import { queryStretch } from './flow-stretch.ts';
import { loadFlowParts } from './flow-tables.ts';
import { moveFlowsBefore4 } from './flow-upgrade.ts';
import { FlowViews } from './flow-views.ts';
import type { RetentionLimits, Sums } from './operations.ts';
import type { ProblemBook } from './problem-book.ts';
import { Retention } from './retention.ts';
import { Sealing } from './sealing.ts';
import { type DeletionParts, deleteSession, loadDeleted } from './session-deletion.ts';
import type { SteadyClock } from './steady-clock.ts';
import { Summaries } from './summaries.ts';

/** About what a flow takes in a table. */
const TABLE_ROW_BYTES = 25;

export class FlowKeeping {
  readonly appenders: FlowAppenders;
  readonly source: FlowSource;
  readonly sealing: Sealing;
  readonly retention: Retention;
  readonly #summaries: Summaries;
  /** What was found when it was opened. */
  readonly warnings: readonly string[];
  readonly #parts: FlowParts;
  readonly #problems: ProblemBook;
  readonly #does: DeletionParts;

  private constructor(
    opened: DeletionParts,
    working: {
      appenders: FlowAppenders;
      source: FlowSource;
      sealing: Sealing;
      retention: Retention;
      summaries: Summaries;
    },
    warnings: readonly string[],
  ) {
    this.#parts = opened.parts;
    this.#problems = opened.problems;
    this.#does = opened;
    this.appenders = working.appenders;
    this.source = working.source;
    this.sealing = working.sealing;
    this.retention = working.retention;
    this.#summaries = working.summaries;
    this.warnings = warnings;
  }

  static async open(
    connections: Connections,
    folder: string,
    keep: { readonly limits: RetentionLimits; readonly clock: SteadyClock },
    problems: ProblemBook,
  ) {
    const parts = await connections.write(loadFlowParts);
    const expired = await loadExpired(connections);
    const deleted = await loadDeleted(connections);
    const gone = new Map([...expired, ...deleted]);
    await recoverFlowFiles({ connections, parts, folder, expired: gone, problems });
    const check = new FileCheck(connections, parts, folder, problems);
    await check.all();
    const warnings = problems.list().filter(({ code }) => code !== 'STORE_LOG_DAMAGED');
    const appenders = new FlowAppenders(parts);
    const views = new FlowViews(folder, parts);
    const does = { folder, connections, parts, appenders, views, problems };
    await moveFlowsBefore4(does);
    await connections.write((writer) => views.refresh(writer));
    const source = new FlowSource(connections, parts, folder, check);
    const retention = new Retention({ ...does, ...keep, expired });
    const summaries = await Summaries.open(does);
    return new FlowKeeping(
      { ...does, expired, deleted },
      { appenders, source, sealing: new Sealing(does), retention, summaries },
      warnings.map(({ message }) => message),
    );
  }

  stop(): void {
    this.sealing.stop();
    this.retention.stop();
    this.#summaries.stop();
  }

  /** Seals what is due; with `everything`, all, and what replays are answered from is made of it. */
  async seal(everything: boolean): Promise<number> {
    const files = await this.sealing.run(everything);
    if (everything) await this.#summaries.all();
    return files;
  }

  account(session: number): Promise<FlowAccount> {
    return accountFlows(this.#does, session);
  }

  count(query: FlowSpan): Promise<FlowCount> {
    return countFlows(this.source, this.#parts, query);
  }

  stretch(query: StretchQuery): Promise<FlowStretch> {
    return queryStretch({ source: this.source, parts: this.#parts, summaries: this.#summaries }, query);
  }

  deleteSession(session: number): Promise<boolean> {
    return deleteSession(this.#does, session);
  }

  sizes(): SessionSize[] {
    const sizes = new Map<number, { session: number; flows: number; bytes: number }>();
    const add = (session: number, flows: number, bytes: number) => {
      const size = sizes.get(session) ?? { session, flows: 0, bytes: 0 };
      sizes.set(session, { session, flows: size.flows + flows, bytes: size.bytes + bytes });
    };
    for (const { session, rows } of this.#parts.hot) add(session, rows, rows * TABLE_ROW_BYTES);
    for (const { session, rows, fileBytes, summaryBytes, state } of this.#parts.files.values())
      if (state === 'present') add(session, rows, fileBytes + summaryBytes);
    return [...sizes.values()];
  }

  state(): FlowStoreState {
    const hot = [...this.#parts.hot];
    const files = [...this.#parts.files.values()].filter(({ state }) => state === 'present');
    return {
      tables: hot.length,
      tableRows: hot.reduce((sum, { rows }) => sum + rows, 0),
      files: files.length,
      fileBytes: files.reduce((sum, file) => sum + file.fileBytes, 0),
      summaryBytes: files.reduce((sum, file) => sum + file.summaryBytes, 0),
      deleted: deletedSums(this.#does.deleted),
      problems: this.#problems.list(),
      lastError: this.#problems.lastError,
    };
  }
}

function deletedSums(deleted: ReadonlyMap<number, Sums>): FlowStoreState['deleted'] {
  const sums = noSums();
  for (const each of deleted.values()) addSums(sums, each);
  return { sessions: deleted.size, ...sums };
}
