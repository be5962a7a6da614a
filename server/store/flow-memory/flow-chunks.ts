/** Flows of one family in memory: columns in chunks, so that nothing is ever moved, with the time that each chunk spans. */
import { type Column, columnLength, createColumn, type Family, type FlowBatch } from '../../../shared/flow-batch.ts';
import { type FlowFieldName, flowFieldNames, flowFields } from '../../../shared/flow-fields.ts';

const CHUNK_ROWS = 65_536;
const SMALLEST_CHUNK_ROWS = 1_024;
const MICROS = 1_000_000;
/** Of a packet inside another: few flows have any. Chunks without one share columns of zeros. */
const INNER_FIELDS = [
  'tunnel',
  'innerProtocol',
  'innerSource',
  'innerTarget',
  'innerSourcePort',
  'innerTargetPort',
] as const satisfies readonly FlowFieldName[];
const isInner = (name: FlowFieldName) => (INNER_FIELDS as readonly FlowFieldName[]).includes(name);

/** The same in all flows that are held, and not kept for each. */
export interface ConstantColumns {
  readonly session: number;
  readonly sensor: number;
}

export type CreateColumn = typeof createColumn;

export interface FlowChunk {
  readonly flows: FlowBatch;
  /** Row of the first among all of the family. */
  readonly firstRow: number;
  /** First packets of its flows, µs since 1970. */
  firstMicros: number;
  lastMicros: number;
}

export class FlowChunks {
  readonly family: Family;
  readonly chunks: FlowChunk[] = [];
  length = 0;
  /** Memory of all columns. */
  bytes = 0;
  readonly #create: CreateColumn;
  readonly #shared: Readonly<Partial<Record<FlowFieldName, Column>>>;

  constructor(family: Family, { session, sensor }: ConstantColumns, create: CreateColumn = createColumn) {
    this.family = family;
    this.#create = create;
    const filled = (name: FlowFieldName, value: number) =>
      createColumn(flowFields[name].type, family, CHUNK_ROWS).fill(value);
    const inner = Object.fromEntries(INNER_FIELDS.map((name) => [name, filled(name, 0)]));
    this.#shared = { ...inner, session: filled('session', session), sensor: filled('sensor', sensor) };
  }

  /** Copies the rows. Rows that were appended never change their place. Throws RangeError where there is no memory: then some may be there. */
  append(rows: FlowBatch): void {
    for (let from = 0; from < rows.length; ) {
      const chunk = this.#chunkWithRoom();
      const count = Math.min(rows.length - from, chunk.flows.capacity - chunk.flows.length);
      this.#copy(rows, from, count, chunk);
      from += count;
    }
  }

  #chunkWithRoom(): FlowChunk {
    const last = this.chunks.at(-1);
    if (last !== undefined && last.flows.length < last.flows.capacity) return last;
    // Each as large as all before it together, so that a small capture takes little.
    const capacity = Math.min(CHUNK_ROWS, Math.max(SMALLEST_CHUNK_ROWS, this.length));
    const columns: Partial<Record<FlowFieldName, Column>> = {};
    for (const name of flowFieldNames)
      columns[name] = this.#shared[name]?.subarray(0, this.#elements(name, capacity)) ?? this.#own(name, capacity);
    const flows = { family: this.family, capacity, length: 0, ...columns } as FlowBatch;
    const chunk = {
      flows,
      firstRow: this.length,
      firstMicros: Number.POSITIVE_INFINITY,
      lastMicros: Number.NEGATIVE_INFINITY,
    };
    this.chunks.push(chunk);
    return chunk;
  }

  #elements(name: FlowFieldName, rows: number): number {
    return columnLength(flowFields[name].type, this.family, rows);
  }

  #own(name: FlowFieldName, capacity: number): Column {
    const column = this.#create(flowFields[name].type, this.family, capacity);
    this.bytes += column.byteLength;
    return column;
  }

  #copy(rows: FlowBatch, from: number, count: number, chunk: FlowChunk): void {
    const { flows } = chunk;
    const hasInner = this.#prepareInner(rows, from, count, flows);
    for (const name of flowFieldNames) {
      if (name === 'session' || name === 'sensor' || (!hasInner && isInner(name))) continue;
      const [begin, end] = [this.#elements(name, from), this.#elements(name, from + count)];
      flows[name].set(rows[name].subarray(begin, end), this.#elements(name, flows.length));
    }
    for (let row = from; row < from + count; row++) {
      const micros = rows.interval[row]! * MICROS + rows.firstMicros[row]!;
      if (micros < chunk.firstMicros) chunk.firstMicros = micros;
      if (micros > chunk.lastMicros) chunk.lastMicros = micros;
    }
    flows.length += count;
    this.length += count;
  }

  /** Gives the chunk columns of its own for packets inside others, where these rows are the first to need them. Whether it has them. */
  #prepareInner(rows: FlowBatch, from: number, count: number, flows: FlowBatch): boolean {
    if (flows.tunnel.buffer !== this.#shared.tunnel!.buffer) return true;
    if (rows.tunnel.subarray(from, from + count).every((tunnel) => tunnel === 0)) return false;
    // All of them, or none: what is shared must never be written.
    const own = Object.fromEntries(INNER_FIELDS.map((name) => [name, this.#own(name, flows.capacity)]));
    Object.assign(flows, own);
    return true;
  }
}
