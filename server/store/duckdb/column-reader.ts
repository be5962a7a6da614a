/**
 * The fast way out of a query: whole columns are copied out of DuckDB's vectors, instead of value by value. Like
 * table-appender.ts it uses the low-level bindings, whose version is pinned.
 */
import { type DuckDBConnection, DuckDBTypeId, type DuckDBValue } from '@duckdb/node-api';
import bindings from '@duckdb/node-bindings';
import { throwIfUnwanted } from './wanted.ts';

/** Types of results, and the arrays that they come in. */
const KINDS = {
  u8: { typeId: DuckDBTypeId.UTINYINT, bytes: 1, make: (length: number) => new Uint8Array(length) },
  u16: { typeId: DuckDBTypeId.USMALLINT, bytes: 2, make: (length: number) => new Uint16Array(length) },
  u32: { typeId: DuckDBTypeId.UINTEGER, bytes: 4, make: (length: number) => new Uint32Array(length) },
  f64: { typeId: DuckDBTypeId.DOUBLE, bytes: 8, make: (length: number) => new Float64Array(length) },
  /** Four words a row, most significant first. */
  u128: { typeId: DuckDBTypeId.UHUGEINT, bytes: 16, make: (length: number) => new Uint32Array(length * 4) },
} as const;
export type ResultKind = keyof typeof KINDS;
export type ResultColumn = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/**
 * The columns of a query whose types are known, none of which may be null. Throws where a type is another one: the copy
 * reads raw memory.
 */
export async function columnsOf(
  connection: DuckDBConnection,
  kinds: readonly ResultKind[],
  sql: string,
  values: DuckDBValue[],
): Promise<{ readonly length: number; readonly columns: readonly ResultColumn[] }> {
  throwIfUnwanted();
  const result = await connection.run(sql, values);
  kinds.forEach((kind, at) => {
    if (result.columnTypeId(at) !== KINDS[kind].typeId)
      throw new Error(`column ${at} of a query is ${result.columnType(at)}, not ${kind}`);
  });
  const chunks = await result.fetchAllChunks();
  const length = chunks.reduce((rows, chunk) => rows + chunk.rowCount, 0);
  const columns = kinds.map((kind) => KINDS[kind].make(length) as ResultColumn);
  const bytes = columns.map(({ buffer }) => new Uint8Array(buffer));
  let row = 0;
  for (const chunk of chunks) {
    for (const [at, kind] of kinds.entries()) {
      const width = KINDS[kind].bytes;
      const vector = bindings.data_chunk_get_vector(chunk.chunk, at);
      bytes[at]!.set(bindings.vector_get_data(vector, chunk.rowCount * width), row * width);
    }
    row += chunk.rowCount;
  }
  kinds.forEach((kind, at) => {
    if (kind === 'u128') reverseWords(columns[at] as Uint32Array);
  });
  return { length, columns };
}

/** DuckDB's words run from the least significant. */
function reverseWords(words: Uint32Array): void {
  for (let at = 0; at < words.length; at += 4) words.subarray(at, at + 4).reverse();
}
