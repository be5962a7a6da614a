/** What leaves of the payloads is counted in packets: stored = present + expired + given up. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { countGone, PAYLOADS } from './gone.ts';
import { KEY } from './payload-sql.ts';

/**
 * Takes out payloads whose flows went: all of a session, or what did not come since a moment. By the packets' clock, and by
 * ours where that is behind. In the transaction that the caller has.
 */
export async function expirePayloads(writer: DuckDBConnection, session: number, untilSeconds: number): Promise<void> {
  const until = Number.isFinite(untilSeconds)
    ? `HAVING max(least(last_micros // 1000000, stored_seconds)) < ${untilSeconds}`
    : '';
  await writer.run(
    `CREATE OR REPLACE TEMP TABLE leaving AS SELECT session, ${KEY} FROM payloads WHERE session = ${session} GROUP BY ALL ${until}`,
  );
  await takeOut(writer, 'expired');
}

/** All payloads whose keys are in the temporary table `leaving`. */
export async function takeOut(writer: DuckDBConnection, column: 'expired' | 'given_up'): Promise<void> {
  const isLeaving = `(session, ${KEY}) IN (SELECT (session, ${KEY}) FROM leaving)`;
  if (await countGone(writer, PAYLOADS, column, `payloads WHERE ${isLeaving}`))
    for (const table of ['payloads', 'payload_bytes', 'payload_sites'])
      await writer.run(`DELETE FROM ${table} WHERE ${isLeaving}`);
  await writer.run('DROP TABLE leaving');
}
