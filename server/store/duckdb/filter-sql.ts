/**
 * A condition on flows as an SQL condition on the tables `flows4` and `flows6`. Names come from the field table, and every
 * value from outside is a bound parameter: no text of a filter gets into the statement. It agrees with
 * shared/filter/flow-test.ts row by row (a test compares them).
 */

import type { ColumnAddress, ColumnRange, FlowCondition, FlowValue } from '../../../shared/filter/flow-condition.ts';
import type { BinaryOperator } from '../../../shared/filter/syntax.ts';
import type { Family } from '../../../shared/flow-batch.ts';
import { type FlowFieldName, flowFields } from '../../../shared/flow-fields.ts';
import { flowColumnType } from './schema.ts';

/** Values are bound as they are: numbers up to 2^32, and text for what is wider. */
export interface SqlCondition {
  readonly sql: string;
  readonly values: (number | string)[];
}

/** `firstParameter` is the number of the first parameter that the condition may use. */
export function flowFilterSql(condition: FlowCondition, family: Family, firstParameter: number): SqlCondition {
  const values: (number | string)[] = [];
  const bind = (value: number | string, type: string): string => {
    values.push(value);
    return `$${firstParameter + values.length - 1}::${type}`;
  };
  return { sql: new SqlWriter(family, bind).condition(condition), values };
}

/** As `flowFilterSql`; true where there is no filter. */
export function filterOf(filter: FlowCondition | undefined, family: Family, firstParameter: number): SqlCondition {
  return filter === undefined ? { sql: 'TRUE', values: [] } : flowFilterSql(filter, family, firstParameter);
}

class SqlWriter {
  readonly #family: Family;
  readonly #bind: (value: number | string, type: string) => string;

  constructor(family: Family, bind: (value: number | string, type: string) => string) {
    this.#family = family;
    this.#bind = bind;
  }

  condition(condition: FlowCondition): string {
    switch (condition.kind) {
      case 'and':
      case 'or':
        return `(${condition.terms.map((term) => this.condition(term)).join(condition.kind === 'and' ? ' AND ' : ' OR ')})`;
      case 'not':
        return `(NOT ${this.condition(condition.term)})`;
      case 'constant':
        return condition.value ? 'TRUE' : 'FALSE';
      case 'family':
        return condition.family === this.#family ? 'TRUE' : 'FALSE';
      case 'range':
        return this.#range(condition);
      case 'bit':
        return `(${columnName(condition.column)} & ${this.#bind(2 ** condition.bit, 'UINTEGER')}) <> 0`;
      case 'address':
        return this.#address(condition);
      case 'comparison':
        return `${this.#value(condition.left)} ${condition.relation} ${this.#value(condition.right)}`;
    }
  }

  #range({ column, from, to }: ColumnRange): string {
    const name = columnName(column);
    if (from === to) return `${name} = ${this.#bind(from, 'UINTEGER')}`;
    return `${name} BETWEEN ${this.#bind(from, 'UINTEGER')} AND ${this.#bind(to, 'UINTEGER')}`;
  }

  /** Where the mask is a prefix, addresses are a range, which lets DuckDB leave out what cannot match. */
  #address({ column, words, mask }: ColumnAddress): string {
    const type = flowColumnType(column, this.#family);
    if (words.length !== (type === 'UINTEGER' ? 1 : 4)) return 'FALSE';
    const [name, first, bits] = [columnName(column), bigOf(words), bigOf(mask)];
    const hostBits = bigOf(mask.map(() => 0xffffffff)) - bits;
    const number = (value: bigint) => this.#bind(String(value), type);
    if ((hostBits & (hostBits + 1n)) !== 0n) return `(${name} & ${number(bits)}) = ${number(first)}`;
    if (hostBits === 0n) return `${name} = ${number(first)}`;
    return `${name} BETWEEN ${number(first)} AND ${number(first + hostBits)}`;
  }

  /** Unsigned 32-bit arithmetic in 64 bits: every operation cuts its result. */
  #value(value: FlowValue): string {
    if (value.kind === 'number') return this.#bind(value.value, 'BIGINT');
    if (value.kind === 'column') return `${columnName(value.column)}::BIGINT`;
    const { operator, left, right } = value;
    if (operator === '<<' || operator === '>>') return this.#shifted(operator, left, right);
    return operations[operator](this.#value(left), this.#value(right));
  }

  #shifted(operator: '<<' | '>>', left: FlowValue, right: FlowValue): string {
    const bits = right.kind === 'number' ? right.value : 32;
    if (bits > 31) return '0::BIGINT';
    // As a multiplication, since DuckDB refuses a shift that loses bits.
    const factor = this.#bind(2 ** bits, 'BIGINT');
    return operator === '<<' ? operations['*'](this.#value(left), factor) : `(${this.#value(left)} // ${factor})`;
  }
}

type Operation = (left: string, right: string) => string;
const LOW_BITS = '4294967295';
const operations: Readonly<Record<Exclude<BinaryOperator, '<<' | '>>'>, Operation>> = {
  '+': (left, right) => `((${left} + ${right}) & ${LOW_BITS})`,
  '-': (left, right) => `((${left} - ${right}) & ${LOW_BITS})`,
  // A product of two 32-bit numbers does not fit 64 bits with a sign.
  '*': (left, right) => `((${left}::HUGEINT * ${right}::HUGEINT) & ${LOW_BITS}::HUGEINT)::BIGINT`,
  '/': (left, right) => `(${left} // ${right})`,
  '%': (left, right) => `(${left} % ${right})`,
  '&': (left, right) => `(${left} & ${right})`,
  '|': (left, right) => `(${left} | ${right})`,
  '^': (left, right) => `xor(${left}, ${right})`,
};

/** Only names of the table get into a statement, whatever a condition says. */
function columnName(name: FlowFieldName): string {
  if (!Object.hasOwn(flowFields, name)) throw new RangeError(`flows have no field ${name}`);
  return `"${name}"`;
}

function bigOf(words: readonly number[]): bigint {
  return words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
}
