/** Who watched when: one row for a run of a sensor and a set of blocks. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { WatchState } from '../ingest-commit.ts';
import type { Span } from '../stores.ts';
import { type Connections, type Row, rowsOf } from './connections.ts';

/** A sensor that starts a thousand times an hour does not make the table grow without end. */
const MAX_WATCHES = 100_000;
/** Of a longer outage, a mirror gets the last day. A capture may begin in 1970 by a wrong clock: no list is longer. */
const MAX_GAP_SECONDS = 86_400;

/**
 * Gives the minutes in which something changed that no packet tells: who watches in silence, and where nobody did. They
 * are for whoever mirrors the series.
 */
export async function putWatches(
  writer: DuckDBConnection,
  watches: readonly WatchState[],
): Promise<{ session: number; bin: number }[]> {
  const minutes: { session: number; bin: number }[] = [];
  for (const { session, sensor, epoch, fromSeconds, toSeconds, addresses } of watches) {
    const { rowsChanged } = await writer.run(
      `UPDATE watches SET to_seconds = greatest(to_seconds, $5)
        WHERE session = $1 AND sensor = $2 AND epoch = $3 AND from_seconds = $4`,
      [session, sensor, epoch, fromSeconds, toSeconds],
    );
    const last = minuteOf(toSeconds);
    minutes.push({ session, bin: last });
    if (rowsChanged > 0) continue;
    const [row] = await rowsOf(
      writer,
      'SELECT count(*)::DOUBLE AS rows, max(to_seconds) FILTER (watches.session = $1 AND to_seconds < $2) AS before FROM watches',
      [session, fromSeconds],
    );
    const gap = Math.max(Number(row!.before ?? fromSeconds), toSeconds - MAX_GAP_SECONDS);
    for (let bin = minuteOf(gap); bin < last; bin += 60) minutes.push({ session, bin });
    if (Number(row!.rows) >= MAX_WATCHES)
      await writer.run('DELETE FROM watches WHERE rowid IN (SELECT rowid FROM watches ORDER BY to_seconds LIMIT 1000)');
    const values = [session, sensor, epoch, fromSeconds, toSeconds, addresses];
    await writer.run('INSERT INTO watches VALUES ($1, $2, $3, $4, $5, $6)', values);
  }
  return minutes;
}

function minuteOf(seconds: number): number {
  return Math.floor(seconds / 60) * 60;
}

const COLUMNS = `session::DOUBLE AS session, sensor, epoch::DOUBLE AS epoch, from_seconds, to_seconds, addresses`;

/** Those of a session that overlap the span, by their begin. */
export async function listWatches(connections: Connections, session: number, span: Span): Promise<WatchState[]> {
  const rows = await connections.lookUp(
    `SELECT ${COLUMNS} FROM watches WHERE watches.session = $1 AND to_seconds >= $2 AND from_seconds < $3
      ORDER BY from_seconds, sensor`,
    [session, span.fromSeconds, span.toSeconds],
  );
  return rows.map(toWatch);
}

export function toWatch(row: Row): WatchState {
  return {
    session: Number(row.session),
    sensor: Number(row.sensor),
    epoch: Number(row.epoch),
    fromSeconds: Number(row.from_seconds),
    toSeconds: Number(row.to_seconds),
    addresses: Number(row.addresses),
  };
}
