/** The roll-up of one server: goes on after a stop where the last run stood, and says when it wants to be stored. */
import { createHmac } from 'node:crypto';
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { HASH_KEY_WORDS, type HashKey } from '../aggregate/keyed-hash.ts';
import { SeriesAccumulator } from '../aggregate/series-accumulator.ts';
import type { SeriesRows, SketchState } from '../store/ingest-commit.ts';
import type { SketchMemory, SketchStore, Span } from '../store/stores.ts';

/** What is distinct in bins above minutes is told so often, and no commit has to carry it all. */
const ABOVE_EVERY_MILLISECONDS = 15_000;
/** Flows since the last sketches are read again at the next start: so long, or so many. */
const SKETCHES_EVERY_MILLISECONDS = 60_000;
const SKETCHES_EVERY_FLOWS = 3_000_000;
const MINUTE_SECONDS = 60;
/** What a start reads again at most, newest first: about 20 s of work. */
const MAX_FLOWS_AGAIN = 4_000_000;
/** Stretches of minutes, since each is asked for by itself. */
const MAX_STRETCHES = 300;
/** Minutes this near to each other are one stretch: reading again what is counted already changes nothing. */
const STRETCH_GAP_SECONDS = 300;
/** Flows that are in memory at a time, about. */
const SLICE_FLOWS = 200_000;

/** The key of hashes: from the installation's, since what is stored was hashed with it. */
export function seriesSecret(installationKey: Uint8Array): HashKey {
  const digest = createHmac('sha256', installationKey).update('series').digest();
  return Uint32Array.from({ length: HASH_KEY_WORDS }, (_, word) => digest.readUInt32LE(word * 4));
}

export class SeriesMemory {
  readonly #accumulator: SeriesAccumulator;
  #aboveMilliseconds = Date.now();
  #sketchesMilliseconds = Date.now();
  #flowsSince = 0;
  /** Sessions that got flows since their sketches were stored, or are on their way to it. */
  readonly #changed = new Set<number>();
  #saving: readonly number[] = [];

  constructor(secret?: HashKey) {
    this.#accumulator = new SeriesAccumulator(secret);
  }

