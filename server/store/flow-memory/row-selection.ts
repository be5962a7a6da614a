/** The flows of a chunk that lie in a span and match a filter, in memory that is made once. */
import type { FlowCondition } from '../../../shared/filter/flow-condition.ts';
import { compileFlowFilter, type FlowTest } from '../../../shared/filter/flow-test.ts';
import { type Column, createFlowBatch, type Family, type FlowBatch } from '../../../shared/flow-batch.ts';
import { flowFieldNames } from '../../../shared/flow-fields.ts';
import type { FlowChunk } from './flow-chunks.ts';

const MICROS = 1_000_000;

/** Half-open, µs since 1970. `by`: by a flow's first packet, or by the interval that it is of. */
export interface MicroSpan {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly by: 'first' | 'interval';
}

/** A u32 of µs: no flow begins later than this after its interval. */
const LONGEST_OFFSET_MICROS = 2 ** 32;

/** False where no flow of the chunk lies in the span. */
export function mayOverlap({ firstMicros, lastMicros }: FlowChunk, { fromMicros, toMicros, by }: MicroSpan): boolean {
  const late = by === 'interval' ? LONGEST_OFFSET_MICROS : 0;
  return firstMicros < toMicros + late && lastMicros >= fromMicros;
}

export class RowSelection {
  /** Rows of the last `select`, in their order. */
  rows = new Uint32Array(0);
  length = 0;
  /** In the span, whether they match or not. */
  lengthInSpan = 0;
  readonly #test: FlowTest | null;
  #mask = new Uint8Array(0);
  readonly #copies: Record<Family, FlowBatch> = { 4: createFlowBatch(4, 0), 6: createFlowBatch(6, 0) };

  constructor(condition: FlowCondition | undefined) {
    this.#test = condition === undefined ? null : compileFlowFilter(condition);
  }

  select({ flows }: FlowChunk, { fromMicros, toMicros, by }: MicroSpan): number {
    const { length, interval, firstMicros } = flows;
    if (this.rows.length < length) {
      this.rows = new Uint32Array(flows.capacity);
      this.#mask = new Uint8Array(flows.capacity);
    }
    const { rows } = this;
    const usesFirst = by === 'first' ? 1 : 0;
    let count = 0;
    for (let row = 0; row < length; row++) {
      const micros = interval[row]! * MICROS + firstMicros[row]! * usesFirst;
      if (micros >= fromMicros && micros < toMicros) rows[count++] = row;
    }
    this.lengthInSpan = count;
    this.length = this.#test === null || count === 0 ? count : this.#keepMatching(flows, count);
    return this.length;
  }

  #keepMatching(flows: FlowBatch, count: number): number {
    this.#test!(flows, this.#mask);
    let kept = 0;
    for (let at = 0; at < count; at++) {
      const row = this.rows[at]!;
      this.rows[kept] = row;
      kept += this.#mask[row]!;
    }
    return kept;
  }

  /** What was selected, as a batch: void with the next call. */
  batch({ flows }: FlowChunk): FlowBatch {
    if (this.length === flows.length) return flows;
    const { family } = flows;
    if (this.#copies[family].capacity < this.length) this.#copies[family] = createFlowBatch(family, flows.capacity);
    const copy = this.#copies[family];
    copyFlowRows(flows, copy, this.rows, this.length, 0);
    copy.length = this.length;
    return copy;
  }
}

/** Puts `count` of the rows that are named into `to`, from its row `at` on. */
export function copyFlowRows(from: FlowBatch, to: FlowBatch, rows: ArrayLike<number>, count: number, at: number): void {
  for (const name of flowFieldNames) copyRows(from[name], to[name], from[name].length / from.capacity, rows, count, at);
}

function copyRows(from: Column, to: Column, width: number, rows: ArrayLike<number>, count: number, at: number): void {
  if (width === 1) for (let each = 0; each < count; each++) to[at + each] = from[rows[each]!]!;
  else
    for (let each = 0; each < count; each++)
      for (let word = 0; word < width; word++) to[(at + each) * width + word] = from[rows[each]! * width + word]!;
}
