/** Sums over stored flows as series have them, for what was not counted when the flows came: a filter's. */
import { Fragment } from '../../../shared/packet-batch.ts';
import { IpProtocol } from '../../../shared/protocols.ts';
import { OTHER_KEY, type SeriesDimensionName } from '../ingest-commit.ts';
import { checkInteger, checkKeys, checkSession, checkSpan, MAX_FLOW_SUMS, tooManySums } from '../query-limits.ts';
import type { FlowSumColumns, FlowSumsQuery } from '../stores.ts';
import { filterOf } from './filter-sql.ts';
import type { FlowSource } from './flow-source.ts';
import { LONGEST_OFFSET_MICROS } from './flow-sql.ts';

const MICROS = 1_000_000;
/** In place of a step: all of the span is one bin, which begins at 0. */
const ONE_BIN = 9_000_000_000;
/** Flows that have ports. */
export const PORTS = `protocol IN (${IpProtocol.tcp}, ${IpProtocol.udp}) AND fragment <> ${Fragment.later}`;
/** Flows that have the tag of a `bit`. */
export const HAS_TAG = `("tagsLow" | "tagsHigh") <> 0
  AND (CASE WHEN bit < 32 THEN "tagsLow" ELSE "tagsHigh" END >> (bit % 32)) & 1 = 1`;

/** The key of a flow, and which flows have one: as server/aggregate counts them. */
const KEYS: Record<SeriesDimensionName, { readonly key: string; readonly where: string; readonly from: string }> = {
  total: { key: '0', where: 'TRUE', from: '' },
  class: { key: 'class', where: 'TRUE', from: '' },
  radiation: { key: 'radiation', where: 'TRUE', from: '' },
  protocol: { key: 'protocol', where: 'TRUE', from: '' },
  port: { key: 'protocol::UINTEGER * 65536 + "targetPort"', where: PORTS, from: '' },
  country: { key: 'country', where: 'TRUE', from: '' },
  sensor: { key: 'sensor', where: 'TRUE', from: '' },
  network: { key: 'asn', where: 'TRUE', from: '' },
  tag: { key: 'bit', where: HAS_TAG, from: ', range(64) AS bits(bit)' },
};

/**
 * Sums by bin and key over the flows whose interval begins in the span, in order of bin, then key. Throws RangeError for
 * wrong arguments and for more than MAX_FLOW_SUMS rows.
 */
export async function queryFlowSums(source: FlowSource, query: FlowSumsQuery): Promise<FlowSumColumns> {
  check(query);
  const parts: FlowSumColumns[] = [];
  for (const family of [4, 6] as const) {
    const fromMicros = Math.round(query.fromSeconds * MICROS);
    const toMicros = Math.round(query.toSeconds * MICROS);
    const filter = filterOf(query.filter, family, 4);
    const columns = await source.readColumns(
      { session: query.session, family, fromMicros, toMicros: toMicros + LONGEST_OFFSET_MICROS },
      (flows) => sumsSql(query, flows, filter.sql),
      [fromMicros, toMicros, (query.stepSeconds ?? ONE_BIN) * MICROS, ...filter.values],
    );
    if (columns.length > 0) parts.push(columnsOf(columns));
  }
  return merge(parts);
}

function check(query: FlowSumsQuery): void {
  checkSpan(query);
  checkSession(query.session);
  if (query.stepSeconds !== null) checkInteger('step', query.stepSeconds, 1, ONE_BIN);
  if (!Object.hasOwn(KEYS, query.by)) throw new RangeError(`flows are not summed by ${query.by}`);
  if (query.distinct !== undefined && query.distinct !== 'sources' && query.distinct !== 'targets')
    throw new RangeError(`${query.distinct} are not counted`);
  checkKeys(query.keys);
}

function sumsSql({ by, keys, distinct }: FlowSumsQuery, flows: string, condition: string): string {
  const { key, where, from } = KEYS[by];
  // Whole numbers, checked above.
  const listed =
    keys === undefined ? key : `CASE WHEN ${key} IN (${[-1, ...keys].join()}) THEN ${key} ELSE ${OTHER_KEY} END`;
  const column = distinct === 'targets' ? 'target' : 'source';
  return `SELECT (("interval" - "interval" % $3) / ${MICROS})::DOUBLE AS bin, (${listed})::UINTEGER AS key,
      sum(packets)::DOUBLE, sum("wireBytes")::DOUBLE, count(*)::DOUBLE,
      ${distinct === undefined ? '0::DOUBLE' : `count(DISTINCT ${column})::DOUBLE`}
    FROM ${flows} AS flows ${from}
    WHERE "interval" >= $1 AND "interval" < $2 AND ${condition} AND ${where}
    GROUP BY 1, 2 ORDER BY 1, 2 LIMIT ${MAX_FLOW_SUMS + 1}`;
}

function columnsOf(columns: readonly unknown[][]): FlowSumColumns {
  const [bins, keys, packets, bytes, flows, distinct] = columns as number[][];
  if (bins!.length > MAX_FLOW_SUMS) throw tooManySums();
  return {
    length: bins!.length,
    binSeconds: Float64Array.from(bins!),
    key: Uint32Array.from(keys!),
    packets: Float64Array.from(packets!),
    bytes: Float64Array.from(bytes!),
    flows: Float64Array.from(flows!),
    distinct: Float64Array.from(distinct!),
  };
}

/** The families' rows, of which those of equal bin and key become one: no address is of both. */
function merge(parts: readonly FlowSumColumns[]): FlowSumColumns {
  const [a, b] = parts;
  if (a === undefined) return emptySums(0);
  if (b === undefined) return a;
  const merged = emptySums(a.length + b.length);
  let length = 0;
  for (let atA = 0, atB = 0; atA < a.length || atB < b.length; length++) {
    const order = compare(a, atA, b, atB);
    if (order <= 0) addRow(merged, length, a, atA++);
    if (order >= 0) addRow(merged, length, b, atB++);
  }
  return { ...merged, length };
}

function compare(a: FlowSumColumns, atA: number, b: FlowSumColumns, atB: number): number {
  if (atA >= a.length) return 1;
  if (atB >= b.length) return -1;
  return a.binSeconds[atA]! - b.binSeconds[atB]! || a.key[atA]! - b.key[atB]!;
}

function addRow(to: FlowSumColumns, row: number, from: FlowSumColumns, at: number): void {
  to.binSeconds[row] = from.binSeconds[at]!;
  to.key[row] = from.key[at]!;
  to.packets[row]! += from.packets[at]!;
  to.bytes[row]! += from.bytes[at]!;
  to.flows[row]! += from.flows[at]!;
  to.distinct[row]! += from.distinct[at]!;
}

function emptySums(length: number): FlowSumColumns {
  return {
    length,
    binSeconds: new Float64Array(length),
    key: new Uint32Array(length),
    packets: new Float64Array(length),
    bytes: new Float64Array(length),
    flows: new Float64Array(length),
    distinct: new Float64Array(length),
  };
}
