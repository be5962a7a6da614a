/** What is asked about stored flows. */
import { formatAddress, formatInnerAddress } from '../../../shared/address.ts';
import type { FlowCondition } from '../../../shared/filter/flow-condition.ts';
import type { Family } from '../../../shared/flow-batch.ts';
import { checkInteger, checkSession, checkSpan, MAX_FLOWS_PER_PAGE, MAX_TOP_ROWS } from '../query-limits.ts';
import type { FlowPage, FlowQuery, FlowRow, SourceTop, Span, TopSourcesQuery } from '../stores.ts';
import type { Connections, Row } from './connections.ts';
import { flowFilterSql, type SqlCondition } from './filter-sql.ts';
import { BEGINNING, decodeCursor, encodeCursor, type FlowPosition, filterFingerprint } from './flow-cursor.ts';
import type { Sums } from './operations.ts';

const FAMILIES: readonly Family[] = [4, 6];
/** A u32 of µs: no flow begins later than this after its interval. Lets DuckDB skip row groups by `interval` alone. */
const LONGEST_OFFSET_MICROS = 2 ** 32;
const FIRST = '("interval" + "firstMicros")';
/** Flows of a session whose first packet lies in the span. Parameters: session, from, to in µs, from less the offset. */
const IN_SPAN = `session = $1 AND ${FIRST} >= $2 AND ${FIRST} < $3 AND "interval" >= $4 AND "interval" < $3`;
const COLUMNS = `sensor, "sourcePort", "targetPort", protocol, "tcpFlags", ttl, "ipLength", packets, "wireBytes",
  class, country, asn, vlan, fragment, "synWindow", "synOptions", tunnel, "innerProtocol", "innerSourcePort", "innerTargetPort",
  ${wordColumns('innerSource')}, ${wordColumns('innerTarget')}`;

/** A page of flows, oldest first. Throws RangeError for wrong arguments. */
export async function queryFlows(connections: Connections, query: FlowQuery): Promise<FlowPage> {
  checkSpan(query);
  checkSession(query.session);
  checkInteger('limit', query.limit, 1, MAX_FLOWS_PER_PAGE);
  const fingerprint = filterFingerprint(query.filter);
  const after = query.cursor === undefined ? BEGINNING : decodeCursor(query.cursor, fingerprint);
  const found: { position: FlowPosition; row: Row }[] = [];
  for (const family of FAMILIES) {
    for (const row of await pageOf(connections, family, query, after)) {
      found.push({ position: { firstMicros: Number(row.first), family, row: Number(row.row) }, row });
    }
  }
  // Equal times keep their order: IPv4 was pushed first, and rows come in the table's order.
  found.sort((a, b) => a.position.firstMicros - b.position.firstMicros);
  const page = found.slice(0, query.limit);
  const last = found.length > query.limit ? page.at(-1)!.position : null;
  return {
    flows: page.map(({ position, row }) => toFlowRow(position.family, row)),
    cursor: last && encodeCursor(last, fingerprint),
  };
}

/** One row more than asked for, so that the page knows whether another follows. */
async function pageOf(connections: Connections, family: Family, query: FlowQuery, after: FlowPosition): Promise<Row[]> {
  // At the time where the last page ended, a lower family is done, a higher one is still whole.
  const afterRow = family === after.family ? after.row : family < after.family ? Number.MAX_SAFE_INTEGER : -1;
  const filter = filterOf(query, family, 8);
  return await connections.read(
    `SELECT ${FIRST}::DOUBLE AS first, ("interval" + "lastMicros")::DOUBLE AS last, rowid::DOUBLE AS row,
        ${addressColumns(family)}, ${COLUMNS}
      FROM flows${family}
      WHERE ${IN_SPAN} AND (${FIRST} > $5 OR (${FIRST} = $5 AND rowid > $6)) AND ${filter.sql}
      ORDER BY ${FIRST}, rowid LIMIT $7`,
    [...spanValues(query), after.firstMicros, afterRow, query.limit + 1, ...filter.values],
  );
}

/** The filter's condition, its parameters numbered from `first` on; true where there is none. */
function filterOf({ filter }: { filter?: FlowCondition }, family: Family, first: number): SqlCondition {
  return filter === undefined ? { sql: 'TRUE', values: [] } : flowFilterSql(filter, family, first);
}

function addressColumns(family: Family): string {
  return family === 4 ? 'source, target' : `${wordColumns('source')}, ${wordColumns('target')}`;
}

/** An IPv6 address as four words, most significant first: numbers, where 128 bits would come as a BigInt. */
function wordColumns(name: string): string {
  return [0, 1, 2, 3]
    .map((word) => `(("${name}" >> ${96 - 32 * word}) & 4294967295)::UINTEGER AS "${name}${word}"`)
    .join(', ');
}

