/** Questions about payloads. Rows that are not summed up yet are united here. */
import type { DuckDBValue } from '@duckdb/node-api';
import { countSources } from '../../../shared/wire/payloads.ts';
import type { PayloadKey, PayloadQuery, StoredPayload } from '../stores.ts';
import type { Connections, Row } from './connections.ts';
import { addressWords, heldSites, KEY, UNITED, united } from './payload-sql.ts';

/** Where rows are not summed up, how many sources all have is known only of those that are read: so many at most. */
export const MOST_READ_FOR_ORDER = 5_000;
const MOST_MICROS = 2 ** 53;

type Order = PayloadQuery['order'];
export const ORDER_COLUMN = {
  packets: 'packets',
  first: 'first_micros',
  last: 'last_micros',
  sources: 'most',
} as const;

/** Values of a statement, by the name that stands for them. */
export class Values {
  readonly all: DuckDBValue[] = [];

  add(value: DuckDBValue): string {
    return `$${this.all.push(value)}`;
  }
}

/** Rows of which the first `limit` by `order` are wanted: those that can be among them. By sources, the count of the union lies between that of the largest row and the sum. */
export function mayBeFirst(order: Order, limit: string, ties: string): string {
  if (order !== 'sources') return `ORDER BY ${ORDER_COLUMN[order]} DESC, ${ties} LIMIT ${limit}`;
  const least = `SELECT min(least) FROM (SELECT least FROM sums ORDER BY least DESC LIMIT ${limit})`;
  return `WHERE most >= (${least}) ORDER BY most DESC, ${ties} LIMIT ${MOST_READ_FOR_ORDER}`;
}

export const SUMS = `sum(packets)::DOUBLE AS packets, min(first_micros)::DOUBLE AS first_micros,
  max(last_micros)::DOUBLE AS last_micros, max(source_count)::DOUBLE AS least, sum(source_count)::DOUBLE AS most`;

export function isWithin(values: Values, { fromSeconds = 0, toSeconds = MOST_MICROS / 1e6 }: Partial<PayloadQuery>) {
  const from = values.add(Math.round(fromSeconds * 1e6));
  return `min(first_micros) < ${values.add(Math.round(toSeconds * 1e6))} AND max(last_micros) >= ${from}`;
}

export async function listPayloads(connections: Connections, query: PayloadQuery) {
  const { session, order, limit, port, protocol, withSites = false } = query;
  const values = new Values();
  values.add(session);
  const ofProtocol = protocol === undefined ? '' : `AND protocol = ${values.add(protocol)}`;
  const having = [
    isWithin(values, query),
    ...(port === undefined ? [] : [`bool_or(list_contains(ports, ${values.add(port)}))`]),
  ];
  const sums = `SELECT ${KEY}, ${SUMS} FROM payloads ${withSites ? `SEMI JOIN held USING (${KEY})` : ''}
    WHERE session = $1 ${ofProtocol} GROUP BY ALL HAVING ${having.join(' AND ')}`;
  const chosen = `SELECT *, (SELECT count(*) FROM sums)::DOUBLE AS total FROM sums
    ${mayBeFirst(order, values.add(limit), KEY)}`;
  const rows = await read(connections, sums, chosen, values, withSites);
  return {
    total: Number(rows[0]?.total ?? 0),
    payloads: inOrder(rows.map(payloadOf), order).slice(0, limit),
  };
}

export async function payloadOfKey(connections: Connections, session: number, key: PayloadKey) {
  const values = new Values();
  values.add(session);
  const sums = `SELECT ${KEY}, ${SUMS} FROM payloads WHERE session = $1 AND ${isKey(values, key)} GROUP BY ALL`;
  const [row] = await read(connections, sums, 'SELECT *, 1 AS total FROM sums', values);
  return row === undefined ? null : payloadOf(row);
}

/** The digest as text: whole numbers beyond 63 bits are bound as signed ones. */
export function isKey(values: Values, { digest, protocol, wireBytes }: PayloadKey): string {
  const number = values.add(digest.toString());
  return `digest = ${number}::UBIGINT AND protocol = ${values.add(protocol)} AND wire_bytes = ${values.add(wireBytes)}`;
}

/** `sums` and `chosen` are queries; the second asks the first. */
function read(connections: Connections, sums: string, chosen: string, values: Values, withSites = false) {
  const choosing = `sums AS (${sums}), chosen AS MATERIALIZED (${chosen})`;
  const head = withSites
    ? `${heldSites('WHERE session = $1')}, ${choosing}`
    : `${choosing}, ${heldSites(`SEMI JOIN chosen USING (${KEY}) WHERE session = $1`)}`;
  return connections.read(
    `WITH ${head},
      rows AS (SELECT ${KEY}, ${UNITED} FROM payloads SEMI JOIN chosen USING (${KEY}) WHERE session = $1 GROUP BY ${KEY}),
      texts AS (SELECT ${KEY}, arg_max(bytes, kept_bytes) AS bytes FROM payload_bytes SEMI JOIN chosen USING (${KEY})
        WHERE session = $1 GROUP BY ${KEY}),
      counts AS (SELECT ${KEY}, count(*)::DOUBLE AS sites FROM held GROUP BY ${KEY})
      SELECT rows.*, total, bytes, coalesce(sites, 0) AS sites FROM rows JOIN (SELECT ${KEY}, total FROM chosen) USING (${KEY})
        LEFT JOIN texts USING (${KEY}) LEFT JOIN counts USING (${KEY}) ORDER BY ${KEY}`,
    values.all,
  );
}

function payloadOf(row: Row): StoredPayload {
  const { sketch, sources, ports, hasMorePorts, sensors } = united(row);
  return {
    digest: row.digest as bigint,
    protocol: Number(row.protocol),
    wireBytes: Number(row.wire_bytes),
    capturedBytes: Number(row.captured_bytes),
    // A copy: what DuckDB hands out may be a view of more.
    bytes: Uint8Array.from((row.bytes as unknown as Uint8Array | null) ?? []),
    packets: Number(row.packets),
    firstSeconds: Number(row.first_micros) / 1e6,
    lastSeconds: Number(row.last_micros) / 1e6,
    ports,
    hasMorePorts,
    sources: countSources(sketch),
    sourceSample: addressWords(sources),
    sensors,
    sites: Number(row.sites),
  };
}

interface Ordered {
  readonly packets: number;
  readonly sources: number;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
}

/** Most, or newest, first. */
export function inOrder<Item extends Ordered>(items: readonly Item[], order: Order): Item[] {
  const name = ({ first: 'firstSeconds', last: 'lastSeconds', packets: 'packets', sources: 'sources' } as const)[order];
  return items.toSorted((a, b) => b[name] - a[name]);
}
