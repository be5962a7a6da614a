/** New minutes move into the minutes' table and into all coarser ones, in one transaction: no table ever lacks a packet. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { SeriesResolution, seriesResolutions } from '../ingest-commit.ts';
import { SUMMED } from './compaction.ts';
import { rowsOf } from './connections.ts';
import type { Generation } from './generation.ts';
import { NEW_MINUTES, seriesTables } from './schema.ts';

const { minute, second } = SeriesResolution;

/** Moves closed minutes, or all of them. Coarser bins that changed are noted for whoever mirrors. */
export async function foldMinutes(
  writer: DuckDBConnection,
  all: boolean,
  mirrored: boolean,
  generation: Generation,
): Promise<void> {
  await writer.run(
    `CREATE OR REPLACE TEMP TABLE folding AS SELECT session, bin FROM ${NEW_MINUTES} GROUP BY session, bin
      ${all ? '' : 'QUALIFY bin < max(bin) OVER (PARTITION BY session)'}`,
  );
  const [found] = await rowsOf(writer, 'SELECT count(*)::DOUBLE AS bins FROM folding');
  if (Number(found!.bins) === 0) return;
  await writer.run(
    `CREATE OR REPLACE TEMP TABLE moved AS SELECT ${SUMMED} FROM ${NEW_MINUTES}
      WHERE (session, bin) IN (SELECT session, bin FROM folding) GROUP BY session, bin, dimension, key`,
  );
  for (const resolution of seriesResolutions) if (resolution !== second) await foldInto(writer, resolution);
  if (mirrored) await noteCoarse(writer, generation.next());
  await writer.run(`DELETE FROM ${NEW_MINUTES} WHERE (session, bin) IN (SELECT session, bin FROM folding)`);
  await writer.run('DROP TABLE moved');
}

/** Bins that get something are written anew, with what they had. What is distinct in a minute says nothing of coarser bins. */
async function foldInto(writer: DuckDBConnection, resolution: SeriesResolution): Promise<void> {
  const table = seriesTables[resolution];
  const bins = `SELECT session, bin - bin % ${resolution} FROM folding`;
  const bounds = `bin BETWEEN (SELECT min(bin - bin % ${resolution}) FROM folding)
    AND (SELECT max(bin - bin % ${resolution}) FROM folding)`;
  const distinct = resolution === minute ? 'sources, targets' : '0 AS sources, 0 AS targets';
  await writer.run(
    `CREATE OR REPLACE TEMP TABLE folded AS SELECT ${SUMMED} FROM (
        SELECT * FROM ${table} WHERE ${bounds} AND (session, bin) IN (${bins})
        UNION ALL SELECT session, bin - bin % ${resolution} AS bin, dimension, key, packets, bytes, flows, ${distinct} FROM moved
      ) GROUP BY session, bin, dimension, key`,
  );
  await writer.run(`DELETE FROM ${table} WHERE ${bounds} AND (session, bin) IN (${bins})`);
  await writer.run(`INSERT INTO ${table} SELECT * FROM folded ORDER BY session, bin, dimension, key`);
  await writer.run('DROP TABLE folded');
}

async function noteCoarse(writer: DuckDBConnection, generation: number): Promise<void> {
  for (const resolution of seriesResolutions) {
    if (resolution <= minute) continue;
    await writer.run(
      `INSERT INTO outbox SELECT DISTINCT ${resolution}::UINTEGER, session, bin - bin % ${resolution}, $1::BIGINT FROM folding`,
      [generation],
    );
  }
}
