/**
 * The spool: a folder in which frames lie until the server has stored them, across crashes of either side. It holds its
 * limit by giving up the oldest, leaves room on the disk, and says how things stand.
 */
import { mkdirSync, readdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { SensorHealth, SensorHello, SpoolReport } from '../../shared/wire/messages.ts';
import { emptyQueueTotals, type QueuedFrame, type QueueTotals } from './frame-source.ts';
import { type Place, SpoolEpoch } from './spool-epoch.ts';
import { lockSpool } from './spool-lock.ts';
import { SpooledFrames, type SpoolWriter } from './spooled-frames.ts';

/** A power cut takes at most what was written since: beyond it, `fdatasync` has been called. */
const SYNC_EVERY_MILLISECONDS = 1_000;
const MAX_SEGMENT_BYTES = 16 << 20;
const SEGMENTS = 16;
/** Said in the log: docs/errors.md. */
const DISK_FULL = 'SPOOL_DISK_FULL';
const WINDOW_BYTES = 8 << 20;
export const MIN_SPOOL_BYTES = 4 << 20;
/** The rate that tells how long the room will do is a mean over about so long. */
const RATE_SECONDS = 60;
/** Each is a folder, and a line of the hello; the first epoch of a run comes on top, always. */
const MAX_EPOCHS = 256;

export interface SpoolOptions {
  readonly folder: string;
  readonly maxBytes: number;
  /** Nothing is written while less of the disk is free. */
  readonly keepFreeBytes: number;
  /** What is to be sent next stands in memory, too: so much of it. */
  readonly windowBytes?: number;
  readonly log: (message: string) => void;
}

/** The spool cannot be used. Codes: docs/errors.md. */
export class SpoolError extends Error {
  override readonly name = 'SpoolError';
  readonly code: 'SPOOL_LOCKED' | 'SPOOL_UNUSABLE';
  constructor(code: SpoolError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export class Spool implements SpoolWriter {
  readonly #options: SpoolOptions;
  readonly #release: () => void;
  readonly segmentBytes: number;
  readonly windowBytes: number;
  /** Oldest first: those of earlier runs, then this run's. */
  readonly epochs: SpooledFrames[] = [];
  /** Sums by session: what is live is one, every file and simulation another. */
  readonly #totals = new Map<string, QueueTotals>();
  #timer: NodeJS.Timeout | null = null;
  #nextOrder = 1;
  #bytes = 0;
  #isDiskFull = false;
  #cutBytes = 0;
  #bytesAdded = 0;
  #bytesPerSecond: number | null = null;

  /** Takes the folder, and finds what earlier runs left. Throws SpoolError. */
  constructor(options: SpoolOptions) {
    this.#options = options;
    this.windowBytes = options.windowBytes ?? WINDOW_BYTES;
    this.segmentBytes = Math.min(MAX_SEGMENT_BYTES, Math.floor(options.maxBytes / SEGMENTS));
    this.#release = takeFolder(options.folder);
    try {
      this.#recover();
    } catch (cause) {
      this.#release();
      throw unusable(options.folder, cause);
    }
    this.#look();
  }

  start(): void {
    this.#timer = setInterval(() => void this.#everySecond(), SYNC_EVERY_MILLISECONDS);
  }

  #recover(): void {
    const { folder, log } = this.#options;
    for (const name of readdirSync(folder)
      .filter((one) => /^\d{8}-[0-9a-f]{8}$/.test(one))
      .sort()) {
      this.#nextOrder = Number(name.slice(0, 8)) + 1;
      const found = SpoolEpoch.recover(join(folder, name), this.segmentBytes);
      if (found === null) {
        log(`${join(folder, name)} is left alone: it does not say whose it is`);
        continue;
      }
      this.#cutBytes += found.cutBytes;
      if (found.epoch.segments.length === 0) found.epoch.remove();
      else this.epochs.push(new SpooledFrames(found.epoch, this.totalsOf(found.epoch.hello), this));
    }
    this.#countBytes();
    if (this.#cutBytes > 0) log(`${this.#cutBytes} bytes of a frame that was half written were cut off the spool`);
    const flows = this.epochs.reduce(
      (sum, { epoch }) => sum + epoch.segments.reduce((all, { sums }) => all + sums.flows, 0),
      0,
    );
    if (flows > 0) log(`the spool has ${flows} flows of an earlier run, which are delivered beside what comes now`);
  }

  /** Shared by all epochs of a session. */
  totalsOf({ session, epoch }: SensorHello): QueueTotals {
    const key = session.kind === 'live' ? 'live' : String(epoch);
    const totals = this.#totals.get(key) ?? emptyQueueTotals();
    this.#totals.set(key, totals);
    return totals;
  }

  /** Whether a run that has an epoch should begin another. */
  get mayBegin(): boolean {
    return !this.#isDiskFull && this.epochs.length < MAX_EPOCHS;
  }

  /** A new epoch of this run. Throws SpoolError, and is then as before. */
  begin(hello: SensorHello): SpooledFrames {
    const order = String(this.#nextOrder++).padStart(8, '0');
    const folder = join(this.#options.folder, `${order}-${hello.epoch.toString(16).padStart(8, '0')}`);
    try {
      const frames = new SpooledFrames(SpoolEpoch.create(folder, hello, this.segmentBytes), this.totalsOf(hello), this);
      this.epochs.push(frames);
      return frames;
    } catch (cause) {
      throw unusable(this.#options.folder, cause);
    }
  }

  append(epoch: SpoolEpoch, frame: QueuedFrame): Place | null {
    if (this.#isDiskFull) return null;
    try {
      const place = epoch.append(frame, Math.floor(Date.now() / 1000));
      this.#bytes += frame.bytes.length;
      this.#bytesAdded += frame.bytes.length;
      return place;
    } catch (error) {
      this.#setDiskFull(true, (error as Error).message);
      return null;
    }
  }

  get isFull(): boolean {
    return this.#bytes >= this.#options.maxBytes || this.epochs.some(({ isMemoryFull }) => isMemoryFull);
  }

  /** For sources that cannot wait: gives up the oldest that was never sent. */
  dropOldest(): void {
    if (this.#bytes < this.#options.maxBytes) return;
    this.#countBytes();
    while (this.#bytes >= this.#options.maxBytes && this.epochs.some((frames) => frames.dropOldestSegment()))
      this.#countBytes();
  }

  /** An epoch that is delivered, and gets nothing more. */
  remove(frames: SpooledFrames): void {
    this.epochs.splice(this.epochs.indexOf(frames), 1);
    frames.epoch.remove();
    this.#countBytes();
  }

  keepWord(frames: SpooledFrames, health: SensorHealth): void {
    if (this.#isDiskFull) return;
    try {
      frames.epoch.keepWord(health);
    } catch (error) {
      this.#setDiskFull(true, (error as Error).message);
    }
  }

  /** `waiting`: what of the session that is reported has not been sent. */
  report(waiting: QueueTotals): SpoolReport {
    const { maxBytes } = this.#options;
    const oldest = this.epochs
      .map(({ epoch, isEmpty }) => (isEmpty ? null : epoch.oldestSeconds))
      .find((at) => at !== null);
    const rate = this.#bytesPerSecond ?? 0;
    return {
      flows: waiting.flowsWaiting,
      packets: waiting.packetsWaiting,
      bytes: this.#bytes,
      maxBytes,
      oldestSeconds: oldest ?? null,
      hoursLeft: rate > 0 ? Math.min(1e6, Math.max(0, maxBytes - this.#bytes) / rate / 3_600) : null,
      isDiskFull: this.#isDiskFull,
      cutBytes: this.#cutBytes,
    };
  }

  async #everySecond(): Promise<void> {
    const share = this.#bytesPerSecond === null ? 1 : 1 / RATE_SECONDS;
    this.#bytesPerSecond = (this.#bytesPerSecond ?? 0) * (1 - share) + this.#bytesAdded * share;
    this.#bytesAdded = 0;
    this.#countBytes();
    this.#look();
    if (!this.#isDiskFull) for (const frames of this.epochs) frames.writeWhatIsNot();
    try {
      await this.epochs.at(-1)?.epoch.sync();
    } catch (error) {
      this.#setDiskFull(true, (error as Error).message);
    }
  }

  #countBytes(): void {
    this.#bytes = this.epochs.reduce((bytes, { epoch }) => bytes + epoch.bytes, 0);
  }

  /** Whether the disk has room for us. */
  #look(): void {
    try {
      const { bavail, bsize } = statfsSync(this.#options.folder);
      // What was full has to have a little more, so that nothing flutters.
      const wanted = this.#options.keepFreeBytes + (this.#isDiskFull ? 2 : 1) * this.segmentBytes;
      this.#setDiskFull(bavail * bsize < wanted, `${Math.round((bavail * bsize) / 1e6)} MB are free`);
    } catch (error) {
      this.#setDiskFull(true, (error as Error).message);
    }
  }

  #setDiskFull(isFull: boolean, why: string): void {
    if (this.#isDiskFull === isFull) return;
    this.#isDiskFull = isFull;
    const { folder, log } = this.#options;
    log(
      isFull
        ? `the spool in ${folder} cannot be written (${why}): what the server does not take now stays in memory, as far as that goes [${DISK_FULL}]`
        : `the spool in ${folder} is written again`,
    );
  }

  /** Files stay for the next run, but for those of epochs that are delivered. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    for (const frames of [...this.epochs]) {
      if (frames.isEmpty) this.remove(frames);
      else await frames.epoch.close().catch((error: Error) => this.#options.log(`the spool: ${error.message}`));
    }
    this.#release();
  }
}

function takeFolder(folder: string): () => void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lock = lockSpool(folder);
    if ('release' in lock) return lock.release;
    throw new SpoolError(
      'SPOOL_LOCKED',
      `The spool ${folder} is in use by process ${lock.holder}: stop it, or name another folder with --spool.`,
    );
  } catch (error) {
    throw error instanceof SpoolError ? error : unusable(folder, error);
  }
}

function unusable(folder: string, cause: unknown): SpoolError {
  return new SpoolError('SPOOL_UNUSABLE', `The spool ${folder} cannot be used: ${(cause as Error).message}.`, {
    cause,
  });
}
