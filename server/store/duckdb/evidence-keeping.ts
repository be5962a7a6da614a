/**
 * Evidence is appended as it comes. Now and then rows of equal key are summed up, and where there are too many, what was
 * seen least lately is given up: whole rules of whole sources, since matches without those that did not match would prove
 * too much. What went is counted: stored = present + expired + given up.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { type Connections, rowsOf } from './connections.ts';
import { countGone, EVIDENCE } from './gone.ts';
import type { ProblemBook } from './problem-book.ts';

/** Rows, one a source, rule and key of a sensor: about 40 bytes each. */
const MAX_ROWS = 500_000;
/** Packets beside them: about 100 bytes each. */
const MAX_PACKETS = 500_000;
const PACKETS_A_KEY = 3;
/** So many rows more are summed up, or half as many as there are: each row is then summed up a few times in all. */
const ROWS_TO_ACT_ON = 20_000;

const KEY = 'session, sensor, source, tag, key';

export interface EvidenceLimits {
  readonly rows: number;
  readonly packets: number;
  readonly actOn: number;
}

export class EvidenceKeeping {
  readonly #connections: Connections;
  readonly #problems: ProblemBook;
  readonly #limits: EvidenceLimits;
  #rowsPresent = 0;
  #rowsSince: number;
  #running: Promise<void> | undefined;

  private constructor(connections: Connections, problems: ProblemBook, limits: EvidenceLimits, rows: number) {
    this.#connections = connections;
    this.#problems = problems;
    this.#limits = limits;
    // What an earlier run left may be in parts.
    this.#rowsSince = rows;
  }

  static async open(connections: Connections, problems: ProblemBook, limits: Partial<EvidenceLimits> = {}) {
    const [found] = await connections.lookUp('SELECT count(*)::DOUBLE AS rows FROM evidence');
    const all = { rows: MAX_ROWS, packets: MAX_PACKETS, actOn: ROWS_TO_ACT_ON, ...limits };
    return new EvidenceKeeping(connections, problems, all, Number(found!.rows));
  }

  /** Counts rows that were stored, and begins where enough has gathered. Errors are in the store's state. */
  stored(rows: number): void {
    this.#rowsSince += rows;
    if (this.#running || this.#rowsSince < Math.max(this.#limits.actOn, this.#rowsPresent / 2)) return;
    void this.run().catch(() => undefined);
  }

  run(): Promise<void> {
    this.#running ??= this.#sumUp().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #sumUp(): Promise<void> {
    this.#rowsSince = 0;
    const sentence = 'evidence about sources cannot be summed up, and stays in parts';
    const work = async (writer: DuckDBConnection) => {
      this.#rowsPresent = await sumUp(writer, this.#limits);
    };
    const error = await this.#problems.attempt('STORE_COMPACTION_FAILED', 'compaction evidence', sentence, () =>
      this.#connections.transaction(work),
    );
    if (error !== null) throw error;
  }
}

/** Gives the rows that are left. */
async function sumUp(writer: DuckDBConnection, { rows, packets }: EvidenceLimits): Promise<number> {
  await writer.run(
    `CREATE OR REPLACE TEMP TABLE summed AS SELECT ${KEY}, sum(matched)::BIGINT AS matched,
      sum(candidates)::BIGINT AS candidates, coalesce(min(first_micros) FILTER (matched > 0), 0)::BIGINT AS first_micros,
      max(last_micros)::BIGINT AS last_micros, max(stored_seconds)::BIGINT AS stored_seconds
      FROM evidence GROUP BY ${KEY}`,
  );
  await writer.run(
    `CREATE OR REPLACE TEMP TABLE kept AS SELECT * FROM (SELECT *,
        sum(rows) OVER (ORDER BY last_micros DESC, session, source, tag) AS before
        FROM (SELECT session, source, tag, count(*) AS rows, max(last_micros) AS last_micros FROM summed GROUP BY ALL))
      WHERE before <= $1`,
    [rows],
  );
  const isKept = '(session, source, tag) IN (SELECT (session, source, tag) FROM kept)';
  await countGone(writer, EVIDENCE, 'given_up', `summed WHERE NOT ${isKept}`);
  await writer.run('DELETE FROM evidence');
  await writer.run(`INSERT INTO evidence SELECT * FROM summed WHERE ${isKept} ORDER BY ${KEY}`);
  await writer.run(
    `CREATE OR REPLACE TEMP TABLE chosen AS SELECT * FROM evidence_packets WHERE ${isKept}
      QUALIFY row_number() OVER (PARTITION BY ${KEY} ORDER BY micros) <= ${PACKETS_A_KEY}`,
  );
  await writer.run('DELETE FROM evidence_packets');
  await writer.run(
    `INSERT INTO evidence_packets SELECT * FROM (SELECT * FROM chosen ORDER BY micros DESC LIMIT ${packets}) ORDER BY ${KEY}, micros`,
  );
  const [left] = await rowsOf(writer, 'SELECT count(*)::DOUBLE AS rows FROM evidence');
  for (const table of ['summed', 'kept', 'chosen']) await writer.run(`DROP TABLE ${table}`);
  return Number(left!.rows);
}

/**
 * Takes out what was found about sources whose flows went: all of a session, or what nothing came for since a moment. By the
 * packets' clock, and by ours where that is behind. In the transaction that the caller has.
 */
export async function expireEvidence(writer: DuckDBConnection, session: number, untilSeconds: number): Promise<void> {
  const until = Number.isFinite(untilSeconds)
    ? `HAVING max(least(last_micros // 1000000, stored_seconds)) < ${untilSeconds}`
    : '';
  const among = `session = ${session} AND (source, tag) IN
    (SELECT (source, tag) FROM evidence WHERE session = ${session} GROUP BY source, tag ${until})`;
  await countGone(writer, EVIDENCE, 'expired', `evidence WHERE ${among}`);
  await writer.run(`DELETE FROM evidence_packets WHERE ${among}`);
  await writer.run(`DELETE FROM evidence WHERE ${among}`);
}
