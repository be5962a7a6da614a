/**
 * Rolls flows up into series: sums by second and minute, distinct sources and targets of minutes and coarser bins. Sums
 * begin anew with every commit; what is distinct is remembered while its bin is open.
 */
import { addressWords, type FlowBatch } from '../../shared/flow-batch.ts';
import { SeriesResolution, type SeriesRows, type SketchState, type StoredSketch } from '../store/ingest-commit.ts';
import { HASH_KEY_WORDS, type HashKey, hashAddress } from './keyed-hash.ts';
import { RowBuffer } from './row-buffer.ts';
import { SessionSeries } from './session-series.ts';
import { SketchPool } from './sketch-pool.ts';
import { loadSession, saveSession } from './sketch-state.ts';

/** Sessions that are open at a time; of one that has to make room, distinct counts go on anew. */
const MAX_SESSIONS = 16;

export class SeriesAccumulator {
  readonly #secret: HashKey;
  readonly #pool = new SketchPool();
  readonly #out = new RowBuffer();
  /** Least recently used first. */
  readonly #sessions = new Map<number, SessionSeries>();
  #last: SessionSeries | null = null;
  /** What `take` gave last: it may come back. */
  #taken: SeriesRows | null = null;

  /** `secret` must be the same again for what was saved; without one, whoever knows the code can choose addresses that collide. */
  constructor(secret: HashKey = new Uint32Array(HASH_KEY_WORDS)) {
    this.#secret = secret;
  }

  /** Adds every flow of the batch in all dimensions. Returns the packets that went into the totals. */
  add(batch: FlowBatch): number {
    const words = addressWords(batch.family);
    const { source, target, session, packets } = batch;
    let added = 0;
    for (let row = 0; row < batch.length; row++) {
      const series =
        this.#last !== null && this.#last.session === session[row] ? this.#last : this.#open(session[row]!);
      const from = hashAddress(source, row * words, words, this.#secret);
      const to = hashAddress(target, row * words, words, this.#secret);
      series.add(batch, row, from, to);
      added += packets[row]!;
    }
    return added;
  }

  /** Adds flows of one session that were stored already, after `restore`. */
  addAgain(batch: FlowBatch): void {
    if (batch.length === 0) return;
    const series = this.#open(batch.session[0]!);
    series.isReadAgain = true;
    this.add(batch);
    series.isReadAgain = false;
  }

  /** The rows since the last call; they are the caller's. With `above`, distinct counts of all bins that changed, else of minutes. */
  take(above = true): SeriesRows {
    for (const series of this.#sessions.values()) series.take(above);
    this.#taken = this.#out.take();
    return this.#taken;
  }

  /**
   * What was taken last was not stored, or never meant to be: its flows come again, or are stored already. Sums are
   * forgotten. Distinct counts of coarser bins are not: flows that come again raise none of them a second time.
   */
  discard(): void {
    const before = this.#taken;
    const since = this.take(false);
    this.#taken = null;
    for (const rows of new Set([before, since])) if (rows !== null) this.#out.keepAbove(rows, SeriesResolution.minute);
  }

  /** Whether `take(true)` would give more than `take(false)`. */
  get hasChangesAbove(): boolean {
    return this.#out.length > 0 || [...this.#sessions.values()].some((series) => series.hasChangesAbove);
  }

  /** What has to be stored so that `restore` can go on: of all sessions that are open, those that `changed` names. */
  save(changed: Pick<Set<number>, 'has'>): SketchState[] {
    const stateOf = (series: SessionSeries) => (changed.has(series.session) ? saveSession(series) : null);
    return [...this.#sessions.values()].map((series) => ({ session: series.session, state: stateOf(series) }));
  }

  /** Goes on where `save` stood. Gives false where that cannot be read; then distinct counts begin anew. */
  restore({ session, state }: StoredSketch): boolean {
    return loadSession(this.#open(session), state);
  }

  /** The session is being deleted: nothing more of it is given. */
  forget(session: number): void {
    const series = this.#sessions.get(session);
    if (series === undefined) return;
    series.clear();
    this.#sessions.delete(session);
    if (this.#last === series) this.#last = null;
  }

  #open(session: number): SessionSeries {
    let series = this.#sessions.get(session);
    this.#sessions.delete(session);
    if (series === undefined) {
      if (this.#sessions.size >= MAX_SESSIONS) this.#close(this.#sessions.values().next().value!);
      series = new SessionSeries(session, this.#secret, this.#pool, this.#out);
    }
    this.#sessions.set(session, series);
    this.#last = series;
    return series;
  }

  #close(series: SessionSeries): void {
    series.take(true);
    series.clear();
    this.#sessions.delete(series.session);
  }
}
