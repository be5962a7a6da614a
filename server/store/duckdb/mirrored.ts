/**
 * What was mirrored of late, and since when the server that has it runs: InfluxDB can lose at a start what it acknowledged
 * before. What it had is then put back among what waits.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { MirrorMemory, TouchedBin } from '../outbox.ts';
import { type Connections, rowsOf } from './connections.ts';
import type { Generation } from './generation.ts';
import { notWhole } from './outbox-losses.ts';
import type { SeriesAge } from './series-age.ts';

/** A day of live bins, of all resolutions, is 88,000. */
export const MAX_MIRRORED_BINS = 100_000;
export const MIRRORED_KEEP_SECONDS = 86_400;
/** Rows that are too old, too many, or say the same as later ones: fewer are not worth writing the table anew. */
const ROWS_TO_ACT_ON = 20_000;

/** In the caller's transaction. Tells whether tables were made: that is better not left in the log. */
export async function makeMirrored(writer: DuckDBConnection): Promise<boolean> {
  const names = await rowsOf(writer, "SELECT 1 FROM duckdb_tables() WHERE table_name IN ('mirrored', 'mirror_start')");
  if (names.length === 2) return false;
  await writer.run(
    `CREATE TABLE IF NOT EXISTS mirrored (resolution UINTEGER NOT NULL, session UINTEGER NOT NULL, bin BIGINT NOT NULL,
      seconds DOUBLE NOT NULL)`,
  );
  await writer.run('CREATE TABLE IF NOT EXISTS mirror_start (seconds DOUBLE NOT NULL)');
  return true;
}

/** Another place has nothing of this. */
export async function forgetMirrored(writer: DuckDBConnection): Promise<void> {
  await writer.run('DELETE FROM mirrored');
  await writer.run('DELETE FROM mirror_start');
}

export async function dropMirrored(writer: DuckDBConnection): Promise<void> {
  await writer.run('DROP TABLE IF EXISTS mirrored');
  await writer.run('DROP TABLE IF EXISTS mirror_start');
}

export async function noteMirrored(writer: DuckDBConnection, bins: readonly TouchedBin[], now: number): Promise<void> {
  if (bins.length === 0) return;
  await writer.run(`INSERT INTO mirrored SELECT resolution, session, bin, $4::DOUBLE FROM (${unnested(binColumns)})`, [
    ...listsOf(bins, binColumns),
    now,
  ]);
}

const binColumns = { resolution: 'UINTEGER', session: 'UINTEGER', bin: 'BIGINT' } as const;

/** Bins as rows, from one text a column: `listsOf` gives the values. */
export function unnested(columns: Readonly<Partial<Record<keyof TouchedBin, string>>>): string {
  const selected = Object.entries(columns).map(
    ([name, type], at) => `unnest(string_split($${at + 1}, ',')::${type}[]) AS ${name}`,
  );
  return `SELECT ${selected.join(', ')}`;
}

export function listsOf(
  bins: readonly TouchedBin[],
  columns: Readonly<Partial<Record<keyof TouchedBin, string>>>,
): string[] {
  return (Object.keys(columns) as (keyof TouchedBin)[]).map((name) => bins.map((bin) => bin[name]).join());
}

export async function mirrorMemory(connections: Connections): Promise<MirrorMemory> {
  const [row] = await connections.lookUp(
    'SELECT (SELECT max(seconds) FROM mirror_start) AS start, (SELECT min(seconds) FROM mirrored) AS first',
  );
  return {
    startSeconds: row!.start === null ? null : Number(row!.start),
    firstSeconds: row!.first === null ? null : Number(row!.first),
  };
}

export async function noteMirrorStart(connections: Connections, startSeconds: number): Promise<void> {
  await connections.transaction((writer) => putStart(writer, startSeconds));
}

async function putStart(writer: DuckDBConnection, startSeconds: number): Promise<void> {
  await writer.run('DELETE FROM mirror_start');
  await writer.run('INSERT INTO mirror_start VALUES ($1::DOUBLE)', [startSeconds]);
}

/**
 * Puts bins back that were mirrored since then, but for those that wait already, and those of which retention took
 * something: what the server has of these is all there is. Gives their number.
 */
export async function outboxAgain(
  connections: Connections,
  generation: Generation,
  age: SeriesAge,
  sinceSeconds: number,
  startSeconds: number | null,
): Promise<number> {
  return await connections.transaction(async (writer) => {
    await writer.run(
      `CREATE OR REPLACE TEMP TABLE put_back AS
        SELECT resolution, session, bin, max(mirrored.seconds) AS seconds
        FROM mirrored ANTI JOIN outbox USING (resolution, session, bin)
        WHERE mirrored.seconds >= $1::DOUBLE AND NOT ${notWhole('mirrored', age)}
        GROUP BY resolution, session, bin ORDER BY seconds DESC LIMIT ${MAX_MIRRORED_BINS}`,
      [sinceSeconds],
    );
    await writer.run(
      'INSERT INTO outbox SELECT resolution, session, bin, $1::BIGINT FROM put_back ORDER BY bin, resolution, session',
      [generation.next()],
    );
    await writer.run('DELETE FROM mirrored WHERE seconds >= $1::DOUBLE', [sinceSeconds]);
    const [count] = await rowsOf(writer, 'SELECT count(*)::DOUBLE AS bins FROM put_back');
    await writer.run('DROP TABLE put_back');
    if (startSeconds !== null) await putStart(writer, startSeconds);
    return Number(count!.bins);
  });
}

/** One row a bin, of the last day, and the newest where there are too many. What a clock that was ahead noted is of now. */
export async function compactMirrored(writer: DuckDBConnection, now: number): Promise<void> {
  const oldest = now - MIRRORED_KEEP_SECONDS;
  const [count] = await rowsOf(
    writer,
    `SELECT (SELECT count(*) FROM mirrored)::DOUBLE AS rows,
      (SELECT count(*) FROM (SELECT DISTINCT resolution, session, bin FROM mirrored WHERE seconds >= $1::DOUBLE))::DOUBLE AS bins`,
    [oldest],
  );
  if (Number(count!.rows) <= Math.min(Number(count!.bins), MAX_MIRRORED_BINS) + ROWS_TO_ACT_ON) return;
  await writer.run(
    `CREATE OR REPLACE TEMP TABLE remembered AS
      SELECT resolution, session, bin, least(max(mirrored.seconds), $1::DOUBLE) AS seconds FROM mirrored
      GROUP BY resolution, session, bin HAVING max(mirrored.seconds) >= $2::DOUBLE
      ORDER BY max(mirrored.seconds) DESC LIMIT ${MAX_MIRRORED_BINS}`,
    [now, oldest],
  );
  await writer.run('DELETE FROM mirrored');
  await writer.run('INSERT INTO mirrored SELECT * FROM remembered ORDER BY seconds, bin, resolution');
  await writer.run('DROP TABLE remembered');
}
