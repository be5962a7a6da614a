/** Compares what a filter selects here with what tcpdump selects, on records where no departure applies. */
import { FilterError } from '../../shared/filter/index.ts';
import { FilterOracle, isDeparture } from './filter-oracle.ts';
import type { MadeRecord } from './filter-packets.ts';

export interface Compared {
  /** Expressions that both understand, and those of them that select some but not all records. */
  both: number;
  telling: number;
  /** Refused by tcpdump for the link type, or by us. */
  refusedByTcpdump: number;
  refusedHere: string[];
  /** tcpdump's optimizer changes the meaning: what it selects without it is what we select. */
  optimizerDiffers: string[];
  differences: string[];
}

export const nothingCompared = (): Compared => {
  return { both: 0, telling: 0, refusedByTcpdump: 0, refusedHere: [], optimizerDiffers: [], differences: [] };
};

/** A file of the records that both should answer alike. */
export function comparableOracle(path: string, linkType: number, records: readonly MadeRecord[]): FilterOracle {
  const alike = records.filter((record) => !isDeparture(record, linkType));
  return new FilterOracle(path, linkType, alike);
}

export function compare(oracle: FilterOracle, text: string, into: Compared): void {
  const theirs = oracle.tcpdump(text);
  const ours = select(oracle, text);
  if (typeof theirs === 'string') {
    into.refusedByTcpdump++;
    return;
  }
  if (typeof ours === 'string') {
    into.refusedHere.push(`${text}: ${ours}`);
    return;
  }
  into.both++;
  if (theirs.length > 0 && theirs.length < oracle.count) into.telling++;
  if (same(theirs, ours)) return;
  const plain = oracle.tcpdump(text, '-O');
  if (typeof plain !== 'string' && same(plain, ours)) into.optimizerDiffers.push(text);
  else into.differences.push(`link type ${oracle.linkType}: ${text}: ${describe(theirs, ours)}`);
}

function select(oracle: FilterOracle, text: string): number[] | string {
  try {
    return oracle.select(text);
  } catch (error) {
    if (error instanceof FilterError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const same = (left: readonly number[], right: readonly number[]) =>
  left.length === right.length && left.every((index, at) => index === right[at]);

function describe(theirs: readonly number[], ours: readonly number[]): string {
  const missing = theirs.filter((index) => !ours.includes(index));
  const extra = ours.filter((index) => !theirs.includes(index));
  return `missing ${missing.slice(0, 5)} (${missing.length}), too many ${extra.slice(0, 5)} (${extra.length})`;
}
