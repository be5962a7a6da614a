/** The connections of one database: one writes, in turn; a few read, each one query at a time. */
import type { DuckDBConnection, DuckDBInstance, DuckDBValue, JS } from '@duckdb/node-api';
import { StoreError } from '../stores.ts';
import { workError } from './store-errors.ts';

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

export class Connections {
  readonly writer: DuckDBConnection;
  readonly #readers: readonly DuckDBConnection[];
  readonly #idle: DuckDBConnection[];
  readonly #waiting: ((reader: DuckDBConnection) => void)[] = [];
  readonly #turns = new Turns();
  readonly #querySeconds: number;
  #closed = false;

  private constructor(writer: DuckDBConnection, readers: readonly DuckDBConnection[], querySeconds: number) {
    this.writer = writer;
    this.#readers = readers;
    this.#idle = [...readers];
    this.#querySeconds = querySeconds;
  }

  static async open(instance: DuckDBInstance, querySeconds: number): Promise<Connections> {
    const writer = await instance.connect();
    const readers: DuckDBConnection[] = [];
    for (let count = 0; count < READERS; count++) readers.push(await instance.connect());
    return new Connections(writer, readers, querySeconds);
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
    return this.write(async (writer) => {
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
    });
  }

  /** Rows of a query on a reading connection, beside commits underway. Ended when it takes too long. */
  read(sql: string, values: DuckDBValue[] = []): Promise<Row[]> {
    return this.#withReader((reader) => rowsOf(reader, sql, values));
  }

  /** As `read`, column by column: for many rows. */
  readColumns(sql: string, values: DuckDBValue[] = []): Promise<JS[][]> {
    return this.#withReader(async (reader) => (await reader.runAndReadAll(sql, values)).getColumnsJS());
  }

  async #withReader<T>(work: (reader: DuckDBConnection) => Promise<T>): Promise<T> {
    this.#checkOpen();
    const reader = this.#idle.pop() ?? (await new Promise<DuckDBConnection>((resolve) => this.#waiting.push(resolve)));
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
  }

  #checkOpen(): void {
    if (this.#closed) throw new StoreError('STORE_FAILED', 'the store is closed');
  }
}

async function guard<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw workError(cause);
  }
}
