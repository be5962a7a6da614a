/** Rows of payloads in the form of their tables. What cannot be stored is found here, before anything is written. */
import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DuckDBBlobValue,
  DuckDBDataChunk,
  type DuckDBType,
  type DuckDBValue,
  LIST,
  listValue,
  UBIGINT,
  UHUGEINT,
  UINTEGER,
  USMALLINT,
  UTINYINT,
  VARCHAR,
} from '@duckdb/node-api';
import { MAX_CAPTURE_SECONDS } from '../../../shared/time.ts';
import {
  countSources,
  MAX_PAYLOAD_BYTES,
  MAX_PORTS,
  MAX_SOURCES,
  SOURCE_REGISTERS,
} from '../../../shared/wire/payloads.ts';
import type { PayloadSite } from '../../detect/sites/index.ts';
import type { PayloadRow } from '../ingest-commit.ts';
import type { PayloadKey } from '../stores.ts';
import { addressNumber } from './evidence-appenders.ts';
import { packSketch } from './payload-sketch.ts';

const CHUNK_ROWS = 2_048;
const MOST_U16 = 0xffff;
const MOST_U32 = 0xffff_ffff;
const MOST_U64 = 0xffff_ffff_ffff_ffffn;
const MOST_RANK = 33;

export interface SessionKey extends PayloadKey {
  readonly session: number;
}

/** A row of the table `payloads`. */
export interface StoredRow extends SessionKey {
  readonly capturedBytes: number;
  readonly packets: number;
  readonly firstMicros: number;
  readonly lastMicros: number;
  readonly storedSeconds: number;
  readonly ports: readonly number[];
  readonly hasMorePorts: boolean;
  readonly sources: readonly bigint[];
  /** All registers. */
  readonly sketch: Uint8Array;
  readonly sensors: readonly number[];
}

/** Throws RangeError for rows that no sensor sends, and no table holds. */
export function storedRows(rows: readonly PayloadRow[], nowSeconds: number): StoredRow[] {
  return rows.map((row) => {
    check(row);
    const { session, digest, protocol, wireBytes, capturedBytes, packets, ports, hasMorePorts, sketch } = row;
    return {
      ...{ session, digest, protocol, wireBytes, capturedBytes, packets, ports, hasMorePorts, sketch },
      firstMicros: Math.round(row.firstSeconds * 1e6),
      lastMicros: Math.round(row.lastSeconds * 1e6),
      storedSeconds: Math.floor(nowSeconds),
      sources: Array.from({ length: row.sources.length / 4 }, (_, at) => addressNumber(row.sources, at)),
      sensors: [row.sensor],
    };
  });
}

function check(row: PayloadRow): void {
  const { bytes, capturedBytes, wireBytes, firstSeconds, lastSeconds, sketch, sources } = row;
  const isOf = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most;
  const holds =
    isOf(row.session, 0, MOST_U32) &&
    isOf(row.sensor, 0, MOST_U16) &&
    isOf(row.protocol, 0, 0xff) &&
    row.digest >= 0n &&
    row.digest <= MOST_U64 &&
    isOf(row.packets, 1, MOST_U32) &&
    isOf(bytes.length, 1, MAX_PAYLOAD_BYTES) &&
    isOf(capturedBytes, bytes.length, MOST_U16) &&
    isOf(wireBytes, capturedBytes, MOST_U16) &&
    firstSeconds >= 0 &&
    firstSeconds <= lastSeconds &&
    lastSeconds < MAX_CAPTURE_SECONDS &&
    row.ports.length <= MAX_PORTS &&
    row.ports.every((port) => isOf(port, 0, MOST_U16)) &&
    sources.length <= MAX_SOURCES * 4 &&
    sources.length % 4 === 0 &&
    sketch.length === SOURCE_REGISTERS &&
    sketch.every((rank) => rank <= MOST_RANK);
  if (!holds) throw new RangeError('a payload has a value that cannot be stored');
}

const KEY_TYPES = [UINTEGER, UBIGINT, UTINYINT, USMALLINT] as const;
const ROW_TYPES: readonly DuckDBType[] = [
  ...[...KEY_TYPES, USMALLINT, BIGINT, BIGINT, BIGINT, BIGINT],
  ...[LIST(USMALLINT), BOOLEAN, LIST(UHUGEINT), BLOB, UINTEGER, LIST(USMALLINT)],
];
const BYTES_TYPES: readonly DuckDBType[] = [...KEY_TYPES, USMALLINT, BLOB];
const SITE_TYPES: readonly DuckDBType[] = [...KEY_TYPES, USMALLINT, VARCHAR, VARCHAR, VARCHAR, BOOLEAN];

const keyOf = ({ session, digest, protocol, wireBytes }: SessionKey) => [session, digest, protocol, wireBytes];

export function rowChunks(rows: readonly StoredRow[]): DuckDBDataChunk[] {
  return chunksOf(rows, ROW_TYPES, (row) => [
    ...keyOf(row),
    row.capturedBytes,
    BigInt(row.packets),
    BigInt(row.firstMicros),
    BigInt(row.lastMicros),
    BigInt(row.storedSeconds),
    listValue(row.ports),
    row.hasMorePorts,
    listValue(row.sources),
    new DuckDBBlobValue(packSketch(row.sketch)),
    countSources(row.sketch),
    listValue(row.sensors),
  ]);
}

export interface KeptBytes extends SessionKey {
  readonly bytes: Uint8Array;
}

export function bytesChunks(rows: readonly KeptBytes[]): DuckDBDataChunk[] {
  return chunksOf(rows, BYTES_TYPES, (row) => [...keyOf(row), row.bytes.length, new DuckDBBlobValue(row.bytes)]);
}

export interface FoundSite extends PayloadSite, SessionKey {
  /** Of the payload that it was found in. */
  readonly keptBytes: number;
}

export function siteChunks(rows: readonly FoundSite[]): DuckDBDataChunk[] {
  return chunksOf(rows, SITE_TYPES, (row) => [
    ...keyOf(row),
    row.keptBytes,
    row.tool,
    row.url,
    row.steps.join(),
    row.isCut,
  ]);
}

function chunksOf<Row>(
  rows: readonly Row[],
  types: readonly DuckDBType[],
  valuesOf: (row: Row) => DuckDBValue[],
): DuckDBDataChunk[] {
  const chunks: DuckDBDataChunk[] = [];
  for (let first = 0; first < rows.length; first += CHUNK_ROWS) {
    const values = rows.slice(first, first + CHUNK_ROWS).map(valuesOf);
    const chunk = DuckDBDataChunk.create(types, values.length);
    chunk.setColumns(types.map((_, column) => values.map((row) => row[column]!)));
    chunks.push(chunk);
  }
  return chunks;
}
