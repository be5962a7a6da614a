/** Makes the summaries of sealed files, one after the other and beside all else; until then replays read the files. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connections } from './connections.ts';
import type { FlowParts, SealedFile } from './flow-parts.ts';
import type { ProblemBook } from './problem-book.ts';
import { firstLine } from './store-errors.ts';
import {
  isReadable,
  removeOtherSummaries,
  removeSummary,
  type SummaryPaths,
  summaryBytes,
  summaryPaths,
  writeSummary,
} from './summary-files.ts';

/** A file with fewer flows is read as fast as its summary. */
const LEAST_ROWS = 20_000;
const LOOK_EVERY_MILLISECONDS = 5_000;
const AFTER_ERROR_MILLISECONDS = 60_000;
const STEP = 'summaries of flows';

export interface SummariesParts {
  readonly folder: string;
  readonly connections: Connections;
  readonly parts: FlowParts;
  readonly problems: ProblemBook;
}

export class Summaries {
  readonly #does: SummariesParts;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | null = null;
  /** Someone waits for all of them: there is no rest between them. */
  #isUrgent = false;
  #rest = new AbortController();
  #isStopped = false;
  /** Files of which none could be made, and until when they are left alone. */
  readonly #rests = new Map<SealedFile, number>();

  private constructor(does: SummariesParts) {
    this.#does = does;
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MILLISECONDS);
    this.#timer.unref();
  }

  static async open(does: SummariesParts): Promise<Summaries> {
    const { folder, parts } = does;
    const files = [...parts.files.values()].filter(({ state }) => state !== 'expired');
    await removeOtherSummaries(
      folder,
      files.map(({ path }) => path),
    ).catch((cause) => {
      const sentence = `summaries that are not needed cannot be deleted: ${firstLine(cause)}`;
      does.problems.note('STORE_SUMMARY_FAILED', sentence, 'summaries left over');
    });
    for (const file of files) file.summaryBytes = await summaryBytes(folder, file.path);
    return new Summaries(does);
  }

  stop(): void {
    this.#isStopped = true;
    this.#rest.abort();
    clearInterval(this.#timer);
  }

  /** Where those of a file lie; null while there are none. */
  pathsOf(file: SealedFile): SummaryPaths | null {
    return file.summaryBytes === 0 ? null : summaryPaths(this.#does.folder, file.path);
  }

  /** Makes all that are missing, without a rest between them. */
  async all(): Promise<void> {
    this.#isUrgent = true;
    this.#rest.abort();
    await this.#run().finally(() => {
      this.#isUrgent = false;
    });
  }

  /**
   * After a question that read them failed: whether one of them is gone or damaged. It is made again. `files`: with the bytes
   * that their summaries had; if they have others now, somebody else has found out.
   */
  async areLost(files: ReadonlyMap<SealedFile, number>): Promise<boolean> {
    const { folder, connections } = this.#does;
    let lost = false;
    for (const [file, bytes] of files) {
      if (file.summaryBytes !== bytes) {
        lost = true;
        continue;
      }
      const isThere = (await summaryBytes(folder, file.path)) === file.summaryBytes;
      if (isThere && (await connections.background((connection) => isReadable(connection, folder, file.path))))
        continue;
      file.summaryBytes = 0;
      lost = true;
    }
    return lost;
  }

  async #look(): Promise<void> {
    this.#forgetGone();
    if (this.#running === null && this.#next() !== undefined) await this.#run();
  }

  #run(): Promise<void> {
    this.#running ??= this.#make().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** What retention or deletion took is no problem any more. */
  #forgetGone(): void {
    for (const file of this.#rests.keys()) if (!this.#isListed(file)) this.#rests.delete(file);
    if (this.#rests.size === 0) this.#does.problems.clear(STEP);
  }

  #isListed(file: SealedFile): boolean {
    return this.#does.parts.files.get(file.path) === file && file.state === 'present';
  }

  /** The newest first: it is what people look at. */
  #next(): SealedFile | undefined {
    const now = performance.now();
    let newest: SealedFile | undefined;
    for (const file of this.#does.parts.files.values()) {
      if (file.state !== 'present' || file.rows < LEAST_ROWS || file.summaryBytes > 0) continue;
      if (now < (this.#rests.get(file) ?? 0)) continue;
      if (newest === undefined || file.lastMicros > newest.lastMicros) newest = file;
    }
    return newest;
  }

  async #make(): Promise<void> {
    for (let file = this.#next(); file !== undefined && !this.#isStopped; file = this.#next()) {
      const began = performance.now();
      const isMade = await this.#makeOne(file);
      // A disk that is full is full for the next one as well.
      if (!isMade && !this.#isUrgent) return;
      if (!this.#isUrgent) await this.#sleep(performance.now() - began);
    }
  }

  /** Half of the time is left to others: there may be years of files. */
  async #sleep(milliseconds: number): Promise<void> {
    this.#rest = new AbortController();
    await sleep(milliseconds, undefined, { ref: false, signal: this.#rest.signal }).catch(() => undefined);
  }

  /** False where it failed. */
  async #makeOne(file: SealedFile): Promise<boolean> {
    const { folder, connections, problems } = this.#does;
    try {
      const bytes = await connections.background((connection) => writeSummary(connection, folder, file));
      if (this.#isListed(file)) file.summaryBytes = bytes;
      else await removeSummary(folder, file.path);
      this.#rests.delete(file);
      this.#forgetGone();
      return true;
    } catch (cause) {
      // Retention or the end of the program were first.
      if (this.#isStopped || !this.#isListed(file)) return true;
      this.#rests.set(file, performance.now() + AFTER_ERROR_MILLISECONDS);
      const sentence = `flows/${file.path} cannot be summed up, and replays of it are slower: ${firstLine(cause)}`;
      problems.note('STORE_SUMMARY_FAILED', sentence, STEP);
      return false;
    }
  }
}
