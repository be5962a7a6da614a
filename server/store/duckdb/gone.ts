/** What is found beside the flows and was taken out again, in packets, so that sums over all time stay exact: stored = present + expired + given up. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { EvidenceAccount } from '../stores.ts';
import { type Connections, rowsOf } from './connections.ts';

/** Its rows, the column that counts packets in them, and the table of what is gone. */
interface Finding {
  readonly rows: string;
  readonly packets: string;
  readonly gone: string;
}
export const EVIDENCE: Finding = { rows: 'evidence', packets: 'matched', gone: 'evidence_gone' };
export const PAYLOADS: Finding = { rows: 'payloads', packets: 'packets', gone: 'payload_gone' };

/** Counts rows that are about to leave. Gives whether there are any. In the transaction that the caller has. */
export async function countGone(
  writer: DuckDBConnection,
  { packets, gone }: Finding,
  column: 'expired' | 'given_up',
  from: string,
): Promise<boolean> {
  const sums = await rowsOf(
    writer,
    `SELECT session::DOUBLE AS session, sum(${packets})::DOUBLE AS packets FROM ${from} GROUP BY session`,
  );
  for (const sum of sums) {
    const session = Number(sum.session);
    const update = `UPDATE ${gone} SET ${column} = ${column} + $2 WHERE session = $1`;
    if ((await writer.run(update, [session, Number(sum.packets)])).rowsChanged > 0) continue;
    await writer.run(`INSERT INTO ${gone} (session, expired, given_up) VALUES ($1, 0, 0)`, [session]);
    await writer.run(update, [session, Number(sum.packets)]);
  }
  return sums.length > 0;
}

export async function accountOf(
  connections: Connections,
  { rows, packets, gone }: Finding,
  session: number,
): Promise<EvidenceAccount> {
  const [found] = await connections.lookUp(
    `SELECT (SELECT coalesce(sum(${packets}), 0)::DOUBLE FROM ${rows} WHERE ${rows}.session = $1) AS present,
      (SELECT coalesce(sum(expired), 0)::DOUBLE FROM ${gone} WHERE ${gone}.session = $1) AS expired,
      (SELECT coalesce(sum(given_up), 0)::DOUBLE FROM ${gone} WHERE ${gone}.session = $1) AS given_up`,
    [session],
  );
  return { present: Number(found!.present), expired: Number(found!.expired), givenUp: Number(found!.given_up) };
}
