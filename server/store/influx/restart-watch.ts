/**
 * InfluxDB that was killed while it wrote can lose, at the start after the next one, all that it acknowledged in between:
 * it goes on writing its log behind a hole that it does not read across. So whatever it was given of late is given again
 * once it was started anew, which changes nothing where it has it.
 */
import type { SeriesOutbox } from '../outbox.ts';
import { askStart, startSources } from './start-time.ts';
import { formatSeriesTarget, type InfluxCredentials, type SeriesTarget } from './target.ts';

const LOOK_SECONDS = 60;
const DAY_SECONDS = 86_400;
/** Of a server that does not say when it was started, a broken connection is all there is to go by. */
const GUESS_SECONDS = 3600;
const GUESS_AT_MOST_EVERY_SECONDS = 600;
/** Behind one address several servers may answer in turn: a start that was seen before is not a new one. */
const STARTS_REMEMBERED = 8;

export interface RestartWatchParts {
  readonly outbox: Pick<SeriesOutbox, 'again' | 'memory' | 'noteStart'>;
  /** Seconds since 1970, null where the server does not tell. */
  readonly askStart: () => Promise<number | null>;
  /** Starts that are no further apart are the same. */
  readonly toleranceSeconds: number;
  /** How the server is called in a sentence. */
  readonly name: string;
  readonly log: (message: string) => void;
  readonly lookSeconds?: number;
  /** For tests: seconds of a clock that only runs forward. */
  readonly clock?: () => number;
}

export interface WatchedServer {
  readonly target: SeriesTarget;
  readonly credentials?: InfluxCredentials | null;
  readonly outbox: SeriesOutbox;
  readonly log?: (message: string) => void;
  readonly restartLookSeconds?: number;
}

/** Null for servers to which nothing may be written twice. */
export function watchRestarts(server: WatchedServer, signal: AbortSignal): RestartWatch | null {
  const { target, credentials = null, outbox, log = () => undefined, restartLookSeconds } = server;
  const source = startSources[target.kind];
  if (source === undefined) return null;
  return new RestartWatch({
    outbox,
    askStart: () => askStart(source, target, credentials, signal),
    toleranceSeconds: source.toleranceSeconds,
    name: formatSeriesTarget(target),
    log,
    ...(restartLookSeconds === undefined ? {} : { lookSeconds: restartLookSeconds }),
  });
}

export class RestartWatch {
  /** Bins put back into the outbox, to be written once more. */
  binsWrittenAgain = 0;
  restartsSeen = 0;
  readonly #parts: RestartWatchParts;
  readonly #clock: () => number;
  readonly #starts: number[] = [];
  #nextLookSeconds = Number.NEGATIVE_INFINITY;
  #lastGuessSeconds = Number.NEGATIVE_INFINITY;
  #isBroken = false;

  constructor(parts: RestartWatchParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? (() => performance.now() / 1000);
  }

  /** Something went wrong: the next look is due at once. `isBroken`: the connection was refused, or ended in the middle. */
  failed(isBroken: boolean): void {
    this.#nextLookSeconds = Number.NEGATIVE_INFINITY;
    if (isBroken) this.#isBroken = true;
  }

  /** Between rounds of the mirror, never while bins are being written. Does nothing where a look is not due. */
  async look(): Promise<void> {
    const now = this.#clock();
    if (now < this.#nextLookSeconds) return;
    const start = await this.#parts.askStart();
    if (start === null) await this.#guess(now);
    else await this.#compare(start);
    this.#nextLookSeconds = now + (this.#parts.lookSeconds ?? LOOK_SECONDS);
  }

  async #compare(start: number): Promise<void> {
    const { outbox, name, toleranceSeconds } = this.#parts;
    let isKnown = this.#starts.some((seen) => Math.abs(seen - start) <= toleranceSeconds);
    if (this.#starts.length === 0) {
      const { startSeconds, firstSeconds } = await outbox.memory();
      isKnown =
        startSeconds === null
          ? // It never told before: what it got since this start, it has.
            firstSeconds === null || start <= firstSeconds
          : Math.abs(startSeconds - start) <= toleranceSeconds;
      if (isKnown && startSeconds === null) await outbox.noteStart(start);
    }
    if (!isKnown) {
      const when = `was started again at ${new Date(start * 1000).toISOString()}`;
      await this.#again(DAY_SECONDS, start, `${name} ${when}`, 'day');
    }
    this.#isBroken = false;
    if (isKnown && this.#starts.length > 0) return;
    this.#starts.push(start);
    if (this.#starts.length > STARTS_REMEMBERED) this.#starts.shift();
  }

  async #guess(now: number): Promise<void> {
    if (!this.#isBroken || now - this.#lastGuessSeconds < GUESS_AT_MOST_EVERY_SECONDS) return;
    const why = `the connection to ${this.#parts.name} broke, and it does not say when it was started`;
    await this.#again(GUESS_SECONDS, null, why, 'hour');
    this.#lastGuessSeconds = now;
    this.#isBroken = false;
  }

  async #again(seconds: number, start: number | null, why: string, span: string): Promise<void> {
    const bins = await this.#parts.outbox.again(Date.now() / 1000 - seconds, start);
    this.restartsSeen += 1;
    this.binsWrittenAgain += bins;
    this.#parts.log(
      `${why}: what it got in the last ${span} (${bins} bins) is written to it again, since it may have lost some`,
    );
  }
}
