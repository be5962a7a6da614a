/** The rows of a batch, parted by where they are to lie. */
import type { FlowBatch } from '../../../shared/flow-batch.ts';
import { type FlowParts, HOUR_SECONDS, type HotPart, LIVE_SESSION, type PartSpan } from './flow-parts.ts';
import { flowColumns } from './schema.ts';
import { SQL_BYTES } from './table-appender.ts';

export interface RowsOfPart {
  readonly part: HotPart;
  /** Which rows, or null for all of the batch. */
  readonly rows: Uint32Array | null;
  readonly span: Readonly<PartSpan>;
}

/** Most batches lie in one part as a whole: that is found out in one pass, and nothing is copied. */
export function splitFlows(batch: FlowBatch, parts: FlowParts): RowsOfPart[] {
  if (batch.length === 0) return [];
  if (!isUniform(batch)) return partition(batch, parts);
  const part = parts.take(batch.session[0]!, batch.family, hourOf(batch.interval[0]!));
  const span = emptySpan();
  for (let row = 0; row < batch.length; row++) addToSpan(span, batch, row);
  return [{ part, rows: null, span }];
}

/** The columns of a table (`flowColumnData`), with the rows named only, in their order. */
export function gatherColumns(data: readonly ArrayBufferView[], batch: FlowBatch, rows: Uint32Array) {
  return flowColumns(batch.family).map(({ type }, column) =>
    gather(data[column] as Uint32Array, SQL_BYTES[type], rows),
  );
}

function gather(source: Uint32Array, bytesARow: number, rows: Uint32Array): ArrayBufferView {
  const elements = bytesARow / source.BYTES_PER_ELEMENT;
  const gathered = new (source.constructor as Uint32ArrayConstructor)(rows.length * elements);
  for (let to = 0, at = 0; at < rows.length; at++) {
    const from = rows[at]! * elements;
    for (let element = 0; element < elements; element++) gathered[to++] = source[from + element]!;
  }
  return gathered;
}

const hourOf = (intervalSeconds: number) => Math.floor(intervalSeconds / HOUR_SECONDS);
const emptySpan = (): PartSpan => ({ rows: 0, firstMicros: Infinity, lastMicros: -Infinity });

/** One session and, where it is live, one hour. */
function isUniform({ session, interval, length }: FlowBatch): boolean {
  const first = session[0]!;
  for (let row = 1; row < length; row++) if (session[row] !== first) return false;
  if (first !== LIVE_SESSION) return true;
  const begin = hourOf(interval[0]!) * HOUR_SECONDS;
  for (let row = 1; row < length; row++)
    if (interval[row]! < begin || interval[row]! >= begin + HOUR_SECONDS) return false;
  return true;
}

function partition(batch: FlowBatch, parts: FlowParts): RowsOfPart[] {
  const partOfRow = new Uint32Array(batch.length);
  const found: { part: HotPart; span: PartSpan }[] = [];
  const finder = new PartFinder(parts, batch, found);
  for (let row = 0; row < batch.length; row++) {
    const index = finder.of(row);
    partOfRow[row] = index;
    addToSpan(found[index]!.span, batch, row);
  }
  const filled = found.map(({ span }) => ({ rows: new Uint32Array(span.rows), length: 0 }));
  for (let row = 0; row < batch.length; row++) {
    const into = filled[partOfRow[row]!]!;
    into.rows[into.length++] = row;
  }
  return found.map(({ part, span }, index) => ({ part, span, rows: filled[index]!.rows }));
}

/** Asks for the part of a session and hour once, however often rows change between them. */
class PartFinder {
  readonly #parts: FlowParts;
  readonly #batch: FlowBatch;
  readonly #found: { part: HotPart; span: PartSpan }[];
  /** Live hours by themselves, other sessions by their number below 0. */
  readonly #known = new Map<number, number>();
  #lastKey = Number.NaN;
  #lastIndex = 0;

  constructor(parts: FlowParts, batch: FlowBatch, found: { part: HotPart; span: PartSpan }[]) {
    this.#parts = parts;
    this.#batch = batch;
    this.#found = found;
  }

  /** Index of the row's part among those found. */
  of(row: number): number {
    const session = this.#batch.session[row]!;
    const hour = hourOf(this.#batch.interval[row]!);
    // A live hour before 1970 shares a key with none: it is moved out of the way.
    const key = session === LIVE_SESSION ? (hour < 0 ? hour - 2 ** 33 : hour) : -session;
    if (key === this.#lastKey) return this.#lastIndex;
    this.#lastKey = key;
    this.#lastIndex = this.#known.get(key) ?? this.#find(key, session, hour);
    return this.#lastIndex;
  }

  #find(key: number, session: number, hour: number): number {
    const part = this.#parts.take(session, this.#batch.family, hour);
    const before = this.#found.findIndex((entry) => entry.part === part);
    const index = before >= 0 ? before : this.#found.push({ part, span: emptySpan() }) - 1;
    this.#known.set(key, index);
    return index;
  }
}

function addToSpan(span: PartSpan, { interval, firstMicros }: FlowBatch, row: number): void {
  const micros = Math.round(interval[row]! * 1e6) + firstMicros[row]!;
  span.rows += 1;
  if (micros < span.firstMicros) span.firstMicros = micros;
  if (micros > span.lastMicros) span.lastMicros = micros;
}
