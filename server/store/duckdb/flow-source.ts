/** Reads flows wherever they lie: a list of tables and files, made at the moment of asking, and again when it went out of date. */
import type { DuckDBConnection, DuckDBValue, JS } from '@duckdb/node-api';
import type { Family } from '../../../shared/flow-batch.ts';
import { StoreError } from '../stores.ts';
import type { Connections, Row } from './connections.ts';
import type { FileCheck } from './file-check.ts';
import { absolutePath, selectFiles } from './flow-files.ts';
import type { FlowParts, HotPart, SealedFile } from './flow-parts.ts';
import { storedFieldNames } from './schema.ts';
import { isNoFault, messageOf } from './store-errors.ts';

const ATTEMPTS = 4;
const TABLE_COLUMNS = storedFieldNames
  .filter((name) => name !== 'session')
  .map((name) => `"${name}"`)
  .join(', ');

export interface Asked {
  readonly session: number;
  readonly family: Family;
  readonly fromMicros: number;
  readonly toMicros: number;
}

export interface Found {
  readonly hot: readonly HotPart[];
  readonly files: readonly SealedFile[];
}

export class FlowSource {
  readonly #connections: Connections;
  readonly #parts: FlowParts;
  readonly #folder: string;
  readonly #check: FileCheck;

  constructor(connections: Connections, parts: FlowParts, folder: string, check: FileCheck) {
    this.#connections = connections;
    this.#parts = parts;
    this.#folder = folder;
    this.#check = check;
  }

  /** Times between which flows of what is asked for lie; null where there is none. */
  extent({ session, family, fromMicros, toMicros }: Asked): { firstMicros: number; lastMicros: number } | null {
    const { hot, files } = this.#parts.within(session, family, fromMicros, toMicros);
    if (hot.length + files.length === 0) return null;
    let [firstMicros, lastMicros] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const part of [...hot, ...files]) {
      firstMicros = Math.min(firstMicros, part.firstMicros);
      lastMicros = Math.max(lastMicros, part.lastMicros);
    }
    return { firstMicros, lastMicros };
  }

  /**
   * Rows of `sql(source)`, where the source has flows of the session and family of which some begin in the span, in the
   * columns of a table. A table may be sealed and a file deleted while a query waits: then it is asked anew. `pick` says
   * which of what was found is read.
   */
  async read(
    asked: Asked,
    sql: (source: string) => string,
    values: DuckDBValue[],
    pick?: (found: Found) => Found,
  ): Promise<Row[]> {
    return (await this.#ask(asked, (source) => this.#connections.read(sql(source), values), pick)) ?? [];
  }

  /** As `read`, in columns. */
  async readColumns(asked: Asked, sql: (source: string) => string, values: DuckDBValue[]): Promise<JS[][]> {
    return (await this.#ask(asked, (source) => this.#connections.readColumns(sql(source), values))) ?? [];
  }

  /**
   * Both families of a session at one moment: `work` asks a connection that sees nothing of what is committed meanwhile.
   * What was found is read by way of `sqlOf`. Asked anew as a whole.
   */
  async readTogether<T>(
    asked: Omit<Asked, 'family'>,
    work: (reader: DuckDBConnection, found: Readonly<Record<Family, Found>>) => Promise<T>,
  ): Promise<T> {
    const { session, fromMicros, toMicros } = asked;
    return await this.#retry(
      () => ({
        4: this.#parts.within(session, 4, fromMicros, toMicros),
        6: this.#parts.within(session, 6, fromMicros, toMicros),
      }),
      (found) => ({ hot: [...found[4].hot, ...found[6].hot], files: [...found[4].files, ...found[6].files] }),
      (found) => this.#connections.readTogether((reader) => work(reader, found)),
    );
  }

  /** Null where nothing lies in the span. */
  async #ask<T>(
    { session, family, fromMicros, toMicros }: Asked,
    question: (source: string) => Promise<T>,
    pick: (found: Found) => Found = (found) => found,
  ): Promise<T | null> {
    return await this.#retry(
      () => pick(this.#parts.within(session, family, fromMicros, toMicros)),
      (found) => found,
      async (found) => {
        const source = this.sqlOf(family, found);
        return source === null ? null : await question(source);
      },
    );
  }

  /** `found` is looked up before each attempt; `all` of it is looked at when one failed. */
  async #retry<F, T>(lookUp: () => F, all: (found: F) => Found, question: (found: F) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const found = lookUp();
      try {
        return await question(found);
      } catch (cause) {
        if (isNoFault(cause)) throw cause;
        if (/INTERRUPT/i.test(messageOf((cause as Error).cause)) || !(await this.#check.isOutdated(all(found))))
          throw cause;
        if (attempt === ATTEMPTS)
          throw new StoreError('STORE_FAILED', 'flows of the span are being deleted: ask again, or for a later span', {
            cause,
          });
      }
    }
  }

  /** Tables and files of a family as one, in the columns of a table; null where there are none. */
  sqlOf(family: Family, { hot, files }: Found): string | null {
    if (hot.length + files.length === 0) return null;
    const tables = hot.map(({ table }) => `SELECT ${TABLE_COLUMNS} FROM ${table}`);
    const placed = files.map(({ path, version }) => ({ path: absolutePath(this.#folder, path), version }));
    return `(${[...tables, ...selectFiles(family, placed)].join(' UNION ALL ')})`;
  }
}
