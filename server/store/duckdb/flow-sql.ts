/** Pieces of SQL that all who ask about flows share. */
import { flowFieldNames } from '../../../shared/flow-fields.ts';

/** Time of a flow's first packet, µs since 1970. */
export const FIRST_MICROS = '("interval" + "firstMicros")';

/** A u32 of µs: no flow begins later than this after its interval. Lets DuckDB skip row groups by `interval` alone. */
export const LONGEST_OFFSET_MICROS = 2 ** 32;

/** Flows whose first packet lies in the span. Parameters: `spanValues`. */
export const IN_SPAN = `${FIRST_MICROS} >= $1 AND ${FIRST_MICROS} < $2 AND "interval" >= $3 AND "interval" < $2`;

/** From, to in µs, from less the offset. */
export function spanValues(fromMicros: number, toMicros: number): number[] {
  return [fromMicros, toMicros, fromMicros - LONGEST_OFFSET_MICROS];
}

/**
 * A number that follows from what a flow says, wherever it lies: orders flows of the same microsecond, so that a page
 * that was begun before an hour was sealed goes on right after. (Equal flows have the same number, and are alike.)
 */
export const TIE = `hash(${flowFieldNames
  .filter((name) => name !== 'session')
  .map((name) => `"${name}"`)
  .join(', ')})`;
