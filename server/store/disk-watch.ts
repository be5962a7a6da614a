/**
 * Watches how much room the data directory's disk has. Below the low mark nothing more is stored: sensors keep what they
 * have. Above the high mark it goes on by itself. Between the two, what was goes on, so that nothing flutters.
 */
import { statfs } from 'node:fs/promises';

export interface DiskLimits {
  readonly lowPercent: number;
  readonly lowMegabytes: number;
}

export interface DiskState {
  readonly freeBytes: number | null;
  readonly totalBytes: number | null;
  readonly lowBytes: number | null;
  readonly highBytes: number | null;
  /** Nothing is stored now. */
  readonly isFull: boolean;
}

export interface DiskWatchParts {
  readonly folder: string;
  readonly limits: DiskLimits;
  readonly log: (message: string) => void;
}

const LOOK_EVERY_MILLISECONDS = 2_000;
/** The high mark, as a multiple of the low one. */
const HIGH_TIMES_LOW = 1.5;
/** A store that met a full disk is not asked again before: a quota may be what is full, which the disk does not tell. */
const FULL_MILLISECONDS = 10_000;

export class DiskWatch {
  readonly #parts: DiskWatchParts;
  #timer: NodeJS.Timeout | null = null;
  #free: number | null = null;
  #total: number | null = null;
  #isFull = false;
  #fullUntilMilliseconds = Number.NEGATIVE_INFINITY;

  constructor(parts: DiskWatchParts) {
    this.#parts = parts;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  async start(): Promise<void> {
    await this.look();
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MILLISECONDS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** The store failed since the disk is full. */
  noteFull(): void {
    this.#fullUntilMilliseconds = performance.now() + FULL_MILLISECONDS;
    this.#set(true);
  }

  async look(): Promise<void> {
    try {
      const { bavail, blocks, bsize } = await statfs(this.#parts.folder);
      [this.#free, this.#total] = [bavail * bsize, blocks * bsize];
    } catch {
      // Where a system cannot say, the store's own errors do.
      [this.#free, this.#total] = [null, null];
    }
    const { freeBytes, lowBytes, highBytes } = this.state();
    const mark = this.#isFull ? highBytes : lowBytes;
    const hasRoom = freeBytes === null || mark === null || freeBytes >= mark;
    this.#set(!hasRoom || performance.now() < this.#fullUntilMilliseconds);
  }

  state(): DiskState {
    const { lowPercent, lowMegabytes } = this.#parts.limits;
    const low = this.#total === null ? null : Math.min((this.#total * lowPercent) / 100, lowMegabytes * 1e6);
    return {
      freeBytes: this.#free,
      totalBytes: this.#total,
      lowBytes: low,
      highBytes: low === null ? null : low * HIGH_TIMES_LOW,
      isFull: this.#isFull,
    };
  }

  #set(isFull: boolean): void {
    if (this.#isFull === isFull) return;
    this.#isFull = isFull;
    const free = this.#free === null ? '' : ` (${Math.round(this.#free / 1e6)} MB free)`;
    this.#parts.log(
      isFull
        ? `the disk of ${this.#parts.folder} is full${free}: nothing is stored until there is room, and sensors keep what they have`
        : `there is room on the disk of ${this.#parts.folder} again${free}: storing goes on`,
    );
  }
}
