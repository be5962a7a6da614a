/** Where a page of flows ended. Opaque to those who carry it, and checked when it comes back. */
import type { Family } from '../../../shared/flow-batch.ts';

/** Flows are ordered by first packet, then family, then place in the table: no two share all three. */
export interface FlowPosition {
  readonly firstMicros: number;
  readonly family: Family;
  readonly row: number;
}

export const BEGINNING: FlowPosition = { firstMicros: -Number.MAX_SAFE_INTEGER, family: 4, row: -1 };

export function encodeCursor({ firstMicros, family, row }: FlowPosition): string {
  return Buffer.from(`${firstMicros}.${family}.${row}`).toString('base64url');
}

/** Throws RangeError for what `encodeCursor` did not make. */
export function decodeCursor(cursor: string): FlowPosition {
  const text = cursor.length > 64 ? '' : Buffer.from(cursor, 'base64url').toString('latin1');
  const match = /^(-?\d{1,16})\.([46])\.(\d{1,16})$/.exec(text);
  const position = match && {
    firstMicros: Number(match[1]),
    family: Number(match[2]) as Family,
    row: Number(match[3]),
  };
  if (!position || !Number.isSafeInteger(position.firstMicros) || !Number.isSafeInteger(position.row)) {
    throw new RangeError('the cursor is not one that a page of flows gave: begin again without one');
  }
  return position;
}
