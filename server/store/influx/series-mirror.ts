/**
 * Writes the series to InfluxDB besides: a follower of the store. It reads the absolute values of bins that changed,
 * writes them, and only then takes the bins out of the outbox. Whatever stops in between is done again, which changes
 * nothing: InfluxDB puts a point in the place of the one with the same series and time. A data directory needs a
 * database of its own, since the numbers of sessions begin anew in each.
 */
import { appendFile, stat } from 'node:fs/promises';
import type { InfluxDB } from 'influx';
import type { MirrorPoint, OutboxBatch, SeriesOutbox } from '../outbox.ts';
import { createInflux, type Durations, prepareDatabase } from './administration.ts';
import { LineEncoder } from './line-protocol.ts';
import { LineWriter, MAX_LINES_PER_WRITE } from './line-writer.ts';
import { type RetentionPolicy, retentionPolicy } from './tags.ts';
import type { InfluxCredentials, SeriesTarget } from './target.ts';

export interface MirrorOptions {
  readonly target: SeriesTarget;
  readonly credentials?: InfluxCredentials | null;
  readonly outbox: SeriesOutbox;
  /** File to which batches with refused lines are added, with the reason: nothing vanishes unseen. */
  readonly refusedFile: string;
  /** Pause between looks into an empty outbox. */
  readonly pollSeconds?: number;
  /** Longest pause after an error; it begins at a sixteenth of it. */
  readonly retrySeconds?: number;
}

export interface MirrorStats {
  readonly linesWritten: number;
  readonly linesRefused: number;
  /** Live bins older than InfluxDB keeps them, which it would refuse: not sent. */
  readonly binsExpired: number;
  readonly pendingBins: number;
  /** A sentence while it does not work, null while it does. */
  readonly lastError: string | null;
}

const BINS_PER_ROUND = 200;
const MAX_REFUSED_FILE_BYTES = 64 * 1024 * 1024;

export class SeriesMirror {
  readonly #options: MirrorOptions;
  readonly #influx: InfluxDB;
  readonly #writer: LineWriter;
  readonly #encoder = new LineEncoder();
  readonly #abort = new AbortController();
  #counts = { linesWritten: 0, linesRefused: 0, binsExpired: 0, pendingBins: 0 };
  #lastError: string | null = null;
  #durations: Durations | null = null;
  #running: Promise<void> | undefined;
  #wake: () => void = () => undefined;
  #stopping = false;

  constructor(options: MirrorOptions) {
    this.#options = options;
    this.#influx = createInflux(options.target, options.credentials ?? null);
    this.#writer = new LineWriter(options.target, options.credentials ?? null);
  }

  /** Begins to follow, and goes on through whatever the server does. An unreachable one is no error here: see `stats`. */
  start(): void {
    this.#running ??= this.#follow();
  }

  /** Writes what still waits, for at most so long; what is left is written after the next start. */
  async stop(seconds = 5): Promise<void> {
    this.#stopping = true;
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
    return { ...this.#counts, lastError: this.#lastError };
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
        await this.#countPending();
        if (this.#stopping) return;
        await this.#pause(pauseSeconds);
        pauseSeconds = Math.min(pauseSeconds * 2, retrySeconds);
      }
    }
  }

  /** One look into the outbox; gives the number of bins done. Throws when the server does not take them now. */
  async #round(): Promise<number> {
    const { outbox, target } = this.#options;
    this.#durations ??= await prepareDatabase(this.#influx, target);
    const batch = await outbox.pending(BINS_PER_ROUND);
    if (batch.bins.length > 0) {
      await this.#write(batch, this.#durations);
      await outbox.done(batch.bins);
    }
    await this.#countPending();
    return batch.bins.length;
  }

  async #write(batch: OutboxBatch, durations: Durations): Promise<void> {
    const now = Date.now() / 1000;
    const expired = (point: { session: number; resolution: number; bin: number }) =>
      point.bin < now - durations[retentionPolicy(point.session, point.resolution)];
    this.#counts.binsExpired += batch.bins.filter(expired).length;
    const byPolicy = new Map<RetentionPolicy, MirrorPoint[]>();
    for (const point of batch.points) {
      if (expired(point)) continue;
      const policy = retentionPolicy(point.session, point.resolution);
      const points = byPolicy.get(policy);
      if (points) points.push(point);
      else byPolicy.set(policy, [point]);
    }
    for (const [policy, points] of byPolicy) {
      for (let first = 0; first < points.length; first += MAX_LINES_PER_WRITE) {
        await this.#writeLines(policy, points.slice(first, first + MAX_LINES_PER_WRITE));
      }
    }
  }

  async #writeLines(policy: RetentionPolicy, points: readonly MirrorPoint[]): Promise<void> {
    const lines = points.map((point) => this.#encoder.encode(point));
    const outcome = await this.#writer.write(lines, policy, this.#abort.signal);
    if (outcome.kind === 'again') throw new Error(outcome.reason);
    const refused = outcome.kind === 'refused' ? outcome.lines : 0;
    if (outcome.kind === 'refused') await this.#putAside(policy, outcome.reason, lines);
    this.#counts.linesRefused += refused;
    this.#counts.linesWritten += lines.length - refused;
  }

  /** The whole batch: the server says how many lines it refused, but not always which. */
  async #putAside(policy: RetentionPolicy, reason: string, lines: readonly string[]): Promise<void> {
    const { refusedFile } = this.#options;
    const size = await stat(refusedFile).then(
      (file) => file.size,
      () => 0,
    );
    if (size > MAX_REFUSED_FILE_BYTES) return;
    const head = `# ${new Date().toISOString()} retention policy ${policy}: ${reason.replaceAll('\n', ' ')}`;
    await appendFile(refusedFile, `${head}\n${lines.join('\n')}\n`, { mode: 0o600 });
  }

  async #countPending(): Promise<void> {
    this.#counts.pendingBins = await this.#options.outbox.pendingBins().catch(() => this.#counts.pendingBins);
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
