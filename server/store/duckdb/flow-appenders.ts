/** The flows of a commit on their way into hot parts. All in the writer's turn of the caller. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { FlowBatch } from '../../../shared/flow-batch.ts';
import { type FlowParts, FULL_ROWS, type HotPart } from './flow-parts.ts';
import { gatherColumns, type RowsOfPart, splitFlows } from './flow-split.ts';
import { makePartTables } from './flow-tables.ts';
import { flowColumns } from './schema.ts';
import { TableAppender } from './table-appender.ts';

export interface FlowColumnsOfBatch {
  readonly batch: FlowBatch;
  /** `flowColumnData` of it. */
  readonly data: readonly ArrayBufferView[];
}

export interface PreparedRows extends FlowColumnsOfBatch {
  readonly split: readonly RowsOfPart[];
}

export class FlowAppenders {
  readonly #parts: FlowParts;
  readonly #appenders = new Map<HotPart, TableAppender>();

  constructor(parts: FlowParts) {
    this.#parts = parts;
  }

  /** Says where rows shall lie, and makes the tables that are missing: before the transaction that appends. */
  async prepare(writer: DuckDBConnection, flows: readonly FlowColumnsOfBatch[]): Promise<PreparedRows[]> {
    const rows = flows.map(({ batch, data }) => ({ batch, data, split: splitFlows(batch, this.#parts) }));
    await makePartTables(
      writer,
      this.#parts,
      rows.flatMap(({ split }) => split.map(({ part }) => part)),
    );
    return rows;
  }

  async append(writer: DuckDBConnection, prepared: readonly PreparedRows[]): Promise<void> {
    for (const { batch, data, split } of prepared) {
      for (const { part, rows, span } of split) {
        const appender = await this.#of(writer, part);
        appender.append(rows === null ? data : gatherColumns(data, batch, rows), span.rows);
      }
    }
  }

  /** The rows are durable. */
  committed(prepared: readonly PreparedRows[]): void {
    for (const { split } of prepared) for (const { part, span } of split) this.#count(part, span);
  }

  /** Before a part's table is sealed or dropped. */
  forget(part: HotPart): void {
    this.#appenders.get(part)?.abandon();
    this.#appenders.delete(part);
  }

  /** Throws away what was not flushed. */
  drop(): void {
    for (const appender of this.#appenders.values()) appender.abandon();
    this.#appenders.clear();
  }

  #count(part: HotPart, span: RowsOfPart['span']): void {
    part.rows += span.rows;
    part.firstMicros = Math.min(part.firstMicros, span.firstMicros);
    part.lastMicros = Math.max(part.lastMicros, span.lastMicros);
    part.appendedMilliseconds = performance.now();
    if (part.session === 0) this.#parts.newestLiveMicros = Math.max(this.#parts.newestLiveMicros, span.lastMicros);
    if (part.rows < FULL_ROWS) return;
    this.#parts.close(part);
    this.forget(part);
  }

  async #of(writer: DuckDBConnection, part: HotPart): Promise<TableAppender> {
    const known = this.#appenders.get(part);
    if (known !== undefined) return known;
    const made = await TableAppender.open(writer, part.table, flowColumns(part.family));
    this.#appenders.set(part, made);
    return made;
  }
}
