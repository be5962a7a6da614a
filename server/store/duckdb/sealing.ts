/**
 * Turns hot parts that are done with into files. The sorting and writing happens beside commits; only the last step, which
 * puts the file into the table's place, takes the writer's turn.
 */
import type { IngestCommit } from '../ingest-commit.ts';
import { type Connections, checkpoint, inTransaction } from './connections.ts';
import type { FlowAppenders } from './flow-appenders.ts';
import { absolutePath, writeFlowFile } from './flow-files.ts';
import { type FlowParts, filePath, HOUR_SECONDS, type HotPart, LIVE_SESSION, type SealedFile } from './flow-parts.ts';
import { dropPartTable, insertFile } from './flow-tables.ts';
import type { FlowViews } from './flow-views.ts';
import type { ProblemBook } from './problem-book.ts';
import { STORE_VERSION } from './schema.ts';

/** Packets of an hour may come so long after it before they make a second file of it. */
const MARGIN_SECONDS = 300;
/** Nothing is sealed while rows still come in. */
const QUIET_MILLISECONDS = 60_000;
/** Parts of any hour, and those of sessions, are sealed when so long nothing came. */
const IDLE_MILLISECONDS = 600_000;
/** Beyond so many tables, those that were not written to for longest are sealed. */
const MAX_HOT_TABLES = 64;
/** Commits wait while so many full tables do: a file read at full speed may not run away from the sealing. */
const MAX_FULL_TABLES = 6;
const LOOK_EVERY_MILLISECONDS = 5_000;
const AFTER_ERROR_MILLISECONDS = 60_000;

export interface SealingParts {
  readonly folder: string;
  readonly connections: Connections;
  readonly parts: FlowParts;
  readonly appenders: FlowAppenders;
  readonly views: FlowViews;
  readonly problems: ProblemBook;
}

export class Sealing {
  readonly #does: SealingParts;
  readonly #finished = new Set<number>();
  readonly #timer: NodeJS.Timeout;
  #running: Promise<number> | undefined;
  /** Parts that could not be sealed, and until when they are left alone: they keep no other from being sealed. */
  readonly #rests = new Map<HotPart, number>();

