/** The flows of a filter, read once and told apart in several ways: all about a source, all about a port. */
import { formatAddress } from '../../../shared/address.ts';
import type { Family } from '../../../shared/flow-batch.ts';
import { checkInteger, checkSession, checkSpan, MAX_BREAKDOWN_KEYS } from '../query-limits.ts';
import type {
  Breakdown,
  BreakdownGroup,
  BreakdownQuery,
  BreakdownRow,
  BreakdownSums,
  DistinctColumn,
} from '../stores.ts';
import { filterOf } from './filter-sql.ts';
import type { FlowSource } from './flow-source.ts';
import { FIRST_MICROS, LONGEST_OFFSET_MICROS } from './flow-sql.ts';
import { HAS_TAG, PORTS } from './flow-sums.ts';

const MICROS = 1_000_000;

/** Keys that both families have are read beyond the limit: one family's last may be the other's first. */
const MAX_SHARED_KEYS = 262_144;
/** So many of a group are asked for by name. */
const MAX_NAMED_KEYS = 1_000;
const DISTINCT: Readonly<Record<DistinctColumn, string>> = { sources: 'source', targets: 'target' };
const isAddress = (group: BreakdownGroup) => group === 'source' || group === 'target';

/** The key of a flow as one value; null where it has none. */
const KEYS: Readonly<Record<BreakdownGroup, string>> = {
  source: 'source',
  target: 'target',
  port: `CASE WHEN ${PORTS} THEN protocol::UINTEGER * 65536 + "targetPort" END`,
  class: 'class',
  radiation: 'radiation',
  protocol: 'protocol',
  country: 'country',
  network: 'asn',
  sensor: 'sensor',
  tag: 'bit',
  tcpFlags: 'CASE WHEN protocol = 6 THEN "tcpFlags" END',
  ttl: 'ttl',
  ipLength: '"ipLength"',
  synWindow: 'CASE WHEN "tcpFlags" & 2 = 2 THEN "synWindow" END',
  synOptions: 'CASE WHEN "tcpFlags" & 2 = 2 THEN "synOptions" END',
  sourcePort: `CASE WHEN ${PORTS} THEN "sourcePort" END`,
};

/** Throws RangeError for wrong arguments. */
export async function queryBreakdown(source: FlowSource, query: BreakdownQuery): Promise<Breakdown> {
  check(query);
  const found = new Found(query.groups);
  // A flow has one key of a group, and any number of tags: those are read apart.
  const groups = query.groups.filter((group) => group !== 'tag');
  // IPv6 first, of which there is less: of IPv4 only the first keys are read then, and those that are IPv6's as well.
  for (const family of [6, 4] as const) {
    await read(source, family, query, { groups, from: '' }, found);
    if (groups.length < query.groups.length)
      await read(source, family, query, { groups: ['tag'], from: ', range(64) AS bits(bit)' }, found);
    if (query.distinct.length > 0) found.addDistinct(await readDistinct(source, family, query));
  }
  return found.breakdown(query);
}

/** What one statement reads. */
interface Reading {
  readonly groups: readonly BreakdownGroup[];
  readonly from: string;
}

async function read(source: FlowSource, family: Family, query: BreakdownQuery, reading: Reading, found: Found) {
  const { fromMicros, toMicros } = microsOf(query);
  const filter = filterOf(query.filter, family, 4);
  const columns = await source.readColumns(
    { session: query.session, family, fromMicros, toMicros: toMicros + LONGEST_OFFSET_MICROS },
    (flows) => breakdownSql(reading, flows, filter.sql, family === 4 ? found : null),
    [fromMicros, toMicros, query.limit, ...filter.values],
  );
  const [sets = [], keys, ...sums] = columns;
  sets.forEach((set, row) => {
    const sum = sumsOf(sums.map((column) => Number(column[row])));
    const group = reading.groups[Number(set)];
    if (group !== undefined) found.add(family, group, String(keys![row]), sum);
    else if (sum.flows > 0 && reading.from === '') found.addAll(sum);
  });
}

/** Counted apart: within every group they would cost many times as much. */
async function readDistinct(source: FlowSource, family: Family, query: BreakdownQuery): Promise<number[]> {
  const { fromMicros, toMicros } = microsOf(query);
  const filter = filterOf(query.filter, family, 3);
  const counts = query.distinct.map((name) => `count(DISTINCT ${DISTINCT[name]})::DOUBLE`);
  const columns = await source.readColumns(
    { session: query.session, family, fromMicros, toMicros: toMicros + LONGEST_OFFSET_MICROS },
    (flows) => `SELECT ${counts.join(', ')} FROM ${flows} AS flows
      WHERE "interval" >= $1 AND "interval" < $2 AND ${filter.sql}`,
    [fromMicros, toMicros, ...filter.values],
  );
  return query.distinct.map((_, at) => Number(columns[at]?.[0] ?? 0));
}

function microsOf({ fromSeconds, toSeconds }: BreakdownQuery) {
  return { fromMicros: Math.round(fromSeconds * MICROS), toMicros: Math.round(toSeconds * MICROS) };
}

function check(query: BreakdownQuery): void {
  checkSpan(query);
  checkSession(query.session);
  checkInteger('limit', query.limit, 1, MAX_BREAKDOWN_KEYS);
  for (const group of query.groups)
    if (!Object.hasOwn(KEYS, group)) throw new RangeError(`flows are not told apart by ${group}`);
  for (const name of query.distinct)
    if (!Object.hasOwn(DISTINCT, name)) throw new RangeError(`${name} are not counted`);
}

