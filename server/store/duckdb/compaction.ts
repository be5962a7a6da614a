/**
 * Each commit appends partial sums, so that a bin written to for a minute has hundreds of rows where one a key would do.
 * Now and then closed bins are summed up. What a query answers is the same before, during and after.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { SeriesResolution } from '../ingest-commit.ts';
import { type Connections, rowsOf } from './connections.ts';
import { seriesTables } from './schema.ts';

const AT_MOST_EVERY_MILLIS = 20_000;
/** So many rows are summed up earlier: a file read at full speed fills hours of bins within seconds. */
const ROWS_TO_ACT_ON = 200_000;

export class Compaction {
  readonly #connections: Connections;
  #rowsSince = 0;
  #lastMillis = Date.now();
  #running: Promise<void> | undefined;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  /** Counts rows appended to series, and begins where enough has gathered. Errors are kept for the next commit to meet. */
  appended(rows: number): void {
    this.#rowsSince += rows;
    if (this.#rowsSince === 0 || this.#running) return;
    if (this.#rowsSince < ROWS_TO_ACT_ON && Date.now() - this.#lastMillis < AT_MOST_EVERY_MILLIS) return;
    void this.run().catch(() => undefined);
  }

  /** Sums up every bin but the newest of each session. */
  run(): Promise<void> {
    this.#rowsSince = 0;
    this.#lastMillis = Date.now();
    this.#running ??= this.#compact().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #compact(): Promise<void> {
    for (const resolution of [SeriesResolution.second, SeriesResolution.minute]) {
      await this.#connections.transaction((writer) => compactTable(writer, resolution));
    }
  }
}

async function compactTable(writer: DuckDBConnection, resolution: SeriesResolution): Promise<void> {
  const table = seriesTables[resolution];
  await writer.run(
    `CREATE OR REPLACE TEMP TABLE closed AS
      SELECT session, bin FROM touched WHERE resolution = $1 GROUP BY session, bin
      QUALIFY bin < max(bin) OVER (PARTITION BY session)`,
    [resolution],
  );
  const [span] = await rowsOf(
    writer,
    'SELECT count(*)::DOUBLE AS bins, min(bin)::DOUBLE AS first, max(bin)::DOUBLE AS last FROM closed',
  );
  if (Number(span!.bins) === 0) return;
  // The join alone would read the whole table: the bounds let DuckDB skip what is older.
  const among = `bin BETWEEN $1 AND $2 AND (session, bin) IN (SELECT session, bin FROM closed)`;
  const bounds = [Number(span!.first), Number(span!.last)];
  await writer.run(
    `CREATE OR REPLACE TEMP TABLE summed AS
      SELECT session, bin, dimension, key, sum(packets)::BIGINT AS packets, sum(bytes)::BIGINT AS bytes,
        sum(flows)::BIGINT AS flows
      FROM ${table} WHERE ${among} GROUP BY session, bin, dimension, key`,
    bounds,
  );
  await writer.run(`DELETE FROM ${table} WHERE ${among}`, bounds);
  await writer.run(`INSERT INTO ${table} SELECT * FROM summed ORDER BY session, bin, dimension, key`);
  await writer.run(`DELETE FROM touched WHERE resolution = $3 AND ${among}`, [...bounds, resolution]);
  await writer.run('DROP TABLE summed');
}
