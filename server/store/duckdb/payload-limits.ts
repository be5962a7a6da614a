/**
 * Which payloads go where there are too many. Those that came often stay before those that came once (by powers of two, so that
 * none is safe for ever), and of these the ones that were seen last. Those with sites come before all of that, and yet have half
 * of the room only: a flood of made-up sites must not push out all else.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { rowsOf } from './connections.ts';
import { takeOut } from './payload-leaving.ts';
import { KEY } from './payload-sql.ts';

export interface PayloadLimits {
  readonly rows: number;
  readonly bytes: number;
  readonly sites: number;
  /** Rows that are summed up at once. */
  readonly actOn: number;
}

/** A payload that has come again since rows were united has two: it counts as two, and stays or goes as one. Gives the rows that are left. */
export async function giveUpPayloads(writer: DuckDBConnection, limits: PayloadLimits): Promise<number> {
  const found = await rowsOf(
    writer,
    `SELECT (SELECT count(*) FROM payloads)::DOUBLE AS rows, (SELECT count(*) FROM payload_sites)::DOUBLE AS sites,
      (SELECT coalesce(sum(kept_bytes), 0) FROM payload_bytes)::DOUBLE AS bytes`,
  );
  const present = found[0] as { rows: number; sites: number; bytes: number };
  const isTooMuch = present.rows > limits.rows || present.bytes > limits.bytes || present.sites > limits.sites;
  if (!isTooMuch) return present.rows;
  await writer.run(LEAVING, [limits.rows, limits.bytes, limits.sites]);
  await takeOut(writer, 'given_up');
  const [left] = await rowsOf(writer, 'SELECT count(*)::DOUBLE AS rows FROM payloads');
  return Number(left!.rows);
}

const LEAVING = `CREATE OR REPLACE TEMP TABLE leaving AS
  WITH found AS (SELECT session, ${KEY}, count(*) AS sites FROM payload_sites GROUP BY ALL),
  held AS (SELECT session, ${KEY}, floor(log2(packets)) AS often, last_micros, coalesce(kept_bytes, 0) AS bytes,
    coalesce(sites, 0) AS sites, coalesce(sites, 0) > 0 AS has_sites FROM payloads
    LEFT JOIN payload_bytes USING (session, ${KEY}) LEFT JOIN found USING (session, ${KEY})),
  placed AS (SELECT *, row_number() OVER alike AS place, sum(bytes) OVER alike AS bytes_so_far,
    sum(sites) OVER alike AS sites_so_far FROM held
    WINDOW alike AS (PARTITION BY has_sites ORDER BY often DESC, last_micros DESC, session, ${KEY} ROWS UNBOUNDED PRECEDING)),
  ordered AS (SELECT *, row_number() OVER best AS rank, sum(bytes) OVER best AS bytes_in_all
    FROM placed WHERE sites_so_far <= $3
    WINDOW best AS (ORDER BY has_sites AND place <= $1 / 2 AND bytes_so_far <= $2 / 2 DESC, often DESC, last_micros DESC,
      session, ${KEY} ROWS UNBOUNDED PRECEDING))
  SELECT session, ${KEY} FROM payloads WHERE (session, ${KEY}) NOT IN
    (SELECT (session, ${KEY}) FROM ordered WHERE rank <= $1 AND bytes_in_all <= $2)`;