function addressText(family: Family, row: Row, name: 'source' | 'target'): string {
  const words = family === 4 ? [row[name]] : [0, 1, 2, 3].map((word) => row[`${name}${word}`]);
  return formatAddress(family, Uint32Array.from(words, Number), 0);
}

/** Empty without a tunnel. */
function innerAddressText(row: Row, name: 'innerSource' | 'innerTarget'): string {
  if (Number(row.tunnel) === 0) return '';
  const words = [0, 1, 2, 3].map((word) => Number(row[`${name}${word}`]));
  return formatInnerAddress(words, 0);
}

function countryText(country: unknown): string {
  const letters = Number(country);
  return letters === 0 ? '' : String.fromCharCode(letters >> 8, letters & 255);
}

function toFlowRow(family: Family, row: Row): FlowRow {
  return {
    sensor: Number(row.sensor),
    firstSeconds: Number(row.first) / 1_000_000,
    lastSeconds: Number(row.last) / 1_000_000,
    source: addressText(family, row, 'source'),
    target: addressText(family, row, 'target'),
    sourcePort: Number(row.sourcePort),
    targetPort: Number(row.targetPort),
    protocol: Number(row.protocol),
    tcpFlags: Number(row.tcpFlags),
    ttl: Number(row.ttl),
    ipLength: Number(row.ipLength),
    packets: Number(row.packets),
    wireBytes: Number(row.wireBytes),
    class: Number(row.class),
    country: countryText(row.country),
    asn: Number(row.asn),
    vlan: Number(row.vlan),
    fragment: Number(row.fragment),
    synWindow: Number(row.synWindow),
    synOptions: Number(row.synOptions),
    tunnel: Number(row.tunnel),
    innerProtocol: Number(row.innerProtocol),
    innerSource: innerAddressText(row, 'innerSource'),
    innerTarget: innerAddressText(row, 'innerTarget'),
    innerSourcePort: Number(row.innerSourcePort),
    innerTargetPort: Number(row.innerTargetPort),
  };
}

function spanValues({ session, fromSeconds, toSeconds }: Span & { session: number }): number[] {
  const fromMicros = Math.round(fromSeconds * 1_000_000);
  return [session, fromMicros, Math.round(toSeconds * 1_000_000), fromMicros - LONGEST_OFFSET_MICROS];
}

/** The sources with most packets, most first; ties: IPv4 before IPv6, then by address. Throws RangeError. */
export async function queryTopSources(connections: Connections, query: TopSourcesQuery): Promise<SourceTop[]> {
  checkSpan(query);
  checkSession(query.session);
  checkInteger('limit', query.limit, 1, MAX_TOP_ROWS);
  const tops: SourceTop[] = [];
  for (const family of FAMILIES) {
    const order = family === 4 ? 'source' : 'source0, source1, source2, source3';
    const filter = filterOf(query, family, 6);
    const rows = await connections.read(
      `SELECT ${family === 4 ? 'source' : wordColumns('source')}, country, packets, bytes, flows FROM (
          SELECT source, max(country) AS country, sum(packets)::DOUBLE AS packets, sum("wireBytes")::DOUBLE AS bytes,
            count(*)::DOUBLE AS flows
          FROM flows${family} WHERE ${IN_SPAN} AND ${filter.sql} GROUP BY source ORDER BY packets DESC, source LIMIT $5)
        ORDER BY packets DESC, ${order}`,
      [...spanValues(query), query.limit, ...filter.values],
    );
    for (const row of rows) tops.push(toSourceTop(family, row));
  }
  return tops.sort((a, b) => b.packets - a.packets).slice(0, query.limit);
}

function toSourceTop(family: Family, row: Row): SourceTop {
  return {
    source: addressText(family, row, 'source'),
    country: countryText(row.country),
    packets: Number(row.packets),
    bytes: Number(row.bytes),
    flows: Number(row.flows),
  };
}

/** Sums over the flow records of a session. */
export async function queryFlowSum(connections: Connections, session: number): Promise<Sums> {
  checkSession(session);
  const sums: Sums = { packets: 0, bytes: 0, flows: 0 };
  for (const family of FAMILIES) {
    const [row] = await connections.read(
      `SELECT coalesce(sum(packets), 0)::DOUBLE AS packets, coalesce(sum("wireBytes"), 0)::DOUBLE AS bytes,
        count(*)::DOUBLE AS flows FROM flows${family} WHERE session = $1`,
      [session],
    );
    sums.packets += Number(row!.packets);
    sums.bytes += Number(row!.bytes);
    sums.flows += Number(row!.flows);
  }
  return sums;
}
