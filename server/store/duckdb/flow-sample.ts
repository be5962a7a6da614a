/**
 * Flows of a span as batches, all of them or a fair sample. The sample follows from what the flows say, wherever they lie
 * and in whatever order: each flow has a number, by a hash, and those with the lowest numbers are taken. So it is the same
 * each time, every flow has the same chance, and a smaller sample is part of a larger one.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { createFlowBatch, type Family, type FlowBatch } from '../../../shared/flow-batch.ts';
import { columnsOf, type ResultColumn } from './column-reader.ts';
import type { SqlCondition } from './filter-sql.ts';
import { FLOW_NUMBER, LEVEL_SHARE, levelOf, numberAt, PLAIN, PLAIN_NAMES, STREAK_COLUMNS } from './flow-number.ts';
import { FIRST_MICROS, IN_SPAN } from './flow-sql.ts';
import { keptFlows, type SummaryPaths } from './summary-files.ts';

/** What is asked of one family; `filter` has its parameters behind the three of the span. */
export interface Reading {
  readonly reader: DuckDBConnection;
  readonly family: Family;
  /** All flows, as SQL. */
  readonly flows: string;
  /** Files whose summaries may be read in their place. */
  readonly summaries: readonly SummaryPaths[];
  /** Flows of which there is no summary, as SQL; null where there are none. */
  readonly rest: string | null;
  readonly span: readonly number[];
  readonly filter: SqlCondition;
}

const RESULT = `"interval" / 1000000, source, target, ${PLAIN_NAMES.map((name) => `"${name}"`).join(', ')}`;
/** So many more are read than wanted, in standard deviations, that there are enough. */
const MARGIN = 6;

/** Flows in order of time, with the number of each: 53 bits of it are enough to tell the families' flows apart. */
interface Numbered {
  readonly batch: FlowBatch;
  readonly number: Float64Array;
}

/** All flows of the readings; `lowestOf` says which of them are the sample. */
export async function readRows(readings: readonly Reading[]): Promise<Numbered[]> {
  const all: Numbered[] = [];
  for (const reading of readings) {
    const sql = `SELECT ${RESULT}, (${FLOW_NUMBER} >> 11)::DOUBLE
      FROM ${reading.flows} WHERE ${IN_SPAN} AND ${reading.filter.sql} ORDER BY ${FIRST_MICROS}, ${FLOW_NUMBER}`;
    all.push(await readNumbered(reading, sql));
  }
  return all;
}

/** Of so many flows no more are taken than summaries have, where these are enough for a picture. Fewer are soonest read at once. */
export const MANY_FLOWS = 100_000;
const ENOUGH_SHARE = 2 * LEVEL_SHARE;

/** `most` of the `matching` flows of all readings, or all; of very many, about an eighth at most. */
export async function readSample(readings: readonly Reading[], matching: number, most: number): Promise<FlowBatch[]> {
  const wanted = Math.min(matching, most);
  // The same rule wherever they lie, so that the sample is the same when they were sealed.
  const largest = matching >= MANY_FLOWS && wanted / matching < ENOUGH_SHARE ? LEVEL_SHARE : 1;
  const share = Math.min(largest, (wanted + MARGIN * Math.sqrt(wanted)) / Math.max(1, matching));
  const samples = await numbered(readings, share, wanted);
  const found = samples.reduce((sum, { batch }) => sum + batch.length, 0);
  return lowestOf(found >= wanted || share === largest ? samples : await numbered(readings, largest, wanted), wanted);
}

/** Of each family up to `most` flows with the lowest numbers, of those below a share of all numbers. */
async function numbered(readings: readonly Reading[], share: number, most: number): Promise<Numbered[]> {
  const below = share >= 1 ? '' : `WHERE number < ${numberAt(share)}`;
  const samples: Numbered[] = [];
  for (const reading of readings) {
    const sql = `SELECT ${RESULT}, (number >> 11)::DOUBLE FROM (
        SELECT ${STREAK_COLUMNS}, number
        FROM (SELECT *, ${FLOW_NUMBER} AS number FROM ${candidates(reading, share)} WHERE ${IN_SPAN} AND ${reading.filter.sql})
        ${below} ORDER BY number LIMIT ${most})
      ORDER BY ${FIRST_MICROS}, number`;
    samples.push(await readNumbered(reading, sql));
  }
  return samples;
}

/** All flows of this share of all numbers, and others. */
function candidates({ family, flows, summaries, rest }: Reading, share: number): string {
  const level = levelOf(share);
  if (level === 0 || summaries.length === 0) return flows;
  const kept = keptFlows(
    family,
    summaries.map(({ sample }) => sample),
    level,
  );
  return `(${kept}${rest === null ? '' : ` UNION ALL SELECT * FROM ${rest}`})`;
}

/** `sql` gives RESULT and the number. */
async function readNumbered({ reader, family, span, filter }: Reading, sql: string): Promise<Numbered> {
  const address = family === 4 ? 'u32' : 'u128';
  const kinds = ['f64', address, address, ...PLAIN_NAMES.map((name) => PLAIN[name]), 'f64'] as const;
  const { length, columns } = await columnsOf(reader, kinds, sql, [...span, ...filter.values]);
  const [interval, source, target, ...others] = columns;
  const plain = Object.fromEntries(PLAIN_NAMES.map((name, at) => [name, others[at]!]));
  const filled = { capacity: length, length, interval, source, target, ...plain };
  return {
    batch: { ...createFlowBatch(family, 0), ...filled } as FlowBatch,
    number: others.at(-1) as Float64Array,
  };
}

/** The flows with the lowest numbers of all families. */
export function lowestOf(samples: readonly Numbered[], most: number): FlowBatch[] {
  const all = new Float64Array(samples.reduce((sum, { number }) => sum + number.length, 0));
  let filled = 0;
  for (const { number } of samples) {
    all.set(number, filled);
    filled += number.length;
  }
  if (all.length <= most) return samples.map(({ batch }) => batch);
  const last = all.sort()[most - 1]!;
  // Of equal numbers as many as there is room for.
  let room = most - all.indexOf(last);
  return samples.map(({ batch, number }) => {
    const rows: number[] = [];
    for (let row = 0; row < number.length; row++)
      if (number[row]! < last || (number[row] === last && room-- > 0)) rows.push(row);
    return pick(batch, rows);
  });
}

function pick(batch: FlowBatch, rows: readonly number[]): FlowBatch {
  const words = batch.family === 4 ? 1 : 4;
  const columns: Record<string, ResultColumn> = {};
  for (const name of ['interval', 'source', 'target', ...PLAIN_NAMES] as const) {
    const each = name === 'source' || name === 'target' ? words : 1;
    const from = batch[name];
    const to = new (from.constructor as Uint32ArrayConstructor)(rows.length * each);
    for (let at = 0; at < rows.length; at++)
      for (let word = 0; word < each; word++) to[at * each + word] = from[rows[at]! * each + word]!;
    columns[name] = to;
  }
  return { ...batch, ...columns, capacity: rows.length, length: rows.length };
}