  /** Reads what was stored; flows of minutes that sketches lack are read again. Sums are in the store already. */
  async restore(store: SketchStore, log: (message: string) => void): Promise<void> {
    const { states, minutes } = await store.memory();
    for (const state of states) {
      if (this.#accumulator.restore(state)) continue;
      this.#changed.add(state.session);
      log(`distinct addresses of session ${state.session} begin anew: what was stored of them cannot be read`);
    }
    const { slices, flows, left } = await planReading(store, minutes);
    for (const { session, ...span } of slices) {
      for (const family of [4, 6] as const) {
        const batch = await store.flowsBetween(session, span, family);
        if (batch === null) continue;
        this.#accumulator.addAgain(batch);
        this.#changed.add(session);
      }
      this.discard();
    }
    if (flows > 0)
      log(`${flows} flows of ${minutes.length - left} minutes were read again to go on counting addresses`);
    if (left > 0)
      log(`distinct addresses of ${left} older minutes, and of hours and days with them, are lower bounds: \
flows since the last stored count are too many to be read again`);
  }

  add(batch: FlowBatch): number {
    this.#flowsSince += batch.length;
    this.#noteChanged(batch);
    return this.#accumulator.add(batch);
  }

  /** The commit that was to carry what was taken failed: sums are forgotten, since its flows come again. */
  discard(): void {
    for (const session of this.#saving) this.#changed.add(session);
    this.#saving = [];
    this.#accumulator.discard();
  }

  /** What the commit carries; at the end of a run, all there is. */
  take(isLast: boolean): { series: SeriesRows; sketches?: SketchState[] } {
    const now = Date.now();
    const areSketchesDue = isLast || this.#areSketchesDue(now);
    // With the sketches: what a sketch has when it is stored, no flow read again will raise.
    const isAboveDue = areSketchesDue || now - this.#aboveMilliseconds >= ABOVE_EVERY_MILLISECONDS;
    if (isAboveDue) this.#aboveMilliseconds = now;
    const series = this.#accumulator.take(isAboveDue);
    this.#saving = [];
    if (!areSketchesDue) return { series };
    this.#sketchesMilliseconds = now;
    this.#flowsSince = 0;
    const sketches = this.#accumulator.save(this.#changed);
    this.#saving = [...this.#changed];
    this.#changed.clear();
    return { series, sketches };
  }

  /** Flows of a session come together: the set is asked once for each run of them. */
  #noteChanged({ session, length }: FlowBatch): void {
    for (let row = 0, last = -1; row < length; row++) {
      if (session[row] === last) continue;
      last = session[row]!;
      this.#changed.add(last);
    }
  }

  /** Whether there is something to store although nothing comes. */
  get isDue(): boolean {
    return this.#accumulator.hasChangesAbove && Date.now() - this.#aboveMilliseconds >= ABOVE_EVERY_MILLISECONDS;
  }

  /** The session is being deleted. */
  forget(session: number): void {
    this.#accumulator.forget(session);
    this.#changed.delete(session);
    this.#saving = this.#saving.filter((saved) => saved !== session);
  }

  #areSketchesDue(now: number): boolean {
    if (this.#flowsSince === 0) return false;
    return this.#flowsSince >= SKETCHES_EVERY_FLOWS || now - this.#sketchesMilliseconds >= SKETCHES_EVERY_MILLISECONDS;
  }
}

type Minutes = SketchMemory['minutes'];

interface Stretch {
  readonly session: number;
  readonly bins: number[];
}

interface Slice extends Span {
  readonly session: number;
}

/** Slices to read, those of a session oldest first, and how many of the minutes are left out. */
async function planReading(
  store: SketchStore,
  minutes: Minutes,
): Promise<{ slices: Slice[]; flows: number; left: number }> {
  const stretches = stretchesOf(minutes).sort((a, b) => b.bins.at(-1)! - a.bins.at(-1)!);
  const slices: Slice[] = [];
  let flows = 0;
  let read = 0;
  for (const { session, bins } of stretches.slice(0, MAX_STRETCHES)) {
    const span = { fromSeconds: bins[0]!, toSeconds: bins.at(-1)! + MINUTE_SECONDS };
    const counted = (await store.flowsByMinute(session, span)).reverse();
    const fitting = counted.findIndex((minute) => {
      flows += minute.flows;
      return flows > MAX_FLOWS_AGAIN;
    });
    const isWhole = fitting < 0;
    if (!isWhole) flows -= counted[fitting]!.flows;
    const chosen = isWhole ? counted : counted.slice(0, fitting);
    slices.push(...slicesOf(session, chosen));
    const oldest = isWhole ? span.fromSeconds : (chosen.at(-1)?.bin ?? span.toSeconds);
    read += bins.filter((bin) => bin >= oldest).length;
    if (!isWhole) break;
  }
  return { slices: slices.reverse(), flows, left: minutes.length - read };
}

/** Of minutes in order of session and time. */
function stretchesOf(minutes: Minutes): Stretch[] {
  const stretches: Stretch[] = [];
  for (const { session, bin } of minutes) {
    const last = stretches.at(-1);
    if (last?.session === session && bin - last.bins.at(-1)! <= STRETCH_GAP_SECONDS) last.bins.push(bin);
    else stretches.push({ session, bins: [bin] });
  }
  return stretches;
}

/** Newest first, as the minutes are. A minute with more flows than a slice is cut into seconds. */
function slicesOf(session: number, minutes: readonly { bin: number; flows: number }[]): Slice[] {
  const slices: Slice[] = [];
  let open: { fromSeconds: number; toSeconds: number; flows: number } | null = null;
  const close = () => {
    if (open === null) return;
    const { fromSeconds, toSeconds, flows } = open;
    const parts = Math.min(MINUTE_SECONDS, Math.max(1, Math.ceil(flows / SLICE_FLOWS)));
    const edge = (part: number) => fromSeconds + Math.floor(((toSeconds - fromSeconds) * part) / parts);
    for (let part = parts - 1; part >= 0; part--)
      slices.push({ session, fromSeconds: edge(part), toSeconds: edge(part + 1) });
    open = null;
  };
  for (const { bin, flows } of minutes) {
    if (open !== null && open.flows + flows > SLICE_FLOWS) close();
    open ??= { fromSeconds: bin, toSeconds: bin + MINUTE_SECONDS, flows: 0 };
    open.fromSeconds = bin;
    open.flows += flows;
  }
  close();
  return slices;
}
