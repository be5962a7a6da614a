/** The connections of one database: one writes, in turn; a few answer questions, each one at a time; one looks up small facts; one works in the background. */
import type { DuckDBConnection, DuckDBInstance, DuckDBValue, JS } from '@duckdb/node-api';
import { StoreError } from '../stores.ts';
import { workError } from './store-errors.ts';
import { endedWhenUnwanted, turnWhileWanted, whoeverWaits } from './wanted.ts';

export type Row = Record<string, JS>;

/** Rows of a statement; every value from outside comes in `values`, never in the text. */
export async function rowsOf(connection: DuckDBConnection, sql: string, values: DuckDBValue[] = []): Promise<Row[]> {
  const reader = await connection.runAndReadAll(sql, values);
  return reader.getRowObjectsJS();
}

/** Runs one piece of work after the other. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

const READERS = 2;
/** More questions than these do not wait for a reader: with 60 s for each, the last would wait for ever. */
const MAX_WAITING = 32;

export class Connections {
  readonly writer: DuckDBConnection;
  readonly #readers: readonly DuckDBConnection[];
  readonly #idle: DuckDBConnection[];
  readonly #waiting: ((reader: DuckDBConnection) => void)[] = [];
  readonly #turns = new Turns();
  readonly #facts: DuckDBConnection;
  readonly #factTurns = new Turns();
  readonly #background: DuckDBConnection;
  readonly #backgroundTurns = new Turns();
  readonly #querySeconds: number;
  #closed = false;

  private constructor(
    writer: DuckDBConnection,
    readers: readonly DuckDBConnection[],
    facts: DuckDBConnection,
    background: DuckDBConnection,
    querySeconds: number,
  ) {
    this.writer = writer;
    this.#facts = facts;
    this.#background = background;
    this.#readers = readers;
    this.#idle = [...readers];
    this.#querySeconds = querySeconds;
  }

  static async open(instance: DuckDBInstance, querySeconds: number): Promise<Connections> {
    const writer = await instance.connect();
    const readers: DuckDBConnection[] = [];
    for (let count = 0; count < READERS; count++) readers.push(await instance.connect());
    return new Connections(writer, readers, await instance.connect(), await instance.connect(), querySeconds);
  }

