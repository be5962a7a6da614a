/**
 * Writes the series to another server besides: a follower of the store. It reads the absolute values of bins that
 * changed, writes them, and only then takes the bins out of the outbox. Whatever stops in between is done again, which
 * changes nothing: InfluxDB puts a point in the place of the one with the same series and time. A data directory needs a
 * database of its own, since the numbers of sessions begin anew in each.
 */
import type { InfluxDB } from 'influx';
import type { HealthPoint, MirrorPoint, OutboxBatch, SeriesOutbox, TouchedBin } from '../outbox.ts';
import { StoreError } from '../stores.ts';
import { createInflux, type Durations, NO_DURATIONS, prepareDatabase } from './administration.ts';
import { canForget, forgetSession } from './forget-session.ts';
import { HealthQueue } from './health-queue.ts';
import { LineEncoder } from './line-protocol.ts';
import { LineWriter, MAX_LINES_PER_WRITE } from './line-writer.ts';
import { RefusedFile } from './refused-file.ts';
import { type RestartWatch, watchRestarts } from './restart-watch.ts';
import { MAX_SERIES, SeriesCensus } from './series-census.ts';
import { Settling } from './settling.ts';
import { type RetentionPolicy, retentionPolicy } from './tags.ts';
import { formatSeriesTarget, hasPolicies, type InfluxCredentials, type SeriesTarget } from './target.ts';
import { isBroken, probe } from './write-path.ts';

export interface MirrorOptions {
  readonly target: SeriesTarget;
  readonly credentials?: InfluxCredentials | null;
  readonly outbox: SeriesOutbox;
  /** File to which refused lines are added, with the reason: nothing vanishes unseen. */
  readonly refusedFile: string;
  /** So many series at most are written to in a day. */
  readonly maxSeries?: number;
  /** Gets a sentence where the server was started again. */
  readonly log?: (message: string) => void;
  /** Pause between looks into an empty outbox. */
  readonly pollSeconds?: number;
  /** Longest pause after an error; it begins at a sixteenth of it. */
  readonly retrySeconds?: number;
  /** For tests: how long an answer to a write is waited for. */
  readonly writeSeconds?: number;
  /** For tests: so often the server is asked when it was started. */
  readonly restartLookSeconds?: number;
  /** For tests: shortens the times after which a bin counts as settled. */
  readonly settlingScale?: number;
}

export interface MirrorStats {
  readonly linesWritten: number;
  readonly linesRefused: number;
  /** Of those, lines for which the file of refused lines has no room. */
  readonly linesNotKept: number;
  /** Live bins older than InfluxDB keeps them, which it would refuse: not sent. */
  readonly binsExpired: number;
  /** Live bins not sent, since the store no longer has all of them: with what it has, it would overwrite more. */
  readonly binsNotWhole: number;
  /** Starts of the server since ours; where it does not tell them, broken connections that may have been some. */
  readonly restartsSeen: number;
  /** Bins that wait, or waited, to be written once more because of them. */
  readonly binsWrittenAgain: number;
  readonly pendingBins: number;
  /** Series that were written to in the last day (or since the start), by measurement. */
  readonly series: Readonly<Record<string, number>>;
  readonly maxSeries: number;
  /** Points beyond `maxSeries`: summed as `other` of their bin, or not written. */
  readonly pointsFolded: number;
  readonly pointsHeldBack: number;
  /** Sessions that were deleted here, and are still to be deleted there. */
  readonly sessionsToForget: number;
  /** Of `kurayami_health`: lines that had to give way to newer ones while none could be written. */
  readonly healthLinesDropped: number;
  /** A sentence while it does not work, null while it does. */
  readonly lastError: string | null;
}

const BINS_PER_ROUND = 200;
/** A minute has one point of a sensor: so soon after it began, or after the sensor came. */
const HEALTH_EVERY_SECONDS = 5;
const HEALTH_POLICY: RetentionPolicy = 'live_1m';
const REQUESTS_IN_FLIGHT = 4;
/** Requests that may be spent on finding the refused lines of one batch; beyond, what is left is put aside as it is. */
const MAX_REQUESTS_PER_BATCH = 256;

/** The server does not take lines now. */
class NotNow extends Error {
  readonly afterSeconds: number;
  readonly isBroken: boolean;
  constructor(reason: string, afterSeconds: number, isBroken: boolean) {
    super(reason);
    this.afterSeconds = afterSeconds;
    this.isBroken = isBroken;
  }
}

function wasBroken(error: unknown): boolean {
  if (error instanceof NotNow) return error.isBroken;
  return error instanceof StoreError && error.code === 'STORE_UNREACHABLE' && isBroken(error.cause);
}

