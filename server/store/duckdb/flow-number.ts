/**
 * Each flow has a number that follows from what it says, by a hash: flows with the lowest are a fair sample, wherever they
 * lie and in whatever order. Of these, the ones that are low enough to be of a level are kept beside sealed files.
 */
import type { FlowBatch } from '../../../shared/flow-batch.ts';
import type { ResultKind } from './column-reader.ts';

/** What streaks and their figures are made of, beside times and addresses. */
export const PLAIN = {
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
export const PLAIN_NAMES = Object.keys(PLAIN) as (keyof typeof PLAIN)[];
export const STREAK_COLUMNS = ['interval', 'source', 'target', ...PLAIN_NAMES].map((name) => `"${name}"`).join(', ');
/** Of all that is read of a flow: flows of equal numbers are alike. DuckDB's hash, whose version is pinned. */
export const FLOW_NUMBER = `hash(${STREAK_COLUMNS})`;
const NUMBERS = 2 ** 64;

/** A flow of level n has one of the lowest NUMBERS / 8^n numbers; one of level 0 is in no sample that is kept. */
export const LEVELS = 3;
export const LEVEL_SHARE = 1 / 8;

/** The number below which this share of all numbers lies, as SQL. */
export function numberAt(share: number): string {
  return `${BigInt(Math.floor(share * NUMBERS))}::UBIGINT`;
}

/** The highest level that has all flows of this share of all numbers; 0 where only the file has. */
export function levelOf(share: number): number {
  let level = 0;
  while (level < LEVELS && share <= LEVEL_SHARE ** (level + 1)) level += 1;
  return level;
}
