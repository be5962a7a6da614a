/**
 * Flows of a span as batches, all of them or a fair sample. The sample follows from what the flows say, wherever they lie
 * and in whatever order: each flow has a number, by a hash, and those with the lowest numbers are taken. So it is the same
 * each time, every flow has the same chance, and a smaller sample is part of a larger one.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { createFlowBatch, type Family, type FlowBatch } from '../../../shared/flow-batch.ts';
import { columnsOf, type ResultColumn, type ResultKind } from './column-reader.ts';
import type { SqlCondition } from './filter-sql.ts';
import { FIRST_MICROS, IN_SPAN } from './flow-sql.ts';

/** What is asked of one family; `filter` has its parameters behind the three of the span. */
export interface Reading {
  readonly reader: DuckDBConnection;
  readonly family: Family;
  readonly flows: string;
  readonly span: readonly number[];
  readonly filter: SqlCondition;
}

/** What streaks and their figures are made of. */
const PLAIN = {
  firstMicros: 'u32',
  packets: 'u32',
  wireBytes: 'u32',
  tagsLow: 'u32',
  asn: 'u32',
  sourcePort: 'u16',
  targetPort: 'u16',
  country: 'u16',
  sensor: 'u16',
  protocol: 'u8',
  tcpFlags: 'u8',
  class: 'u8',
  radiation: 'u8',
  fragment: 'u8',
} as const satisfies Partial<Record<keyof FlowBatch, ResultKind>>;
const PLAIN_NAMES = Object.keys(PLAIN) as (keyof typeof PLAIN)[];
const STORED = ['interval', 'source', 'target', ...PLAIN_NAMES].map((name) => `"${name}"`).join(', ');
const RESULT = `"interval" / 1000000, source, target, ${PLAIN_NAMES.map((name) => `"${name}"`).join(', ')}`;
/** A number that follows from all that is read of a flow: flows of equal numbers are alike. */
const NUMBER = `hash(${STORED})`;
const NUMBERS = 2 ** 64;
/** So many more are read than wanted, in standard deviations, that there are enough. */
const MARGIN = 6;

/** All flows of the reading, in order of time. */
export async function readRows(reading: Reading): Promise<FlowBatch> {
  const { flows, filter } = reading;
  return (
    await read(
      reading,
      `SELECT ${RESULT} FROM ${flows} WHERE ${IN_SPAN} AND ${filter.sql} ORDER BY ${FIRST_MICROS}, ${NUMBER}`,
    )
  ).batch;
}

/** `most` of the `matching` flows of all readings, or all. */
export async function readSample(readings: readonly Reading[], matching: number, most: number): Promise<FlowBatch[]> {
  const wanted = Math.min(matching, most);
  const share = Math.min(1, (wanted + MARGIN * Math.sqrt(wanted)) / Math.max(1, matching));
  const samples = await below(readings, share, wanted);
  const found = samples.map(({ batch }) => batch.length);
  // Flows that are alike have one number: now and then there are too few or far too many below a share of all numbers.
  const isEnough = sum(found) >= wanted && Math.max(...found) < mostRead(wanted);
  return lowest(isEnough ? samples : await first(readings, wanted), wanted);
}

interface Numbered {
  readonly batch: FlowBatch;
  readonly number: Float64Array;
}

const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);
const mostRead = (wanted: number) => 2 * wanted + 1_000;

/** Of each family the flows whose numbers are below a share of all numbers: sorted here they cost half as much. */
function below(readings: readonly Reading[], share: number, wanted: number): Promise<Numbered[]> {
  const least = share >= 1 ? '' : `AND ${NUMBER} < ${BigInt(Math.floor(share * NUMBERS))}::UBIGINT`;
  return numbered(readings, `${least} LIMIT ${mostRead(wanted)}`);
}

/** Of each family so many with the lowest numbers. */
const first = (readings: readonly Reading[], wanted: number) =>
  numbered(readings, `ORDER BY ${NUMBER} LIMIT ${wanted}`);

async function numbered(readings: readonly Reading[], chosen: string): Promise<Numbered[]> {
  const samples: Numbered[] = [];
  for (const reading of readings) {
    const { flows, filter } = reading;
    // 53 bits of the number are enough to tell flows apart.
    const sql = `SELECT ${RESULT}, (${NUMBER} >> 11)::DOUBLE FROM ${flows} WHERE ${IN_SPAN} AND ${filter.sql} ${chosen}`;
    const { batch, rest } = await read(reading, sql, ['f64']);
    samples.push({ batch, number: rest[0] as Float64Array });
  }
  return samples;
}

async function read({ reader, family, span, filter }: Reading, sql: string, more: readonly ResultKind[] = []) {
  const address = family === 4 ? 'u32' : 'u128';
  const kinds = ['f64', address, address, ...PLAIN_NAMES.map((name) => PLAIN[name]), ...more] as const;
  const { length, columns } = await columnsOf(reader, kinds, sql, [...span, ...filter.values]);
  const [interval, source, target, ...others] = columns;
  const plain = Object.fromEntries(PLAIN_NAMES.map((name, at) => [name, others[at]!]));
  const filled = { capacity: length, length, interval, source, target, ...plain };
  return {
    batch: { ...createFlowBatch(family, 0), ...filled } as FlowBatch,
    rest: others.slice(PLAIN_NAMES.length),
  };
}

/** The flows with the lowest numbers of all families, in order of time, and of their numbers within a microsecond. */
function lowest(samples: readonly Numbered[], most: number): FlowBatch[] {
  const all = new Float64Array(samples.reduce((sum, { number }) => sum + number.length, 0));
  let filled = 0;
  for (const { number } of samples) {
    all.set(number, filled);
    filled += number.length;
  }
  all.sort();
  const last = all.length > most ? all[most - 1]! : Number.POSITIVE_INFINITY;
  // Of equal numbers as many as there is room for.
  let room = most - Math.max(0, all.indexOf(last));
  return samples.map(({ batch, number }) => {
    const rows = new Uint32Array(batch.length);
    let taken = 0;
    for (let row = 0; row < number.length; row++)
      if (number[row]! < last || (number[row] === last && room-- > 0)) rows[taken++] = row;
    return pick(batch, inOrder(batch, number, rows.subarray(0, taken)));
  });
}

function inOrder({ interval, firstMicros }: FlowBatch, number: Float64Array, rows: Uint32Array): Uint32Array {
  const micros = new Float64Array(interval.length);
  for (const row of rows) micros[row] = Math.round(interval[row]! * 1e6) + firstMicros[row]!;
  return rows.sort((a, b) => micros[a]! - micros[b]! || number[a]! - number[b]!);
}

function pick(batch: FlowBatch, rows: Uint32Array): FlowBatch {
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