/** Rows of [place of the group in the list, or its length for all flows; key as text; sums]. `before`: of the other family, if that was read. */
function breakdownSql({ groups, from }: Reading, flows: string, condition: string, before: Found | null): string {
  const columns = groups.map((_, at) => `key${at}`);
  const choose = (then: (at: number) => string, otherwise: string) =>
    `CASE ${columns.map((column, at) => `WHEN GROUPING(${column}) = 0 THEN ${then(at)}`).join(' ')} ELSE ${otherwise} END`;
  const hasKeys = columns.length > 0;
  const [set, key] = hasKeys
    ? [choose(String, String(columns.length)), choose((at) => `key${at}::VARCHAR`, "''")]
    : ['0', "''"];
  const isShort = (group: BreakdownGroup) =>
    isAddress(group) || (before !== null && before.keysOf(group).length <= MAX_NAMED_KEYS);
  const short = groups.flatMap((group, at) => (isShort(group) ? [at] : []));
  const named = groups.flatMap((group, at) => {
    const keys = before === null || isAddress(group) || !isShort(group) ? [] : before.keysOf(group);
    return keys.length === 0 ? [] : [`OR (set = ${at} AND key IN (${keys.map((one) => `'${Number(one)}'`).join()}))`];
  });
  return `SELECT set, key, packets, bytes, flows, first, last FROM (
      SELECT ${set} AS set, ${key} AS key, sum(packets)::DOUBLE AS packets, sum("wireBytes")::DOUBLE AS bytes,
        count(*)::DOUBLE AS flows, min(first)::DOUBLE AS first, max(last)::DOUBLE AS last
      FROM (SELECT packets, "wireBytes", source, target, ${FIRST_MICROS} AS first, "interval" + "lastMicros" AS last
          ${groups.map((group, at) => `, ${KEYS[group]} AS key${at}`).join('')}
        FROM ${flows} AS flows ${from}
        WHERE "interval" >= $1 AND "interval" < $2 AND ${condition} ${from === '' ? '' : `AND ${HAS_TAG}`})
      GROUP BY GROUPING SETS (${['', ...columns].map((column) => `(${column})`).join(', ')}))
    WHERE key IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY set ORDER BY packets DESC, key)
      <= CASE WHEN set IN (${[-1, ...short]}) THEN $3 ELSE ${MAX_SHARED_KEYS} END ${named.join(' ')}
    ORDER BY set, packets DESC, key`;
}

function sumsOf([packets, bytes, flows, first, last]: readonly number[]): BreakdownSums {
  return {
    packets: packets!,
    bytes: bytes!,
    flows: flows!,
    firstSeconds: first! / MICROS,
    lastSeconds: last! / MICROS,
  };
}

/** Rows of both families: those of equal key become one. No address is of both. */
class Found {
  readonly #rows: ReadonlyMap<BreakdownGroup, Map<string | number, BreakdownSums>>;
  readonly #distinct: number[] = [];
  #all: BreakdownSums | null = null;

  constructor(groups: readonly BreakdownGroup[]) {
    this.#rows = new Map(groups.map((group) => [group, new Map()]));
  }

  /** Those of this group that were added. */
  keysOf(group: BreakdownGroup): (string | number)[] {
    return [...this.#rows.get(group)!.keys()];
  }

  /** No address is of both families. */
  addDistinct(counts: readonly number[]): void {
    for (const [at, count] of counts.entries()) this.#distinct[at] = (this.#distinct[at] ?? 0) + count;
  }

  addAll(sums: BreakdownSums): void {
    this.#all = both(this.#all, sums);
  }

  add(family: Family, group: BreakdownGroup, text: string, sums: BreakdownSums): void {
    const rows = this.#rows.get(group)!;
    const key = isAddress(group) ? addressText(family, text) : Number(text);
    rows.set(key, both(rows.get(key) ?? null, sums));
  }

  breakdown({ limit, distinct }: BreakdownQuery): Breakdown {
    const rowsOf = (rows: Map<string | number, BreakdownSums>): BreakdownRow[] =>
      [...rows]
        .map(([key, sums]) => ({ key, ...sums }))
        .sort((a, b) => b.packets - a.packets)
        .slice(0, limit);
    return {
      all: this.#all,
      distinct: Object.fromEntries(distinct.map((name, at) => [name, this.#distinct[at] ?? 0])),
      groups: Object.fromEntries([...this.#rows].map(([group, rows]) => [group, rowsOf(rows)])),
    };
  }
}

function addressText(family: Family, key: string): string {
  const value = BigInt(key);
  const words =
    family === 4 ? [Number(value)] : [96n, 64n, 32n, 0n].map((shift) => Number((value >> shift) & 0xffff_ffffn));
  return formatAddress(family, Uint32Array.from(words), 0);
}

function both(a: BreakdownSums | null, b: BreakdownSums): BreakdownSums {
  if (a === null) return b;
  return {
    packets: a.packets + b.packets,
    bytes: a.bytes + b.bytes,
    flows: a.flows + b.flows,
    firstSeconds: Math.min(a.firstSeconds, b.firstSeconds),
    lastSeconds: Math.max(a.lastSeconds, b.lastSeconds),
  };
}
