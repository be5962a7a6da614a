/**
 * Each commit appends partial sums, so that a bin written to for a minute has hundreds of rows where one a key would do.
 * Now and then closed bins are summed up: seconds where they are, minutes into their table and, in the same transaction,
 * into all coarser ones. What a query answers is the same before, during and after.
 */
import { type Connections, rowsOf } from './connections.ts';
import { foldMinutes } from './fold-minutes.ts';
import type { Generation } from './generation.ts';
import { compactMirrored } from './mirrored.ts';
import type { ProblemBook } from './problem-book.ts';
import { seriesColumns, seriesTables } from './schema.ts';
import type { SeriesRetention } from './series-retention.ts';

const AT_MOST_EVERY_MILLIS = 20_000;
/** So many rows are summed up earlier: a file read at full speed fills hours of bins within seconds. */
const ROWS_TO_ACT_ON = 200_000;
/** Rows of the outbox that say the same as later ones. */
const OUTBOX_ROWS_TO_ACT_ON = 200;

export class Compaction {
  readonly #connections: Connections;
  readonly #generation: Generation;
  readonly #mirrorClock: (() => number) | null;
  readonly #retention: SeriesRetention;
  readonly #problems: ProblemBook;
  #rowsSince = 0;
  #lastMillis = Date.now();
  #running: Promise<void> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** `mirrorClock`: milliseconds since 1970, by which what was mirrored gets old; null where nothing is. */
  constructor(
    connections: Connections,
    generation: Generation,
    mirrorClock: (() => number) | null,
    retention: SeriesRetention,
    problems: ProblemBook,
  ) {
    this.#connections = connections;
    this.#generation = generation;
    this.#mirrorClock = mirrorClock;
    this.#retention = retention;
    this.#problems = problems;
  }

  /** Counts rows appended to series, and begins where enough has gathered. Errors are in the store's state. */
  appended(rows: number): void {
    this.#rowsSince += rows;
    if (this.#rowsSince === 0 || this.#running) return;
    this.#idle ??= this.#whenIdle();
    if (this.#rowsSince < ROWS_TO_ACT_ON && Date.now() - this.#lastMillis < AT_MOST_EVERY_MILLIS) return;
    void this.run().catch(() => undefined);
  }

  /** Sums up every bin but the newest of each session; with `all`, these too: nothing more is coming. */
  run(all = false): Promise<void> {
    this.#rowsSince = 0;
    this.#lastMillis = Date.now();
    // What was committed while another run was underway is not left out.
    const before = this.#running ?? Promise.resolve();
    const running = before
      .catch(() => undefined)
      .then(() => this.#compact(all))
      .finally(() => {
        if (this.#running === running) this.#running = undefined;
      });
    this.#running = running;
    return running;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#idle);
  }

  /** After a silence the newest bins are summed up too, so that coarser ones and whoever mirrors them are whole. */
  #whenIdle(): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#idle = undefined;
      if (this.#rowsSince > 0) this.#idle = this.#whenIdle();
      void this.run(true).catch(() => undefined);
    }, AT_MOST_EVERY_MILLIS);
    return timer.unref();
  }

  /** One step that fails keeps no other from being done; it is tried again with the next. */
  async #compact(all: boolean): Promise<void> {
    const clock = this.#mirrorClock;
    const errors = [
      await this.#attempt('seconds', compactSeconds),
      await this.#attempt('minutes', (writer) => foldMinutes(writer, all, clock !== null, this.#generation)),
      clock && (await this.#attempt('the outbox', compactOutbox)),
      clock && (await this.#attempt('what was mirrored', (writer) => compactMirrored(writer, clock() / 1000))),
      ...(await this.#retention.run(this.#connections, this.#problems, all)),
    ];
    const error = errors.find((met) => met !== null);
    if (error === undefined) return;
    if (!this.#isClosed) this.#idle ??= this.#whenIdle();
    throw error;
  }

  #attempt(name: string, work: (writer: Writer) => Promise<void>): Promise<Error | null> {
    const sentence = `${name} of the series cannot be summed up, and stay in parts`;
    return this.#problems.attempt('STORE_COMPACTION_FAILED', `compaction ${name}`, sentence, () =>
      this.#connections.transaction(work),
    );
  }
}

type Writer = Parameters<Parameters<Connections['transaction']>[0]>[0];

async function compactSeconds(writer: Writer): Promise<void> {
  const table = seriesTables[1];
  await writer.run(
    `CREATE OR REPLACE TEMP TABLE closed AS
      SELECT session, bin FROM touched GROUP BY session, bin QUALIFY bin < max(bin) OVER (PARTITION BY session)`,
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
    `CREATE OR REPLACE TEMP TABLE summed AS SELECT ${SUMMED} FROM ${table} WHERE ${among}
      GROUP BY session, bin, dimension, key`,
    bounds,
  );
  await writer.run(`DELETE FROM ${table} WHERE ${among}`, bounds);
  await writer.run(`INSERT INTO ${table} SELECT * FROM summed ORDER BY session, bin, dimension, key`);
  await writer.run(`DELETE FROM touched WHERE ${among}`, bounds);
  await writer.run('DROP TABLE summed');
}

/** While whoever mirrors is away, every commit notes the bins that it touched: one row a bin is enough. */
async function compactOutbox(writer: Writer): Promise<void> {
  await writer.run(
    `CREATE OR REPLACE TEMP TABLE noted AS
      SELECT resolution, session, bin, max(outbox.generation) AS generation FROM outbox GROUP BY resolution, session, bin`,
  );
  const [count] = await rowsOf(
    writer,
    'SELECT (SELECT count(*) FROM outbox)::DOUBLE AS rows, (SELECT count(*) FROM noted)::DOUBLE AS bins',
  );
  if (Number(count!.rows) > Number(count!.bins) + OUTBOX_ROWS_TO_ACT_ON) {
    await writer.run('DELETE FROM outbox');
    await writer.run('INSERT INTO outbox SELECT * FROM noted ORDER BY generation, bin, resolution');
  }
  await writer.run('DROP TABLE noted');
}

/** Partial rows as one: sums add up, of distinct counts the largest holds. */
export const SUMMED = seriesColumns
  .map(({ name }) => {
    if (['packets', 'bytes', 'flows'].includes(name)) return `sum(${name})::BIGINT AS ${name}`;
    return ['sources', 'targets'].includes(name) ? `max(${name}) AS ${name}` : name;
  })
  .join(', ');