  constructor(does: SealingParts) {
    this.#does = does;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MILLISECONDS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** After each commit: what became full or came to its end is sealed at once. */
  committed({ ledgers }: IngestCommit): void {
    for (const { session, health } of ledgers) {
      if (session !== LIVE_SESSION && health?.finished) this.#finished.add(session);
    }
    if (this.#finished.size > 0 || this.#closed().length > 0) this.#look();
  }

  /** Resolves at once, or when the sealing has caught up. */
  async room(): Promise<void> {
    while (this.#closed().length > MAX_FULL_TABLES && this.#running !== undefined)
      await this.#running.catch(() => undefined);
  }

  /** Seals what is due, or every part that has rows. Resolves to the number of files. */
  run(everything = false): Promise<number> {
    const before = this.#running ?? Promise.resolve(0);
    const running = before.catch(() => 0).then(() => this.#sealAll(everything));
    this.#running = running;
    const end = () => {
      if (this.#running === running) this.#running = undefined;
    };
    running.then(end, end);
    return running;
  }

  #look(): void {
    if (this.#running !== undefined) return;
    this.#forgetGone();
    if (this.#nextDue() !== undefined) void this.run().catch(() => undefined);
  }

  /** Each part once. The first error is thrown when all others are done. */
  async #sealAll(everything: boolean): Promise<number> {
    let files = 0;
    const errors: Error[] = [];
    const tried = new Set<HotPart>();
    const all = everything ? [...this.#does.parts.hot] : [];
    for (let part = all.pop() ?? this.#nextDue(tried); part !== undefined; part = all.pop() ?? this.#nextDue(tried)) {
      tried.add(part);
      const error = await this.#seal(part);
      if (error === null) files += 1;
      else errors.push(error);
    }
    this.#forgetGone();
    if (errors.length > 0) throw errors[0];
    return files;
  }

  async #seal(part: HotPart): Promise<Error | null> {
    const sentence = 'flows cannot be written to files, and stay in tables';
    const error = await this.#does.problems.attempt('STORE_SEALING_FAILED', stepOf(part), sentence, () =>
      sealPart(this.#does, part),
    );
    if (error !== null) this.#rests.set(part, performance.now() + AFTER_ERROR_MILLISECONDS);
    return error;
  }

  /** What was sealed since, or taken out by retention, is no problem any more. */
  #forgetGone(): void {
    for (const part of this.#rests.keys()) {
      if (this.#does.parts.hot.has(part)) continue;
      this.#rests.delete(part);
      this.#does.problems.clear(stepOf(part));
    }
  }

  #closed(): HotPart[] {
    return [...this.#does.parts.hot].filter(({ isClosed }) => isClosed);
  }

  #nextDue(tried?: ReadonlySet<HotPart>): HotPart | undefined {
    const made = [...this.#does.parts.hot].filter(({ isMade }) => isMade);
    const ready = made.filter((part) => !tried?.has(part) && performance.now() >= (this.#rests.get(part) ?? 0));
    const due = ready.find((part) => this.#isDue(part));
    if (due !== undefined || made.length <= MAX_HOT_TABLES || ready.length === 0) return due;
    return ready.reduce((a, b) => (a.appendedMilliseconds <= b.appendedMilliseconds ? a : b));
  }

  #isDue(part: HotPart): boolean {
    if (part.isClosed) return true;
    const quiet = performance.now() - part.appendedMilliseconds;
    if (part.session !== LIVE_SESSION && this.#finished.has(part.session)) return true;
    if (part.hour === null) return quiet >= IDLE_MILLISECONDS;
    // By the packets' clock or the wall's: after the last packet of a night, only the latter goes on.
    const newest = Math.max(this.#does.parts.newestLiveMicros / 1e6, Date.now() / 1000);
    return quiet >= QUIET_MILLISECONDS && newest >= (part.hour + 1) * HOUR_SECONDS + MARGIN_SECONDS;
  }
}

const stepOf = ({ table }: HotPart) => `sealing ${table}`;

/** A stop between any two steps leaves the table, or the file, or both and no word of the file: see flow-recovery.ts. */
export async function sealPart(does: SealingParts, part: HotPart): Promise<void> {
  const { connections, parts, appenders } = does;
  // In the writer's turn: no commit is on its way into the part after it.
  const isThere = await connections.write(async () => {
    if (!parts.hot.has(part)) return false;
    parts.close(part);
    appenders.forget(part);
    part.isSealing = true;
    return true;
  });
  // Retention was first.
  if (!isThere) return;
  try {
    await writeAndList(does, part);
  } finally {
    part.isSealing = false;
  }
}

async function writeAndList({ folder, connections, parts, views }: SealingParts, part: HotPart): Promise<void> {
  const path = filePath(part);
  const written =
    part.rows === 0
      ? null
      : await connections.background((connection) => writeFlowFile(connection, part, absolutePath(folder, path)));
  await connections.write(async (writer) => {
    const file: SealedFile | null = written && fileOf(part, path, written);
    await inTransaction(writer, async () => {
      if (file !== null) await insertFile(writer, file);
      await dropPartTable(writer, parts, [part]);
    });
    parts.remove(part);
    if (file !== null) parts.addFile(file);
    await views.refresh(writer);
    await checkpoint(writer);
  });
}

function fileOf(part: HotPart, path: string, written: Awaited<ReturnType<typeof writeFlowFile>>): SealedFile {
  const { session, family, hour, number } = part;
  const { sums, fileBytes } = written;
  return {
    session,
    family,
    hour,
    number,
    path,
    ...sums,
    fileBytes,
    sealedSeconds: Date.now() / 1000,
    state: 'present',
    version: STORE_VERSION,
    summaryBytes: 0,
  };
}
