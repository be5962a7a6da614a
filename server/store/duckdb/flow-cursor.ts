/** Where a page of flows ended. Opaque to those who carry it, and checked when it comes back. */
import { createHash } from 'node:crypto';
import type { FlowCondition } from '../../../shared/filter/flow-condition.ts';
import type { Family } from '../../../shared/flow-batch.ts';

/** Flows are ordered by first packet, then family, then place in the table: no two share all three. */
export interface FlowPosition {
  readonly firstMicros: number;
  readonly family: Family;
  readonly row: number;
}

export const BEGINNING: FlowPosition = { firstMicros: -Number.MAX_SAFE_INTEGER, family: 4, row: -1 };

/** `filter` is the fingerprint of the filter that the page was made with, empty for none. */
export function encodeCursor({ firstMicros, family, row }: FlowPosition, filter: string): string {
  return Buffer.from(`${firstMicros}.${family}.${row}.${filter}`).toString('base64url');
}

/** Throws RangeError for what `encodeCursor` did not make, or made for another filter. */
export function decodeCursor(cursor: string, filter: string): FlowPosition {
  const text = cursor.length > 96 ? '' : Buffer.from(cursor, 'base64url').toString('latin1');
  const match = /^(-?\d{1,16})\.([46])\.(\d{1,16})\.([0-9a-f]{0,16})$/.exec(text);
  const position = match && {
    firstMicros: Number(match[1]),
    family: Number(match[2]) as Family,
    row: Number(match[3]),
  };
  if (!position || !Number.isSafeInteger(position.firstMicros) || !Number.isSafeInteger(position.row)) {
    throw new RangeError('the cursor is not one that a page of flows gave: begin again without one');
  }
  if (match[4] !== filter) throw new RangeError('the cursor belongs to another filter: begin again without one');
  return position;
}

/** Equal for filters that ask the same, whatever their spaces and where their words stand. */
export function filterFingerprint(filter: FlowCondition | undefined): string {
  if (filter === undefined) return '';
  const text = JSON.stringify(filter, (key, value) => (key === 'span' ? undefined : value));
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
