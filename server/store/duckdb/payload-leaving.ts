/** What leaves of the payloads is counted in packets: stored = present + expired + given up. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { PayloadAccount } from '../stores.ts';
import { type Connections, rowsOf } from './connections.ts';
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
  const sums = await rowsOf(
    writer,
    `SELECT session::DOUBLE AS session, sum(packets)::DOUBLE AS packets FROM payloads WHERE ${isLeaving} GROUP BY session`,
  );
  for (const sum of sums) {
    const values = [Number(sum.session), Number(sum.packets)];
    const update = `UPDATE payload_gone SET ${column} = ${column} + $2 WHERE session = $1`;
    if ((await writer.run(update, values)).rowsChanged > 0) continue;
    await writer.run('INSERT INTO payload_gone (session, expired, given_up) VALUES ($1, 0, 0)', [values[0]!]);
    await writer.run(update, values);
  }
  if (sums.length > 0)
    for (const table of ['payloads', 'payload_bytes', 'payload_sites'])
      await writer.run(`DELETE FROM ${table} WHERE ${isLeaving}`);
  await writer.run('DROP TABLE leaving');
}

export async function accountPayloads(connections: Connections, session: number): Promise<PayloadAccount> {
  const [found] = await connections.lookUp(
    `SELECT (SELECT coalesce(sum(packets), 0)::DOUBLE FROM payloads WHERE payloads.session = $1) AS present,
      (SELECT coalesce(sum(expired), 0)::DOUBLE FROM payload_gone WHERE payload_gone.session = $1) AS expired,
      (SELECT coalesce(sum(given_up), 0)::DOUBLE FROM payload_gone WHERE payload_gone.session = $1) AS given_up`,
    [session],
  );
  return { present: Number(found!.present), expired: Number(found!.expired), givenUp: Number(found!.given_up) };
}
