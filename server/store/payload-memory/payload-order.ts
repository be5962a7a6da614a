/** What lists of payloads and of sites have in common: which are within a span, and which come first. */
import type { PayloadKey, PayloadQuery } from '../stores.ts';

export interface Seen {
  readonly firstMicros: number;
  readonly lastMicros: number;
}

export interface Ordered {
  readonly packets: number;
  readonly sources: number;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
}

export function isWithin({ firstMicros, lastMicros }: Seen, span: Pick<PayloadQuery, 'fromSeconds' | 'toSeconds'>) {
  const { fromSeconds = 0, toSeconds = Number.POSITIVE_INFINITY } = span;
  return firstMicros < Math.round(toSeconds * 1e6) && lastMicros >= Math.round(fromSeconds * 1e6);
}

const COLUMNS = { first: 'firstSeconds', last: 'lastSeconds', packets: 'packets', sources: 'sources' } as const;

/** Most, or newest, first; equal ones as they come. */
export function inOrder<Item extends Ordered>(items: readonly Item[], order: PayloadQuery['order']): Item[] {
  const name = COLUMNS[order];
  return [...items].sort((a, b) => b[name] - a[name]);
}

export function byKey(a: PayloadKey, b: PayloadKey): number {
  if (a.digest !== b.digest) return a.digest < b.digest ? -1 : 1;
  return a.protocol - b.protocol || a.wireBytes - b.wireBytes;
}
