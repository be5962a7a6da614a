/** What is asked about stored flows. */
import type { Family } from '../../../shared/flow-batch.ts';
import { checkInteger, checkSession, checkSpan, MAX_FLOWS_PER_PAGE, MAX_TOP_ROWS } from '../query-limits.ts';
import type { FlowPage, FlowQuery, SourceTop, Span, TopSourcesQuery } from '../stores.ts';
import type { Row } from './connections.ts';
import { filterOf } from './filter-sql.ts';
import {
  BEGINNING,
  continueIn,
  decodeCursor,
  encodeCursor,
  type FlowPosition,
  filterFingerprint,
} from './flow-cursor.ts';
import { addressColumns, FLOW_COLUMNS, toFlowRow, toSourceTop, wordColumns } from './flow-rows.ts';
import type { Asked, FlowSource } from './flow-source.ts';
import { FIRST_MICROS, IN_SPAN, spanValues, TIE } from './flow-sql.ts';

const FAMILIES: readonly Family[] = [4, 6];
/** A page is looked for in so much time first, then in ever more: most are found without reading all files of a long span. */
const FIRST_WINDOW_MICROS = 3_600e6;
const WINDOW_GROWTH = 4;

/** A page of flows, oldest first. Throws RangeError for wrong arguments. */
export async function queryFlows(source: FlowSource, query: FlowQuery): Promise<FlowPage> {
  checkSpan(query);
  checkSession(query.session);
  checkInteger('limit', query.limit, 1, MAX_FLOWS_PER_PAGE);
  const fingerprint = filterFingerprint(query.filter);
  const after = query.cursor === undefined ? BEGINNING : decodeCursor(query.cursor, fingerprint);
  const found: { position: FlowPosition; row: Row }[] = [];
  for (const family of FAMILIES) {
    for (const row of await pageOf(source, family, query, after)) {
      found.push({ position: { firstMicros: Number(row.first), family, tie: String(row.tieText), given: 1 }, row });
    }
  }
  // Equal times keep their order: IPv4 was pushed first, and rows come in the order of their ties.
  found.sort((a, b) => a.position.firstMicros - b.position.firstMicros);
  const page = found.slice(0, query.limit);
  return {
    flows: page.map(({ position, row }) => toFlowRow(position.family, row)),
    cursor: found.length > query.limit ? encodeCursor(endOf(page, after), fingerprint) : null,
  };
}

/** Where a page ends, with the flows counted that are like its last. */
function endOf(page: readonly { position: FlowPosition }[], after: FlowPosition): FlowPosition {
  const last = page.at(-1)!.position;
  const isLike = (other: FlowPosition) =>
    other.firstMicros === last.firstMicros && other.family === last.family && other.tie === last.tie;
  const given = page.reduce((count, { position }) => count + (isLike(position) ? 1 : 0), 0);
  return { ...last, given: given + (isLike(after) ? after.given : 0) };
}

/** One row more than asked for, so that the page knows whether another follows. */
async function pageOf(source: FlowSource, family: Family, query: FlowQuery, after: FlowPosition): Promise<Row[]> {
  const { firstMicros, tie, given } = continueIn(family, after);
  const asked = askedFor(query, family);
  const from = Math.max(asked.fromMicros, firstMicros);
  const to = await endOfPage(source, { ...asked, fromMicros: from }, query);
  const filter = filterOf(query.filter, family, 8);
  return await source.read(
    { ...asked, fromMicros: from, toMicros: to },
    (
      flows,
    ) => `SELECT ${FIRST_MICROS}::DOUBLE AS first, ("interval" + "lastMicros")::DOUBLE AS last, tie::VARCHAR AS "tieText",
        ${addressColumns(family)}, ${FLOW_COLUMNS}
      FROM (SELECT *, ${TIE} AS tie FROM ${flows} WHERE ${IN_SPAN} AND ${filter.sql})
      WHERE ${FIRST_MICROS} > $4 OR tie >= $5::UBIGINT
      ORDER BY ${FIRST_MICROS}, tie LIMIT $6 OFFSET $7`,
    [...spanValues(from, to), firstMicros, tie, query.limit + 1, given, ...filter.values],
  );
}

/**
 * A time by which the page is full: found from times alone, so that whole rows are read, and ordered, only of what the page
 * shows. Flows of the first microsecond may be given already and do not count.
 */
async function endOfPage(source: FlowSource, asked: Asked, query: FlowQuery): Promise<number> {
  const extent = source.extent(asked);
  if (extent === null) return asked.toMicros;
  const begin = asked.fromMicros + 1;
  const last = Math.min(asked.toMicros, extent.lastMicros);
  const filter = filterOf(query.filter, asked.family, 5);
  let windowMicros = FIRST_WINDOW_MICROS;
  for (let end = Math.max(begin, extent.firstMicros) + windowMicros; ; end += windowMicros) {
    const [row] = await source.read(
      { ...asked, toMicros: end },
      (flows) => `SELECT ${FIRST_MICROS}::DOUBLE AS first FROM ${flows} WHERE ${IN_SPAN} AND ${filter.sql}
        ORDER BY ${FIRST_MICROS} LIMIT 1 OFFSET $4`,
      [...spanValues(begin, end), query.limit, ...filter.values],
    );
    if (row !== undefined) return Math.min(Number(row.first) + 1, asked.toMicros);
    if (end > last) return asked.toMicros;
    windowMicros *= WINDOW_GROWTH;
  }
}

function askedFor({ session, fromSeconds, toSeconds }: Span & { session: number }, family: Family): Asked {
  const micros = (seconds: number) => Math.round(seconds * 1_000_000);
  return { session, family, fromMicros: micros(fromSeconds), toMicros: micros(toSeconds) };
}

/** The sources with most packets, most first; ties: IPv4 before IPv6, then by address. Throws RangeError. */
export async function queryTopSources(source: FlowSource, query: TopSourcesQuery): Promise<SourceTop[]> {
  checkSpan(query);
  checkSession(query.session);
  checkInteger('limit', query.limit, 1, MAX_TOP_ROWS);
  const tops: SourceTop[] = [];
  for (const family of FAMILIES) {
    const asked = askedFor(query, family);
    const order = family === 4 ? 'source' : 'source0, source1, source2, source3';
    const filter = filterOf(query.filter, family, 5);
    const rows = await source.read(
      asked,
      (flows) => `SELECT ${family === 4 ? 'source' : wordColumns('source')}, country, packets, bytes, flows FROM (
          SELECT source, max(country) AS country, sum(packets)::DOUBLE AS packets, sum("wireBytes")::DOUBLE AS bytes,
            count(*)::DOUBLE AS flows
          FROM ${flows} WHERE ${IN_SPAN} AND ${filter.sql} GROUP BY source ORDER BY packets DESC, source LIMIT $4)
        ORDER BY packets DESC, ${order}`,
      [...spanValues(asked.fromMicros, asked.toMicros), query.limit, ...filter.values],
    );
    tops.push(...rows.map((row) => toSourceTop(family, row)));
  }
  return tops.sort((a, b) => b.packets - a.packets).slice(0, query.limit);
}
