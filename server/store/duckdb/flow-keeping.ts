/** The parts that keep flows, put together: what is taken in, sealed, asked, counted and, one day, taken out. */
import type { FlowAccount, FlowCount, FlowSpan, FlowStoreState, FlowStretch, StretchQuery } from '../stores.ts';
import type { Connections } from './connections.ts';
import { FileCheck } from './file-check.ts';
import { accountFlows, loadExpired } from './flow-account.ts';
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
import type { SteadyClock } from './steady-clock.ts';

export class FlowKeeping {
  readonly appenders: FlowAppenders;
  readonly source: FlowSource;
  readonly sealing: Sealing;
  readonly retention: Retention;
  /** What was found when it was opened. */
  readonly warnings: readonly string[];
  readonly #connections: Connections;
  readonly #parts: FlowParts;
  readonly #problems: ProblemBook;
  readonly #expired: Map<number, Sums>;

  private constructor(
    opened: { connections: Connections; parts: FlowParts; problems: ProblemBook; expired: Map<number, Sums> },
    working: { appenders: FlowAppenders; source: FlowSource; sealing: Sealing; retention: Retention },
    warnings: readonly string[],
  ) {
    this.#connections = opened.connections;
    this.#parts = opened.parts;
    this.#problems = opened.problems;
    this.#expired = opened.expired;
    this.appenders = working.appenders;
    this.source = working.source;
    this.sealing = working.sealing;
    this.retention = working.retention;
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
    await recoverFlowFiles({ connections, parts, folder, expired, problems });
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
    return new FlowKeeping(
      { connections, parts, problems, expired },
      { appenders, source, sealing: new Sealing(does), retention },
      warnings.map(({ message }) => message),
    );
  }

  stop(): void {
    this.sealing.stop();
    this.retention.stop();
  }

  account(session: number): Promise<FlowAccount> {
    return accountFlows(this.#connections, this.#parts, this.#expired, session);
  }

  count(query: FlowSpan): Promise<FlowCount> {
    return countFlows(this.source, this.#parts, query);
  }

  stretch(query: StretchQuery): Promise<FlowStretch> {
    return queryStretch(this.source, this.#parts, query);
  }

  state(): FlowStoreState {
    const hot = [...this.#parts.hot];
    const files = [...this.#parts.files.values()].filter(({ state }) => state === 'present');
    return {
      tables: hot.length,
      tableRows: hot.reduce((sum, { rows }) => sum + rows, 0),
      files: files.length,
      fileBytes: files.reduce((sum, file) => sum + file.fileBytes, 0),
      problems: this.#problems.list(),
      lastError: this.#problems.lastError,
    };
  }
}
