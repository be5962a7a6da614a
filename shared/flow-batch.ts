/** Flow records of one address family, in columns. */
import { type ColumnType, type FlowFieldName, flowFieldNames, flowFields } from './flow-fields.ts';

export type Family = 4 | 6;
export type Column = Float64Array | Uint32Array | Uint16Array | Uint8Array;

type ArrayOf<T extends ColumnType> = T extends 'f64'
  ? Float64Array
  : T extends 'u16'
    ? Uint16Array
    : T extends 'u8'
      ? Uint8Array
      : Uint32Array;
export type FlowColumns = { readonly [K in FlowFieldName]: ArrayOf<(typeof flowFields)[K]['type']> };

/** `length` rows are filled; the columns' arrays may be longer (`address` columns have `addressWords(family)` words a row, `address16` four). */
export interface FlowBatch extends FlowColumns {
  readonly family: Family;
  readonly capacity: number;
  length: number;
}

/** 32-bit words an address takes: 1 for IPv4, 4 for IPv6. */
export function addressWords(family: Family): 1 | 4 {
  return family === 4 ? 1 : 4;
}

/** Elements of the column's array for `rows` rows. */
export function columnLength(type: ColumnType, family: Family, rows: number): number {
  if (type === 'address16') return rows * 4;
  return type === 'address' ? rows * addressWords(family) : rows;
}

export function createColumn(type: ColumnType, family: Family, rows: number): Column {
  const length = columnLength(type, family, rows);
  if (type === 'f64') return new Float64Array(length);
  if (type === 'u16') return new Uint16Array(length);
  if (type === 'u8') return new Uint8Array(length);
  return new Uint32Array(length);
}

/** An empty batch with room for `capacity` rows, all columns zero. */
export function createFlowBatch(family: Family, capacity: number): FlowBatch {
  const columns: Record<string, Column> = {};
  for (const name of flowFieldNames) columns[name] = createColumn(flowFields[name].type, family, capacity);
  return { family, capacity, length: 0, ...(columns as unknown as FlowColumns) };
}

/** Makes `into`, which has room, the rows of `rows`. */
export function copyFlowBatch(rows: FlowBatch, into: FlowBatch): void {
  for (const name of flowFieldNames)
    into[name].set(rows[name].subarray(0, columnLength(flowFields[name].type, rows.family, rows.length)));
  into.length = rows.length;
}

/** The memory of all columns, as it is handed to another thread. */
export function buffersOf(batch: FlowBatch): ArrayBuffer[] {
  return flowFieldNames.map((name) => batch[name].buffer as ArrayBuffer);
}
