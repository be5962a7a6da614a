/**
 * Payloads are appended as they come. Now and then rows of equal key are made one, and where there are too many, some are
 * given up, and counted in packets: stored = present + expired + given up. Some at a time, so that commits come in between.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { PayloadRow } from '../ingest-commit.ts';
import { type Connections, rowsOf } from './connections.ts';
import { giveUpPayloads, type PayloadLimits } from './payload-limits.ts';
import { rowChunks, type StoredRow } from './payload-rows.ts';
import { KEY, UNITED, united } from './payload-sql.ts';
import type { ProblemBook } from './problem-book.ts';

/** About 100 bytes each, beside their own bytes. */
const MAX_ROWS = 100_000;
const MAX_BYTES = 64 * 2 ** 20;
/** About 100 bytes each. */
const MAX_SITES = 50_000;
/** So many rows more are summed up, or half as many as there are: each row is then summed up a few times in all. */
const ROWS_TO_ACT_ON = 20_000;
/** Payloads whose rows are united at once. */
const PAYLOADS_AT_ONCE = 2_048;

export class PayloadKeeping {
  readonly #connections: Connections;
  readonly #problems: ProblemBook;
  readonly #limits: PayloadLimits;
  #rowsPresent = 0;
  #rowsSince: number;
  #bytesSince = 0;
  #running: Promise<void> | undefined;

  private constructor(connections: Connections, problems: ProblemBook, limits: PayloadLimits, rows: number) {
    this.#connections = connections;
    this.#problems = problems;
    this.#limits = limits;
    // What an earlier run left may be in parts.
    this.#rowsSince = rows;
  }

  static async open(connections: Connections, problems: ProblemBook, limits: Partial<PayloadLimits> = {}) {
    const [found] = await connections.lookUp('SELECT count(*)::DOUBLE AS rows FROM payloads');
    const all = { rows: MAX_ROWS, bytes: MAX_BYTES, sites: MAX_SITES, actOn: ROWS_TO_ACT_ON, ...limits };
    return new PayloadKeeping(connections, problems, all, Number(found!.rows));
  }

  /** Counts what was stored, and begins where enough has gathered. Errors are in the store's state. */
  stored(rows: readonly PayloadRow[]): void {
    this.#rowsSince += rows.length;
    for (const { bytes } of rows) this.#bytesSince += bytes.length;
    const isEnough =
      this.#rowsSince >= Math.max(this.#limits.actOn, this.#rowsPresent / 2) ||
      this.#bytesSince >= this.#limits.bytes / 2;
    if (!this.#running && isEnough) void this.run().catch(() => undefined);
  }

  run(): Promise<void> {
    this.#running ??= this.#sumUp().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #sumUp(): Promise<void> {
    this.#rowsSince = 0;
    this.#bytesSince = 0;
    const connections = this.#connections;
    const work = async () => {
      await unitePayloads(connections);
      await connections.transaction(keepLongest);
      this.#rowsPresent = await connections.transaction((writer) => giveUpPayloads(writer, this.#limits));
    };
    const sentence = 'payloads cannot be summed up, and stay in parts';
    const error = await this.#problems.attempt('STORE_COMPACTION_FAILED', 'compaction payloads', sentence, work);
    if (error !== null) throw error;
  }
}

const IN_PARTS = `SELECT session, ${KEY} FROM payloads GROUP BY ALL HAVING count(*) > 1`;

/** Payloads of several rows get one. Those of one row stay where they are, and what comes meanwhile is left for the next time. */
async function unitePayloads(connections: Connections): Promise<void> {
  const [found] = await connections.lookUp(`SELECT count(*)::DOUBLE AS payloads FROM (${IN_PARTS})`);
  for (let left = Number(found!.payloads); left > 0; left -= PAYLOADS_AT_ONCE) await connections.transaction(uniteSome);
}

async function uniteSome(writer: DuckDBConnection): Promise<void> {
  await writer.run(`CREATE OR REPLACE TEMP TABLE in_parts AS ${IN_PARTS} LIMIT ${PAYLOADS_AT_ONCE}`);
  const rows = await rowsOf(
    writer,
    `SELECT session, ${KEY}, ${UNITED} FROM payloads SEMI JOIN in_parts USING (session, ${KEY}) GROUP BY session, ${KEY}`,
  );
  await writer.run(`DELETE FROM payloads WHERE (session, ${KEY}) IN (SELECT (session, ${KEY}) FROM in_parts)`);
  await writer.run('DROP TABLE in_parts');
  const made = rows.map(
    (row): StoredRow => ({
      ...united(row),
      session: Number(row.session),
      digest: row.digest as bigint,
      protocol: Number(row.protocol),
      wireBytes: Number(row.wire_bytes),
      capturedBytes: Number(row.captured_bytes),
      packets: Number(row.packets),
      firstMicros: Number(row.first_micros),
      lastMicros: Number(row.last_micros),
      storedSeconds: Number(row.stored_seconds),
    }),
  );
  const appender = await writer.createAppender('payloads');
  for (const chunk of rowChunks(made)) appender.appendDataChunk(chunk);
  appender.closeSync();
}

/** The longest bytes of each payload stay, and the sites that were found in them. */
async function keepLongest(writer: DuckDBConnection): Promise<void> {
  await writer.run(
    `DELETE FROM payload_bytes WHERE rowid IN (SELECT rowid FROM (SELECT rowid, row_number() OVER
      (PARTITION BY session, ${KEY} ORDER BY kept_bytes DESC, rowid) AS place FROM payload_bytes) WHERE place > 1)`,
  );
  await writer.run(
    `DELETE FROM payload_sites WHERE rowid IN (SELECT rowid FROM
      (SELECT payload_sites.rowid AS rowid, payload_sites.kept_bytes AS found_in, payload_bytes.kept_bytes AS longest,
        row_number() OVER (PARTITION BY session, ${KEY}, payload_sites.kept_bytes, tool, url ORDER BY payload_sites.rowid) AS place
        FROM payload_sites LEFT JOIN payload_bytes USING (session, ${KEY}))
      WHERE place > 1 OR found_in IS DISTINCT FROM longest)`,
  );
}
