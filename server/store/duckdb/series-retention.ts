/**
 * Live series are kept for a time that depends on their resolution; those of files and simulations as long as their
 * session. What goes is counted, so that sums over all time stay exact.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { SeriesDimension, type SeriesResolution, seriesResolutions } from '../ingest-commit.ts';
import { type Connections, rowsOf } from './connections.ts';
import { dropNotWhole, type OutboxLosses } from './outbox-losses.ts';
import type { ProblemBook } from './problem-book.ts';
import { seriesTables } from './schema.ts';
import type { SeriesAge } from './series-age.ts';

const LIVE_SESSION = 0;
const EVERY_MILLIS = 600_000;

export class SeriesRetention {
  readonly #losses: OutboxLosses;
  readonly #age: SeriesAge;
  /** Of the clock that only runs forward. */
  #lastMillis = Number.NEGATIVE_INFINITY;

  constructor(losses: OutboxLosses, age: SeriesAge) {
    this.#losses = losses;
    this.#age = age;
  }

  /** Does nothing where it was done not long ago, unless it is wanted `now`. Gives the errors of steps, which are noted. */
  async run(connections: Connections, problems: ProblemBook, now: boolean): Promise<Error[]> {
    const nowMillis = performance.now();
    if (!now && nowMillis - this.#lastMillis < EVERY_MILLIS) return [];
    const errors: Error[] = [];
    for (const resolution of seriesResolutions) {
      const keptFrom = this.#age.keptFrom(resolution);
      if (keptFrom === null) continue;
      // By whole bins of the coarsest resolution that is ever asked for in their place.
      const until = Math.floor(keptFrom / 3600) * 3600;
      if (until <= 0) continue;
      const [step, sentence] = [`retention ${resolution}`, `old bins of ${resolution} s cannot be deleted`];
      const error = await problems.attempt('STORE_RETENTION_FAILED', step, sentence, () =>
        this.#expire(connections, resolution, until),
      );
      if (error !== null) errors.push(error);
    }
    if (this.#age.problem !== null) problems.note('STORE_CLOCK_JUMPED', this.#age.problem);
    // After an error it is tried again with the next compaction.
    if (errors.length === 0) this.#lastMillis = nowMillis;
    return errors;
  }

  async #expire(connections: Connections, resolution: SeriesResolution, until: number): Promise<void> {
    this.#losses.binsNotWhole += await connections.transaction((writer) =>
      expire(writer, this.#age, resolution, until),
    );
  }
}

/** Gives the bins that waited to be mirrored and no longer can. */
async function expire(
  writer: DuckDBConnection,
  age: SeriesAge,
  resolution: SeriesResolution,
  until: number,
): Promise<number> {
  const table = seriesTables[resolution];
  const gone = `session = ${LIVE_SESSION} AND bin < ${until}`;
  const [sums] = await rowsOf(writer, `SELECT count(*)::DOUBLE AS rows FROM ${table} WHERE ${gone}`);
  if (Number(sums!.rows) === 0) return 0;
  await writer.run(
    `INSERT INTO series_expired SELECT ${resolution}, ${LIVE_SESSION}, max(until_seconds)::BIGINT, sum(packets)::BIGINT,
        sum(bytes)::BIGINT, sum(flows)::BIGINT
      FROM (SELECT ${until} AS until_seconds, packets, bytes, flows FROM ${table}
          WHERE ${gone} AND dimension = ${SeriesDimension.total}
        UNION ALL SELECT until_seconds, packets, bytes, flows FROM series_expired
          WHERE resolution = ${resolution} AND session = ${LIVE_SESSION} AND until_seconds < ${until}) AS parts
      HAVING count(*) > 0`,
  );
  await writer.run(
    `DELETE FROM series_expired WHERE resolution = ${resolution} AND session = ${LIVE_SESSION} AND until_seconds < ${until}`,
  );
  await writer.run(`DELETE FROM ${table} WHERE ${gone}`);
  return await dropNotWhole(writer, age);
}
