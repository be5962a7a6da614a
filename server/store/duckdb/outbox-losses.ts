/**
 * Bins that wait to be mirrored, and of which retention took something since: what the store still has of them, or gets of
 * them late, would take the place of more in the mirror. They are never written, and counted.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { rowsOf } from './connections.ts';
import type { SeriesAge } from './series-age.ts';

/** Bins of live series that begin before the end of what retention took, as `series_expired` says and `age` allows. */
export function notWhole(table: 'outbox' | 'mirrored', age: SeriesAge): string {
  return `EXISTS (FROM series_expired AS gone WHERE gone.resolution = ${table}.resolution
    AND gone.session = ${table}.session AND ${table}.bin < ${age.goneUntil('gone')})`;
}

export class OutboxLosses {
  /** Since the store was opened. */
  binsNotWhole = 0;
}

/** In the caller's transaction; gives how many bins left, to be counted once that is durable. */
export async function dropNotWhole(writer: DuckDBConnection, age: SeriesAge): Promise<number> {
  const gone = notWhole('outbox', age);
  const [found] = await rowsOf(
    writer,
    `SELECT count(DISTINCT (resolution, session, bin))::DOUBLE AS bins FROM outbox WHERE ${gone}`,
  );
  const bins = Number(found!.bins);
  if (bins > 0) await writer.run(`DELETE FROM outbox WHERE ${gone}`);
  return bins;
}