export class SeriesMirror {
  readonly #options: MirrorOptions;
  readonly #influx: InfluxDB;
  readonly #writer: LineWriter;
  readonly #encoder: LineEncoder;
  readonly #census: SeriesCensus;
  readonly #refused: RefusedFile;
  /** Of servers that put the newest value in the place of the one before, null. */
  readonly #settling: Settling | null;
  /** Of servers that are written to again after a start, else null. */
  readonly #restarts: RestartWatch | null;
  readonly #health = new HealthQueue();
  #healthTimer: NodeJS.Timeout | undefined;
  readonly #abort = new AbortController();
  #counts = { linesWritten: 0, linesRefused: 0, binsExpired: 0, binsNotWhole: 0, pendingBins: 0, sessionsToForget: 0 };
  #lastError: string | null = null;
  #durations: Durations | null = null;
  #running: Promise<void> | undefined;
  #wake: () => void = () => undefined;
  #stopping = false;

  constructor(options: MirrorOptions) {
    this.#options = options;
    this.#influx = createInflux(options.target, options.credentials ?? null);
    this.#writer = new LineWriter(options.target, options.credentials ?? null, options.writeSeconds);
    this.#encoder = new LineEncoder(hasPolicies(options.target));
    this.#census = new SeriesCensus(options.maxSeries ?? MAX_SERIES, (point) => this.#encoder.head(point));
    this.#refused = new RefusedFile(options.refusedFile);
    const keepsAll = options.target.kind === 'victoriametrics';
    this.#settling = keepsAll ? new Settling(options.outbox, options.settlingScale) : null;
    this.#restarts = watchRestarts(options, this.#abort.signal);
  }

  /** Begins to follow, and goes on through whatever the server does. An unreachable one is no error here: see `stats`. */
  start(): void {
    this.#running ??= this.#follow();
  }

  /** From now on writes how sensors do, once a minute. */
  followHealth(points: () => readonly HealthPoint[]): void {
    const look = () => this.#health.add(points());
    look();
    this.#healthTimer ??= setInterval(look, HEALTH_EVERY_SECONDS * 1000).unref();
  }

