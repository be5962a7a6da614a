/**
 * What is summed up of a sealed file, so that a replay need not read it as a whole (files are sorted by source, a replay
 * asks by time): a sample of its flows, and its sums by second and minute. Both follow from the file alone.
 */
import type { Family } from '../../../shared/flow-batch.ts';
import { Fragment } from '../../../shared/packet-batch.ts';
import { IpProtocol } from '../../../shared/protocols.ts';
import { fromFileColumns, readParquet, toFileColumns } from './flow-files.ts';
import { FLOW_NUMBER, LEVEL_SHARE, LEVELS, numberAt } from './flow-number.ts';
import { FIRST_MICROS } from './flow-sql.ts';
import { HASH_BEGINNING, sourceHashes } from './source-hash-sql.ts';

export const MINUTE_SECONDS = 60;
/** Rows of a kind: what their `key` is. Kinds after `second` are by minute. */
export const SummaryKind = {
  /** µs after the second at which its first flow begins; with packets, bytes and flows. */
  second: 0,
  class: 1,
  radiation: 2,
  country: 3,
  /** Target ports. */
  tcp: 4,
  udp: 5,
  /** A hash that a sketch takes as it takes the lowest of all sources' hashes that begin alike. */
  source: 6,
} as const;

/** Sorted so that few row groups are read of a level and a span. */
export function sampleQuery(family: Family, path: string, version: number): string {
  const levels = Array.from({ length: LEVELS }, (_, at) => LEVELS - at);
  const level = levels.map((each) => `WHEN number < ${numberAt(LEVEL_SHARE ** each)} THEN ${each}`).join(' ');
  return `SELECT ${toFileColumns(family)}, (CASE ${level} ELSE 0 END)::UTINYINT AS level
    FROM (SELECT *, ${FLOW_NUMBER} AS number FROM (SELECT ${fromFileColumns(family, version)} FROM ${readParquet([path])}))
    WHERE number < ${numberAt(LEVEL_SHARE)} ORDER BY level DESC, ${FIRST_MICROS}`;
}

const secondsOf = (micros: number) =>
  `((${FIRST_MICROS} - ((${FIRST_MICROS} % ${micros}) + ${micros}) % ${micros}) // 1000000)`;
const SECOND = secondsOf(1_000_000);
const MINUTE = secondsOf(MINUTE_SECONDS * 1_000_000);

/**
 * `slot`: seconds since 1970 at which the second or minute begins. Seconds first, and what there is little of: both are asked for
 * without the rest.
 */
export function minutesQuery(family: Family, path: string, version: number): string {
  const flows = `(SELECT ${fromFileColumns(family, version)} FROM ${readParquet([path])})`;
  const queries = [
    rows(SECOND, 'second', `min(${FIRST_MICROS} - ${SECOND} * 1000000)`, SUMS, flows),
    rows(MINUTE, 'class', 'class', PACKETS, flows),
    rows(MINUTE, 'radiation', 'radiation', PACKETS, flows),
    rows(MINUTE, 'country', 'country', PACKETS, flows),
    rows(MINUTE, 'tcp', '"targetPort"', PACKETS, `${flows} WHERE ${hasPort(IpProtocol.tcp)}`),
    rows(MINUTE, 'udp', '"targetPort"', PACKETS, `${flows} WHERE ${hasPort(IpProtocol.udp)}`),
    sourceRows(family, flows),
  ];
  return `SELECT * FROM (${queries.join(' UNION ALL ')}) ORDER BY kind > ${SummaryKind.second}, kind > ${SummaryKind.country}, slot, kind, key`;
}

const SUMS = ['sum(packets)', 'sum("wireBytes")', 'count(*)'] as const;
const PACKETS = ['sum(packets)', '0', '0'] as const;
const hasPort = (protocol: number) => `protocol = ${protocol} AND fragment <> ${Fragment.later}`;

function rows(
  slot: string,
  kind: keyof typeof SummaryKind,
  key: string,
  [packets, bytes, flows]: readonly [string, string, string],
  from: string,
): string {
  return `SELECT (${slot})::BIGINT AS slot, ${SummaryKind[kind]}::UTINYINT AS kind, (${key})::UINTEGER AS key,
    (${packets})::UBIGINT AS packets, (${bytes})::UBIGINT AS bytes, (${flows})::UINTEGER AS flows FROM ${from}
    GROUP BY ${kind === 'second' ? SECOND : `${slot}, ${key}`}`;
}

/** Of a hash only what a sketch makes of it: its beginning, and how many zeros follow. It packs in a quarter of the bytes. */
function sourceRows(family: Family, flows: string): string {
  const rest = 'hash & 1048575';
  const leading = `CASE WHEN ${rest} = 0 THEN 0 ELSE 1::UBIGINT << floor(log2((${rest})::DOUBLE))::INTEGER END`;
  const hashes = sourceHashes(family, `FROM (SELECT source, (${MINUTE})::BIGINT AS slot FROM ${flows})`, ['slot']);
  return `SELECT slot, ${SummaryKind.source}::UTINYINT AS kind, (((hash >> 20) << 20) | (${leading}))::UINTEGER AS key,
    0::UBIGINT AS packets, 0::UBIGINT AS bytes, 0::UINTEGER AS flows
    FROM (SELECT slot, min(hash) AS hash FROM (${hashes}) GROUP BY slot, ${HASH_BEGINNING})`;
}
