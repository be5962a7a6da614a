/** The flows of a batch that a filter selects, in memory that is made once. */

import type { FlowCondition } from '../../shared/filter/flow-condition.ts';
import { compileFlowFilter, type FlowTest } from '../../shared/filter/flow-test.ts';
import { type Column, createFlowBatch, type Family, type FlowBatch } from '../../shared/flow-batch.ts';
import { flowFieldNames } from '../../shared/flow-fields.ts';

export class FlowSelection {
  readonly #test: FlowTest;
  readonly #selected: Record<Family, FlowBatch> = { 4: createFlowBatch(4, 0), 6: createFlowBatch(6, 0) };
  #mask = new Uint8Array(0);
  #rows = new Uint32Array(0);

  constructor(condition: FlowCondition) {
    this.#test = compileFlowFilter(condition);
  }

  /** Holds until the next call. */
  of(flows: FlowBatch): FlowBatch {
    if (this.#mask.length < flows.length) {
      this.#mask = new Uint8Array(flows.length);
      this.#rows = new Uint32Array(flows.length);
    }
    this.#test(flows, this.#mask);
    let count = 0;
    for (let row = 0; row < flows.length; row++) {
      this.#rows[count] = row;
      count += this.#mask[row]!;
    }
    return count === flows.length ? flows : this.#copy(flows, count);
  }

  #copy(flows: FlowBatch, count: number): FlowBatch {
    const { family } = flows;
    if (this.#selected[family].capacity < count) this.#selected[family] = createFlowBatch(family, flows.length);
    const selected = this.#selected[family];
    for (const name of flowFieldNames)
      copyRows(flows[name], selected[name], flows[name].length / flows.capacity, this.#rows, count);
    selected.length = count;
    return selected;
  }
}

function copyRows(from: Column, to: Column, width: number, rows: Uint32Array, count: number): void {
  if (width === 1) for (let at = 0; at < count; at++) to[at] = from[rows[at]!]!;
  else
    for (let at = 0; at < count; at++)
      for (let word = 0; word < width; word++) to[at * width + word] = from[rows[at]! * width + word]!;
}
