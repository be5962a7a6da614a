/** The way of evidence into its two tables: rows in columns, and beside them the packets that prove them. */
import {
  BIGINT,
  BLOB,
  type DuckDBAppender,
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBDataChunk,
  UHUGEINT,
  UINTEGER,
  USMALLINT,
  UTINYINT,
} from '@duckdb/node-api';
import type { EvidenceRows } from '../ingest-commit.ts';
import { int64Words, uhugeintWords } from './columns.ts';
import { evidenceColumns } from './schema.ts';
import { TableAppender } from './table-appender.ts';

const CHUNK_ROWS = 2_048;
/** The order of the table `evidence_packets`. */
const PACKET_TYPES = [UINTEGER, USMALLINT, UHUGEINT, UTINYINT, UINTEGER, BIGINT, BLOB] as const;

/** In DuckDB's form: made before the transaction begins, so that what cannot be stored is found before anything is written. */
export interface EvidenceData {
  readonly length: number;
  readonly columns: readonly ArrayBufferView[];
  readonly packets: readonly DuckDBDataChunk[];
}

/** Throws RangeError for numbers that cannot be stored. */
export function evidenceData(rows: EvidenceRows, nowSeconds: number): EvidenceData {
  const { length, session, sensor, source, tag, key } = rows;
  const whole = (values: Float64Array, scale = 1) => {
    for (let row = 0; row < length; row++)
      if (!Number.isFinite(values[row]!)) throw new RangeError('evidence has a value that is no number');
    return int64Words(values, length, scale);
  };
  const columns = [
    session,
    sensor,
    uhugeintWords(source, length),
    tag,
    key,
    whole(rows.matched),
    whole(rows.candidates),
    whole(rows.firstSeconds, 1e6),
    whole(rows.lastSeconds, 1e6),
    whole(new Float64Array(length).fill(Math.floor(nowSeconds))),
  ];
  return { length, columns, packets: packetChunks(rows) };
}

function packetChunks({ session, sensor, source, tag, key, packets }: EvidenceRows): DuckDBDataChunk[] {
  const chunks: DuckDBDataChunk[] = [];
  for (let first = 0; first < packets.length; first += CHUNK_ROWS) {
    const some = packets.slice(first, first + CHUNK_ROWS);
    const chunk = DuckDBDataChunk.create(PACKET_TYPES, some.length);
    chunk.setColumns([
      some.map(({ row }) => session[row]!),
      some.map(({ row }) => sensor[row]!),
      some.map(({ row }) => addressNumber(source, row)),
      some.map(({ row }) => tag[row]!),
      some.map(({ row }) => key[row]!),
      some.map(({ seconds }) => BigInt(Math.round(seconds * 1e6))),
      some.map(({ bytes }) => new DuckDBBlobValue(bytes)),
    ]);
    chunks.push(chunk);
  }
  return chunks;
}

/** An address of four words as DuckDB has it. */
export function addressNumber(words: Uint32Array, row = 0): bigint {
  let number = 0n;
  for (let word = 0; word < 4; word++) number = (number << 32n) | BigInt(words[row * 4 + word]!);
  return number;
}

/** Kept from commit to commit; after an error they are dropped, since what they hold would go with the next. */
export class EvidenceAppenders {
  #rows: TableAppender | undefined;
  #packets: DuckDBAppender | undefined;

  /** Inside the connection's transaction. */
  async append(writer: DuckDBConnection, { columns, length, packets }: EvidenceData): Promise<void> {
    if (length === 0) return;
    this.#rows ??= await TableAppender.open(writer, 'evidence', evidenceColumns);
    this.#rows.append(columns, length);
    if (packets.length === 0) return;
    this.#packets ??= await writer.createAppender('evidence_packets');
    for (const chunk of packets) this.#packets.appendDataChunk(chunk);
    this.#packets.flushSync();
  }

  drop(): void {
    this.#rows?.abandon();
    try {
      this.#packets?.clear();
      this.#packets?.closeSync();
    } catch {
      // One that failed before refuses this too; its memory is freed with it.
    }
    this.#rows = undefined;
    this.#packets = undefined;
  }
}