  /** Work on the writing connection, one piece after the other. */
  write<T>(work: (writer: DuckDBConnection) => Promise<T>): Promise<T> {
    return this.#turns.take(async () => {
      this.#checkOpen();
      return await guard(() => work(this.writer));
    });
  }

  /** As `write`, in one transaction: all of it or, after an error, nothing. */
  transaction<T>(work: (writer: DuckDBConnection) => Promise<T>): Promise<T> {
    return this.write((writer) => inTransaction(writer, work));
  }

  /** Long work that changes no table, such as writing a file of flows: one piece after the other, beside commits and queries. */
  background<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    return this.#backgroundTurns.take(async () => {
      this.#checkOpen();
      return await guard(() => work(this.#background));
    });
  }

  /**
   * Rows of a query on a reading connection, beside commits underway. Ended when it takes too long, and with STORE_GONE
   * when nobody waits for it (wanted.ts); STORE_BUSY where too many wait already.
   */
  async read(sql: string, values: DuckDBValue[] = []): Promise<Row[]> {
    this.#checkRoom();
    return await this.#withReader((reader) => whileAsked(reader, () => rowsOf(reader, sql, values)));
  }

  /** As `read`, and never refused, nor ended with a question: for what the store itself has to know, such as whether a file can be read. */
  readPatiently(sql: string): Promise<Row[]> {
    return whoeverWaits(() => this.#withReader((reader) => rowsOf(reader, sql)));
  }

  /** Rows of small tables, which no question of a viewer keeps waiting: sensors connect by what they say. */
  lookUp(sql: string, values: DuckDBValue[] = []): Promise<Row[]> {
    return this.#factTurns.take(async () => {
      this.#checkOpen();
      return await guard(() => rowsOf(this.#facts, sql, values));
    });
  }

  /** As `read`, column by column: for many rows. */
  async readColumns(sql: string, values: DuckDBValue[] = []): Promise<JS[][]> {
    this.#checkRoom();
    return await this.#withReader((reader) =>
      whileAsked(reader, async () => (await reader.runAndReadAll(sql, values)).getColumnsJS()),
    );
  }

  /** Several questions about one moment: what is committed between them, none of them sees. Otherwise as `read`. */
  async readTogether<T>(work: (reader: DuckDBConnection) => Promise<T>): Promise<T> {
    this.#checkRoom();
    // Nothing is ended but the work: a reader whose transaction was left open would answer nobody else.
    return await this.#withReader((reader) => inTransaction(reader, () => whileAsked(reader, () => work(reader))));
  }

  async #withReader<T>(work: (reader: DuckDBConnection) => Promise<T>): Promise<T> {
    this.#checkOpen();
    const reader = this.#idle.pop() ?? (await this.#turn());
    try {
      this.#checkOpen();
      const timer = setTimeout(() => reader.interrupt(), this.#querySeconds * 1000);
      return await guard(() => work(reader)).finally(() => clearTimeout(timer));
    } finally {
      const next = this.#waiting.shift();
      if (next) next(reader);
      else this.#idle.push(reader);
    }
  }

  /** The next reader that is free. Who does not wait for it any more leaves the row. */
  #turn(): Promise<DuckDBConnection> {
    return turnWhileWanted<DuckDBConnection>(
      (take) => this.#waiting.push(take),
      (take) => {
        const at = this.#waiting.indexOf(take);
        if (at >= 0) this.#waiting.splice(at, 1);
      },
    );
  }

  /** Lets work in turn finish, ends queries, and closes all connections but the writer. */
  async close(): Promise<void> {
    await this.#turns.take(async () => {
      this.#closed = true;
    });
    while (this.#idle.length < this.#readers.length) {
      for (const reader of this.#readers) if (!this.#idle.includes(reader)) reader.interrupt();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    for (const reader of this.#readers) reader.closeSync();
    await this.#factTurns.take(async () => undefined);
    this.#facts.closeSync();
    this.#background.interrupt();
    await this.#backgroundTurns.take(async () => undefined);
    this.#background.closeSync();
  }

  #checkRoom(): void {
    if (this.#waiting.length >= MAX_WAITING)
      throw new StoreError('STORE_BUSY', `${MAX_WAITING} questions wait for their turn: ask again soon`);
  }

  #checkOpen(): void {
    if (this.#closed) throw new StoreError('STORE_FAILED', 'the store is closed');
  }
}

/** Ended when nobody waits for it. Throws StoreError: STORE_GONE. */
function whileAsked<T>(reader: DuckDBConnection, work: () => Promise<T>): Promise<T> {
  return endedWhenUnwanted(() => reader.interrupt(), work);
}

/** Work that becomes durable as a whole or, after an error, not at all; in a turn that the caller has. */
export async function inTransaction<T>(
  writer: DuckDBConnection,
  work: (writer: DuckDBConnection) => Promise<T>,
): Promise<T> {
  await writer.run('BEGIN TRANSACTION');
  try {
    const result = await work(writer);
    await writer.run('COMMIT');
    return result;
  } catch (cause) {
    // A COMMIT that failed has rolled back by itself: then there is nothing left to roll back.
    await writer.run('ROLLBACK').catch(() => undefined);
    throw cause;
  }
}

/**
 * Statements that make or drop tables are what a log replays worst: they go into the file at once. While a query or a
 * sealing runs, DuckDB may refuse; then the log has them until its next turn.
 */
export async function checkpoint(writer: DuckDBConnection): Promise<void> {
  await writer.run('CHECKPOINT').catch((cause: Error) => {
    if (!/Cannot CHECKPOINT/i.test(cause.message)) throw cause;
  });
}

async function guard<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw workError(cause);
  }
}
