/** Flows of one session in memory, bounded: what a page's worker answers from where there is no store. */
import type { FlowCondition } from '../../../shared/filter/flow-condition.ts';
import { addressWords, type Family, type FlowBatch } from '../../../shared/flow-batch.ts';
import { type ConstantColumns, type CreateColumn, type FlowChunk, FlowChunks } from './flow-chunks.ts';
import { NotHeld } from './not-held.ts';
import { type MicroSpan, mayOverlap, RowSelection } from './row-selection.ts';

const MICROS = 1_000_000;

export interface MemoryFlowsOptions extends ConstantColumns {
  /** Beyond either no more flows are held: they are counted. */
  readonly maxFlows: number;
  readonly maxBytes: number;
  /** For tests, of what happens where there is no memory. */
  readonly create?: CreateColumn;
  /** Waited for between chunks, so that others get their turn. */
  readonly pause: () => Promise<void>;
}

export interface Selected {
  readonly chunk: FlowChunk;
  readonly selection: RowSelection;
}

export class MemoryFlows {
  readonly notHeld = new NotHeld();
  packets = 0;
  bytes = 0;
  /** First packets of flows, held or not; null without any. */
  firstMicros: number | null = null;
  /** Last packets of flows. */
  lastMicros: number | null = null;
  #isFull = false;
  readonly #families: Readonly<Record<Family, FlowChunks>>;
  readonly #options: MemoryFlowsOptions;

  constructor(options: MemoryFlowsOptions) {
    this.#options = options;
    const { create } = options;
    this.#families = { 4: new FlowChunks(4, options, create), 6: new FlowChunks(6, options, create) };
  }

  /** Flows that are held. */
  get length(): number {
    return this.#families[4].length + this.#families[6].length;
  }

  get memoryBytes(): number {
    return this.#families[4].bytes + this.#families[6].bytes;
  }

  /** Copies as many rows as there is room for, and counts the rest. */
  append(rows: FlowBatch): void {
    const held = this.#hold(rows);
    this.notHeld.add(rows, held);
    this.#noteTimes(rows);
    for (let row = 0; row < held; row++) {
      this.packets += rows.packets[row]!;
      this.bytes += rows.wireBytes[row]!;
    }
  }

  /** How many of the rows there was room for: the first. */
  #hold(rows: FlowBatch): number {
    const ofFamily = this.#families[rows.family];
    const { length } = rows;
    const before = ofFamily.length;
    this.#isFull ||= this.memoryBytes >= this.#options.maxBytes;
    rows.length = this.#isFull ? 0 : Math.min(length, this.#options.maxFlows - this.length);
    try {
      ofFamily.append(rows);
    } catch (error) {
      // The browser gives no more memory: that is a limit as well.
      if (!(error instanceof RangeError)) throw error;
      this.#isFull = true;
    } finally {
      rows.length = length;
    }
    return ofFamily.length - before;
  }

  #noteTimes({ interval, firstMicros, lastMicros, length }: FlowBatch): void {
    for (let row = 0; row < length; row++) {
      const [first, last] = [interval[row]! * MICROS + firstMicros[row]!, interval[row]! * MICROS + lastMicros[row]!];
      if (this.firstMicros === null || first < this.firstMicros) this.firstMicros = first;
      if (this.lastMicros === null || last > this.lastMicros) this.lastMicros = last;
    }
  }

  /** All that is held, so that columns can be filled that were not known when it came. */
  *batches(): Iterable<FlowBatch> {
    for (const family of [4, 6] as const) for (const { flows } of this.#families[family].chunks) yield flows;
  }

  chunks(family: Family): readonly FlowChunk[] {
    return this.#families[family].chunks;
  }

  /** Chunk by chunk, IPv4 first; what is selected is void after the next. */
  async *select(
    span: MicroSpan,
    filter: FlowCondition | undefined,
    families: readonly Family[] = [4, 6],
  ): AsyncIterable<Selected> {
    const selection = new RowSelection(filter);
    for (const family of families) {
      // What arrives meanwhile is not part of the answer.
      const { length } = this.#families[family].chunks;
      for (let at = 0; at < length; at++) {
        const chunk = this.#families[family].chunks[at]!;
        if (!mayOverlap(chunk, span)) continue;
        selection.select(chunk, span);
        if (selection.lengthInSpan > 0) yield { chunk, selection };
        await this.#options.pause();
      }
    }
  }

  /** When the first flow begins that begins at or behind `fromMicros`; null where none does. */
  nextMicros(fromMicros: number): number | null {
    let next = Number.POSITIVE_INFINITY;
    for (const family of [4, 6] as const)
      for (const { flows, firstMicros, lastMicros } of this.#families[family].chunks) {
        if (lastMicros < fromMicros || firstMicros >= next) continue;
        if (firstMicros >= fromMicros) next = firstMicros;
        else next = Math.min(next, firstFrom(flows, fromMicros));
      }
    return next === Number.POSITIVE_INFINITY ? null : next;
  }
}

function firstFrom({ interval, firstMicros, length }: FlowBatch, fromMicros: number): number {
  let next = Number.POSITIVE_INFINITY;
  for (let row = 0; row < length; row++) {
    const micros = interval[row]! * MICROS + firstMicros[row]!;
    if (micros >= fromMicros && micros < next) next = micros;
  }
  return next;
}

export function microsOf(
  { fromSeconds, toSeconds }: { fromSeconds: number; toSeconds: number },
  by: MicroSpan['by'],
): MicroSpan {
  return { fromMicros: Math.round(fromSeconds * MICROS), toMicros: Math.round(toSeconds * MICROS), by };
}

/** The words of a row's address. */
export function wordsOf(family: Family, column: Uint32Array, row: number): Uint32Array {
  const words = addressWords(family);
  return column.subarray(row * words, (row + 1) * words);
}
