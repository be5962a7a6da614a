/**
 * A filter over flows, as plain data: conditions on the columns of shared/flow-fields.ts. Made from a parsed expression by
 * flow-plan.ts; tested over batches by flow-test.ts, and turned into SQL by the stores. It says of each flow record what
 * the expression says of the packets in it.
 */
import type { Family } from '../flow-batch.ts';
import { type FlowField, type FlowFieldName, flowFields } from '../flow-fields.ts';
import type { BinaryOperator, Relation, Span } from './syntax.ts';

export type FlowCondition =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly FlowCondition[] }
  | { readonly kind: 'not'; readonly term: FlowCondition }
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'family'; readonly family: Family }
  | ColumnRange
  | ColumnBit
  | ColumnAddress
  | ColumnComparison;

/** The column's value lies in [from, to], both included. */
export interface ColumnRange {
  readonly kind: 'range';
  readonly column: FlowFieldName;
  readonly from: number;
  readonly to: number;
  readonly span: Span;
}

/** Bit 0 to 31 of the column is set. */
export interface ColumnBit {
  readonly kind: 'bit';
  readonly column: FlowFieldName;
  readonly bit: number;
  readonly span: Span;
}

/** The address under `mask` is `words`; false for every flow of another family. One word for IPv4, four for IPv6, and four for columns that hold both. */
export interface ColumnAddress {
  readonly kind: 'address';
  readonly column: FlowFieldName;
  readonly words: readonly number[];
  readonly mask: readonly number[];
  readonly span: Span;
}

export interface ColumnComparison {
  readonly kind: 'comparison';
  readonly relation: Relation;
  readonly left: FlowValue;
  readonly right: FlowValue;
  readonly span: Span;
}

/** Unsigned 32-bit arithmetic. The right side of `/` and `%` is a number other than 0 or the column `packets`; that of `<<` and `>>` is a number. */
export type FlowValue =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'column'; readonly column: FlowFieldName }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: FlowValue;
      readonly right: FlowValue;
    };

/** The first part of a filter that asks about a field of which viewers must not know, or null. */
export function findSecret(condition: FlowCondition): { readonly column: FlowFieldName; readonly span: Span } | null {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return firstOf(condition.terms.map(findSecret));
    case 'not':
      return findSecret(condition.term);
    case 'constant':
    case 'family':
      return null;
    case 'comparison': {
      const column = [...columnsOf(condition.left), ...columnsOf(condition.right)].find(isSecret);
      return column === undefined ? null : { column, span: condition.span };
    }
    default:
      return isSecret(condition.column) ? { column: condition.column, span: condition.span } : null;
  }
}

/** Columns and numbers that a filter looks at: what it costs for each flow, in small units. */
export function partsOf(condition: FlowCondition): number {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.terms.reduce((sum, term) => sum + partsOf(term), 0);
    case 'not':
      return partsOf(condition.term);
    case 'comparison':
      return valuesIn(condition.left) + valuesIn(condition.right);
    case 'address':
      return condition.words.length;
    default:
      return 1;
  }
}

function valuesIn(value: FlowValue): number {
  return value.kind === 'binary' ? 1 + valuesIn(value.left) + valuesIn(value.right) : 1;
}

function firstOf<T>(found: readonly (T | null)[]): T | null {
  return found.find((entry) => entry !== null) ?? null;
}

function columnsOf(value: FlowValue): FlowFieldName[] {
  if (value.kind === 'number') return [];
  return value.kind === 'column' ? [value.column] : [...columnsOf(value.left), ...columnsOf(value.right)];
}

function isSecret(name: FlowFieldName): boolean {
  return (flowFields as Record<string, FlowField>)[name]?.secret !== undefined;
}
