/** A condition on flows as a test over whole batches: column by column, with memory made once. */
import type { FlowBatch } from '../flow-batch.ts';
import type { FlowFieldName } from '../flow-fields.ts';
import type {
  ColumnAddress,
  ColumnBit,
  ColumnComparison,
  ColumnRange,
  FlowCondition,
  FlowValue,
} from './flow-condition.ts';
import { calculate } from './flow-values.ts';
import type { Relation } from './syntax.ts';

/** Sets `mask` to 1 in the rows of `flows` that match, and to 0 in the others. `mask` has room for `flows.length` rows. */
export type FlowTest = (flows: FlowBatch, mask: Uint8Array) => void;

export function compileFlowFilter(condition: FlowCondition): FlowTest {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return compileTerms(condition.terms.map(compileFlowFilter), condition.kind === 'and');
    case 'not':
      return compileNot(compileFlowFilter(condition.term));
    case 'constant':
      return (flows, mask) => mask.fill(condition.value ? 1 : 0, 0, flows.length);
    case 'family':
      return (flows, mask) => mask.fill(flows.family === condition.family ? 1 : 0, 0, flows.length);
    case 'range':
      return compileRange(condition);
    case 'bit':
      return compileBit(condition);
    case 'address':
      return compileAddress(condition);
    case 'comparison':
      return compileComparison(condition);
  }
}

function compileTerms([first, ...others]: FlowTest[], isAnd: boolean): FlowTest {
  let scratch = new Uint8Array(0);
  return (flows, mask) => {
    if (scratch.length < flows.length) scratch = new Uint8Array(flows.length);
    first!(flows, mask);
    for (const term of others) {
      term(flows, scratch);
      if (isAnd) for (let row = 0; row < flows.length; row++) mask[row]! &= scratch[row]!;
      else for (let row = 0; row < flows.length; row++) mask[row]! |= scratch[row]!;
    }
  };
}

function compileNot(term: FlowTest): FlowTest {
  return (flows, mask) => {
    term(flows, mask);
    for (let row = 0; row < flows.length; row++) mask[row]! ^= 1;
  };
}

function compileRange({ column, from, to }: ColumnRange): FlowTest {
  return (flows, mask) => {
    const values = flows[column];
    for (let row = 0; row < flows.length; row++) mask[row] = values[row]! >= from && values[row]! <= to ? 1 : 0;
  };
}

function compileBit({ column, bit }: ColumnBit): FlowTest {
  return (flows, mask) => {
    const values = flows[column];
    for (let row = 0; row < flows.length; row++) mask[row] = (values[row]! >>> bit) & 1;
  };
}

function compileAddress({ column, words, mask: bits }: ColumnAddress): FlowTest {
  return (flows, mask) => {
    const values = flows[column];
    const width = words.length;
    // Of another family, its addresses have another width.
    if (values.length !== flows.capacity * width) {
      mask.fill(0, 0, flows.length);
      return;
    }
    mask.fill(1, 0, flows.length);
    for (let word = 0; word < width; word++) {
      const [bitsOfWord, wanted] = [bits[word]!, words[word]!];
      for (let row = 0; row < flows.length; row++)
        if ((values[row * width + word]! & bitsOfWord) >>> 0 !== wanted) mask[row] = 0;
    }
  };
}

function compileComparison({ relation, left, right }: ColumnComparison): FlowTest {
  const [leftOf, rightOf] = [compileValue(left), compileValue(right)];
  const holds = relations[relation];
  return (flows, mask) => {
    for (let row = 0; row < flows.length; row++) mask[row] = holds(leftOf(flows, row), rightOf(flows, row)) ? 1 : 0;
  };
}

const relations: Readonly<Record<Relation, (left: number, right: number) => boolean>> = {
  '=': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

function compileValue(value: FlowValue): (flows: FlowBatch, row: number) => number {
  switch (value.kind) {
    case 'number':
      return () => value.value;
    case 'column': {
      const name: FlowFieldName = value.column;
      return (flows, row) => flows[name][row]!;
    }
    case 'binary': {
      const { operator } = value;
      const [left, right] = [compileValue(value.left), compileValue(value.right)];
      return (flows, row) => calculate(operator, left(flows, row), right(flows, row));
    }
  }
}
