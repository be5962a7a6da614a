/** Where a page of flows ended. Opaque to those who carry it, and checked when it comes back. */
import { createHash } from 'node:crypto';
import type { FlowCondition } from '../../../shared/filter/flow-condition.ts';
import type { Family } from '../../../shared/flow-batch.ts';

/** Flows are ordered by first packet, then family, then a number made of all they say (TIE): see flow-sql.ts. */
export interface FlowPosition {
  readonly firstMicros: number;
  readonly family: Family;
  /** 64 bits, as decimal digits. */
  readonly tie: string;
  /** Flows with these three that were given already: more than 1 where they are alike in everything. */
  readonly given: number;
}

export const BEGINNING: FlowPosition = { firstMicros: -Number.MAX_SAFE_INTEGER, family: 4, tie: '0', given: 0 };
const LARGEST_TIE = 2n ** 64n - 1n;

/** `filter` is the fingerprint of the filter that the page was made with, empty for none. */
export function encodeCursor({ firstMicros, family, tie, given }: FlowPosition, filter: string): string {
  return Buffer.from(`${firstMicros}.${family}.${tie}.${given}.${filter}`).toString('base64url');
}

/** Throws RangeError for what `encodeCursor` did not make, or made for another filter. */
export function decodeCursor(cursor: string, filter: string): FlowPosition {
  const text = cursor.length > 128 ? '' : Buffer.from(cursor, 'base64url').toString('latin1');
  const match = /^(-?\d{1,16})\.([46])\.(\d{1,20})\.(\d{1,10})\.([0-9a-f]{0,16})$/.exec(text);
  const position = match && {
    firstMicros: Number(match[1]),
    family: Number(match[2]) as Family,
    tie: match[3]!,
    given: Number(match[4]),
  };
  if (!position || !Number.isSafeInteger(position.firstMicros) || BigInt(position.tie) > LARGEST_TIE) {
    throw new RangeError('the cursor is not one that a page of flows gave: begin again without one');
  }
  if (match[5] !== filter) throw new RangeError('the cursor belongs to another filter: begin again without one');
  return position;
}

/** Where rows of a family go on after a position: a lower family is done with that microsecond, a higher one is still whole. */
export function continueIn(family: Family, after: FlowPosition): Omit<FlowPosition, 'family'> {
  if (family === after.family) return after;
  return { firstMicros: after.firstMicros + (family < after.family ? 1 : 0), tie: '0', given: 0 };
}

/** Equal for filters that ask the same, whatever their spaces and where their words stand. */
export function filterFingerprint(filter: FlowCondition | undefined): string {
  if (filter === undefined) return '';
  const text = JSON.stringify(filter, (key, value) => (key === 'span' ? undefined : value));
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