  /** Writes what still waits, for at most so long; what is left is written after the next start. */
  async stop(seconds = 5): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#healthTimer);
    this.#wake();
    let timer: NodeJS.Timeout | undefined;
    const timeIsUp = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, seconds * 1000);
    });
    await Promise.race([this.#running, timeIsUp]);
    clearTimeout(timer);
    this.#abort.abort();
  }

  stats(): MirrorStats {
    const { notKept } = this.#refused;
    return {
      ...this.#counts,
      linesNotKept: notKept,
      restartsSeen: this.#restarts?.restartsSeen ?? 0,
      binsWrittenAgain: this.#restarts?.binsWrittenAgain ?? 0,
      series: this.#census.byMeasurement(Date.now() / 1000),
      maxSeries: this.#options.maxSeries ?? MAX_SERIES,
      pointsFolded: this.#census.pointsFolded,
      pointsHeldBack: this.#census.pointsHeldBack,
      healthLinesDropped: this.#health.dropped,
      lastError: this.#lastError,
    };
  }

  /** Bins that wait since the last attempt failed; 0 after one that did not. */
  get binsBehind(): number {
    return this.#lastError === null ? 0 : Math.max(1, this.#counts.pendingBins);
  }

  async #follow(): Promise<void> {
    const { pollSeconds = 1, retrySeconds = 30 } = this.#options;
    let pauseSeconds = retrySeconds / 16;
    while (!this.#abort.signal.aborted) {
      try {
        const bins = await this.#round();
        this.#lastError = null;
        pauseSeconds = retrySeconds / 16;
        if (bins > 0) continue;
        if (this.#stopping) return;
        await this.#pause(pollSeconds);
      } catch (error) {
        this.#lastError = error instanceof Error ? error.message : String(error);
        // The database may have been dropped meanwhile: look again before the next write.
        this.#durations = null;
        this.#restarts?.failed(wasBroken(error));
        await this.#countPending();
        if (this.#stopping) return;
        const asked = error instanceof NotNow ? error.afterSeconds : 0;
        await this.#pause(Math.max(pauseSeconds, asked));
        pauseSeconds = Math.min(pauseSeconds * 2, retrySeconds);
      }
    }
  }

  /** One look into the outbox; gives the number of bins and lines done. Throws when the server does not take them now. */
  async #round(): Promise<number> {
    const { outbox, target } = this.#options;
    this.#durations ??= await this.#prepare(target);
    await this.#restarts?.look();
    await this.#forgetDeleted();
    const batch = await outbox.pending(BINS_PER_ROUND, await this.#settling?.limits());
    if (batch.bins.length > 0) {
      const written = await this.#write(batch, this.#durations);
      await outbox.done(batch.bins, this.#restarts ? written : []);
    }
    const healthLines = await this.#writeHealth();
    await this.#countPending();
    return batch.bins.length + healthLines;
  }

  /** Before anything is written: what was read of a session before it was deleted may have been written since. */
  async #forgetDeleted(): Promise<void> {
    const { outbox, target, credentials = null } = this.#options;
    const sessions = await outbox.deletedSessions();
    this.#counts.sessionsToForget = sessions.length;
    if (!canForget(target)) return;
    for (const session of sessions) {
      await forgetSession(target, this.#influx, credentials, session);
      await outbox.sessionForgotten(session);
      this.#counts.sessionsToForget -= 1;
    }
  }

  async #writeHealth(): Promise<number> {
    const lines = this.#health.first(MAX_LINES_PER_WRITE);
    if (lines.length === 0) return 0;
    await this.#deliver(
      HEALTH_POLICY,
      lines.map(([, line]) => line),
      { requests: MAX_REQUESTS_PER_BATCH },
    );
    this.#health.remove(lines);
    return lines.length;
  }

  /** Gives the bins that were written: the others are too old for the server. */
  async #write(batch: OutboxBatch, durations: Durations): Promise<TouchedBin[]> {
    const now = Date.now() / 1000;
    const expired = (point: { session: number; resolution: number; bin: number }) =>
      point.bin < now - durations[retentionPolicy(point.session, point.resolution)];
    const writable = batch.bins.filter((bin) => !expired(bin));
    this.#counts.binsExpired += batch.bins.length - writable.length;
    const byPolicy = new Map<RetentionPolicy, MirrorPoint[]>();
    const wanted = batch.points.filter((point) => !expired(point));
    for (const point of this.#census.admit(wanted, now)) {
      const policy = retentionPolicy(point.session, point.resolution);
      const points = byPolicy.get(policy);
      if (points) points.push(point);
      else byPolicy.set(policy, [point]);
    }
    const chunks: [RetentionPolicy, MirrorPoint[]][] = [];
    for (const [policy, points] of byPolicy)
      for (let first = 0; first < points.length; first += MAX_LINES_PER_WRITE)
        chunks.push([policy, points.slice(first, first + MAX_LINES_PER_WRITE)]);
    const workers = Array.from({ length: REQUESTS_IN_FLIGHT }, async () => {
      for (let chunk = chunks.pop(); chunk !== undefined; chunk = chunks.pop()) {
        const lines = chunk[1].map((point) => this.#encoder.encode(point));
        await this.#deliver(chunk[0], lines, { requests: MAX_REQUESTS_PER_BATCH });
      }
    });
    // All of them come to rest before an error is told: none may still write while the next round reads.
    const ends = await Promise.allSettled(workers);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return writable;
  }

  /** Halves what is refused until the lines that are to blame stand alone; the rest goes on. */
  async #deliver(policy: RetentionPolicy, lines: readonly string[], budget: { requests: number }): Promise<void> {
    budget.requests -= 1;
    const outcome = await this.#writer.write(lines, policy, this.#abort.signal);
    if (outcome.kind === 'again')
      throw new NotNow(
        `${formatSeriesTarget(this.#options.target)} ${outcome.reason}`,
        outcome.afterSeconds,
        outcome.isBroken ?? false,
      );
    if (outcome.kind === 'written') this.#counts.linesWritten += lines.length;
    else if (lines.length === 1 || budget.requests <= 0) {
      await this.#refused.add(lines, policy, outcome.reason);
      this.#counts.linesRefused += outcome.lines;
      this.#counts.linesWritten += lines.length - outcome.lines;
    } else {
      const half = lines.length >>> 1;
      await this.#deliver(policy, lines.slice(0, half), budget);
      await this.#deliver(policy, lines.slice(half), budget);
    }
  }

  async #prepare(target: SeriesTarget): Promise<Durations> {
    await probe(target, this.#options.credentials ?? null);
    return hasPolicies(target) ? await prepareDatabase(this.#influx, target) : NO_DURATIONS;
  }

  async #countPending(): Promise<void> {
    const { outbox } = this.#options;
    this.#counts.pendingBins = await outbox.pendingBins().catch(() => this.#counts.pendingBins);
    this.#counts.binsNotWhole = await outbox.binsNotWhole().catch(() => this.#counts.binsNotWhole);
  }

  #pause(seconds: number): Promise<void> {
    if (this.#stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, seconds * 1000);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
