/** The tables of a data directory. What is stored here is read by later versions: change it with a new number below. */

import type { Family } from '../../../shared/flow-batch.ts';
import { type ColumnType, type FlowFieldName, flowFieldNames, flowFields } from '../../../shared/flow-fields.ts';

/** Version of the tables. A data directory of an older one is brought up to it (UPGRADE_STATEMENTS); any other is refused, not guessed at. */
export const STORE_VERSION = 6;

/** Physical layout of a column: how many bytes a value takes, and which DuckDB type that is. */
export type SqlType = 'UTINYINT' | 'USMALLINT' | 'UINTEGER' | 'BIGINT' | 'UHUGEINT';

export interface ColumnDefinition {
  readonly name: string;
  readonly type: SqlType;
}

/** Columns come in the order in which versions added them, so that a table that was upgraded is one that was made. */
export const FIELDS_ADDED_IN_2 = [
  'synOptions',
  'tunnel',
  'innerProtocol',
  'innerSource',
  'innerTarget',
  'innerSourcePort',
  'innerTargetPort',
] as const satisfies readonly FlowFieldName[];
const FIELDS_ADDED_IN_3 = ['asn'] as const satisfies readonly FlowFieldName[];
/** From here on flows lie in tables and files of many names: see flow-upgrade.ts. */
export const FIELDS_ADDED_IN_6 = ['radiation'] as const satisfies readonly FlowFieldName[];
const added: readonly FlowFieldName[] = [...FIELDS_ADDED_IN_2, ...FIELDS_ADDED_IN_3, ...FIELDS_ADDED_IN_6];
export const storedFieldNames: readonly FlowFieldName[] = [
  ...flowFieldNames.filter((name) => !added.includes(name)),
  ...added,
];

const SQL_TYPES: Record<Exclude<ColumnType, 'address'>, SqlType> = {
  u8: 'UTINYINT',
  u16: 'USMALLINT',
  u32: 'UINTEGER',
  // The only f64 of a flow is its interval, kept as µs since 1970 UTC: exact, and packs better than a float.
  f64: 'BIGINT',
  address16: 'UHUGEINT',
};

/** SQL type of a flow's field. An address of 16 bytes is one 128-bit number, so that prefixes are ranges. */
export function flowColumnType(name: FlowFieldName, family: Family): SqlType {
  const { type } = flowFields[name];
  if (type === 'address') return family === 4 ? 'UINTEGER' : 'UHUGEINT';
  return SQL_TYPES[type];
}

export function flowColumns(family: Family): ColumnDefinition[] {
  return storedFieldNames.map((name) => ({ name, type: flowColumnType(name, family) }));
}

/**
 * Partial sums of one resolution: of rows of equal session, bin, dimension and key, sums add up, and of `sources` and
 * `targets` the largest holds. `bin` is its start in seconds.
 */
export const seriesColumns: readonly ColumnDefinition[] = [
  { name: 'session', type: 'UINTEGER' },
  { name: 'bin', type: 'BIGINT' },
  { name: 'dimension', type: 'UTINYINT' },
  { name: 'key', type: 'UINTEGER' },
  { name: 'packets', type: 'BIGINT' },
  { name: 'bytes', type: 'BIGINT' },
  { name: 'flows', type: 'BIGINT' },
  { name: 'sources', type: 'BIGINT' },
  { name: 'targets', type: 'BIGINT' },
];

/** Bins that were written to; `generation` is the commit that did. Read by compaction (`touched`) and the mirror (`outbox`). */
export const touchedColumns: readonly ColumnDefinition[] = [
  { name: 'resolution', type: 'UINTEGER' },
  { name: 'session', type: 'UINTEGER' },
  { name: 'bin', type: 'BIGINT' },
  { name: 'generation', type: 'BIGINT' },
];

/** Tables by resolution. Minutes come into NEW_MINUTES, and from there into their table and all coarser ones at once. */
export const seriesTables = {
  1: 'series_second',
  60: 'series_minute',
  300: 'series_five_minutes',
  3600: 'series_hour',
  86400: 'series_day',
} as const;
export const NEW_MINUTES = 'series_new';

/** Minutes of which sketches are not stored yet: their flows are read again at the next start. */
export const sketchMinuteColumns: readonly ColumnDefinition[] = [
  { name: 'session', type: 'UINTEGER' },
  { name: 'bin', type: 'BIGINT' },
];

export function createTable(name: string, columns: readonly ColumnDefinition[]): string {
  return `CREATE TABLE ${name} (${columns.map((column) => `"${column.name}" ${column.type} NOT NULL`).join(', ')})`;
}

const HEXTETS = [112, 96, 80, 64, 48, 32, 16, 0]
  .map((shift) => `lower(to_hex(((a >> ${shift}) & 65535)::UINTEGER))`)
  .join(", ':', ");

/** Replaces the longest run of zero groups, the first of equals, by "::" (RFC 5952): asks for 8, then 7, … then 2. */
const COMPRESSED = [8, 7, 6, 5, 4, 3, 2]
  .map((run) => `'(^|:)0(:0){${run - 1}}(:|$)'`)
  .map((pattern) => `WHEN regexp_matches(long, ${pattern}) THEN regexp_replace(long, ${pattern}, '::')`)
  .join(' ');

const INNER_TEXT_MACRO = `CREATE MACRO inner_text(a) AS CASE WHEN (a >> 32) = 65535
    THEN ipv4_text((a & 4294967295)::UINTEGER) ELSE ipv6_text(a) END`;

/** Text forms of addresses for people who open the file; the program itself formats them in shared/address.ts. */
const MACROS = [
  `CREATE MACRO ipv4_text(a) AS concat_ws('.', a >> 24, (a >> 16) & 255, (a >> 8) & 255, a & 255)`,
  `CREATE MACRO ipv6_compressed(long) AS CASE ${COMPRESSED} ELSE long END`,
  `CREATE MACRO ipv6_text(a) AS CASE WHEN (a >> 32) = 65535
    THEN concat('::ffff:', ipv4_text((a & 4294967295)::UINTEGER)) ELSE ipv6_compressed(concat(${HEXTETS})) END`,
  INNER_TEXT_MACRO,
];

/** Text for people: addresses as they are written. `source` has the columns of a flow table. */
function flowTexts(family: Family): string {
  const columns = storedFieldNames.map((name) => {
    const { type } = flowFields[name];
    if (type === 'address') return `ipv${family}_text("${name}") AS "${name}"`;
    return type === 'address16'
      ? `CASE WHEN tunnel = 0 THEN '' ELSE inner_text("${name}") END AS "${name}"`
      : `"${name}"`;
  });
  return `${family}::UTINYINT AS family, ${columns.join(', ')}`;
}

/** No row, with the columns that all others of the view have. */
const NO_FLOWS = `SELECT 4::UTINYINT AS family, ${storedFieldNames
  .map(
    (name) => `NULL::${flowFields[name].type.startsWith('address') ? 'VARCHAR' : flowColumnType(name, 4)} AS "${name}"`,
  )
  .join(', ')} WHERE false`;

/** The flows that lie in tables, as a view: made anew with each table that comes and goes, in one transaction with it. */
export function hotFlowsView(tables: readonly { readonly table: string; readonly family: Family }[]): string {
  const selects = tables.map(({ table, family }) => `SELECT ${flowTexts(family)} FROM ${table}`);
  return `CREATE OR REPLACE VIEW flows_hot AS ${[NO_FLOWS, ...selects].join(' UNION ALL ')}`;
}

/** All flows, as a view. `files`: for each family that has files, a query over them with the columns of its tables. */
export function flowsView(files: readonly { readonly query: string; readonly family: Family }[]): string {
  const selects = files.map(({ query, family }) => `SELECT ${flowTexts(family)} FROM (${query})`);
  return `CREATE OR REPLACE VIEW flows AS ${['SELECT * FROM flows_hot', ...selects].join(' UNION ALL ')}`;
}

/** Where flows lie (see flow-parts.ts), and what retention took away. */
const FLOW_TABLES = [
  'CREATE TABLE flow_tables (name VARCHAR NOT NULL, session BIGINT NOT NULL, family UTINYINT NOT NULL, hour BIGINT, number INTEGER NOT NULL)',
  `CREATE TABLE flow_files (path VARCHAR NOT NULL, session BIGINT NOT NULL, family UTINYINT NOT NULL, hour BIGINT,
    number INTEGER NOT NULL, rows BIGINT NOT NULL, packets BIGINT NOT NULL, bytes BIGINT NOT NULL, file_bytes BIGINT NOT NULL,
    first_micros BIGINT NOT NULL, last_micros BIGINT NOT NULL, sealed_seconds DOUBLE NOT NULL, state VARCHAR NOT NULL)`,
  'CREATE TABLE flow_expired (session BIGINT PRIMARY KEY, packets BIGINT NOT NULL, bytes BIGINT NOT NULL, flows BIGINT NOT NULL)',
  hotFlowsView([]),
  flowsView([]),
];

/** What version 5 has besides. */
const CREATED_IN_5: readonly string[] = [
  ...[NEW_MINUTES, seriesTables[300], seriesTables[3600], seriesTables[86400]].map((name) =>
    createTable(name, seriesColumns),
  ),
  createTable('touched', touchedColumns),
  createTable('outbox', touchedColumns),
  'CREATE TABLE sketches (session UINTEGER NOT NULL, state BLOB NOT NULL)',
  createTable('sketch_minutes', sketchMinuteColumns),
  `CREATE TABLE watches (session BIGINT NOT NULL, sensor INTEGER NOT NULL, epoch BIGINT NOT NULL,
    from_seconds DOUBLE NOT NULL, to_seconds DOUBLE NOT NULL, addresses DOUBLE NOT NULL)`,
  // What retention took away, so that sums over all time stay exact.
  `CREATE TABLE series_expired (resolution INTEGER NOT NULL, session BIGINT NOT NULL, until_seconds BIGINT NOT NULL,
    packets BIGINT NOT NULL, bytes BIGINT NOT NULL, flows BIGINT NOT NULL)`,
];

/** What rules found about sources: of rows of equal key (session to key) the numbers add up. Times in µs and seconds since 1970 UTC. */
export const evidenceColumns: readonly ColumnDefinition[] = [
  { name: 'session', type: 'UINTEGER' },
  { name: 'sensor', type: 'USMALLINT' },
  { name: 'source', type: 'UHUGEINT' },
  { name: 'tag', type: 'UTINYINT' },
  { name: 'key', type: 'UINTEGER' },
  { name: 'matched', type: 'BIGINT' },
  { name: 'candidates', type: 'BIGINT' },
  { name: 'first_micros', type: 'BIGINT' },
  { name: 'last_micros', type: 'BIGINT' },
  { name: 'stored_seconds', type: 'BIGINT' },
];

const PAYLOAD_KEY =
  'session UINTEGER NOT NULL, digest UBIGINT NOT NULL, protocol UTINYINT NOT NULL, wire_bytes USMALLINT NOT NULL';

/** Payloads: of rows of equal key (session, digest, protocol, wire_bytes) packets add up, and all else is united. */
const PAYLOAD_TABLES: readonly string[] = [
  `CREATE TABLE payloads (${PAYLOAD_KEY}, captured_bytes USMALLINT NOT NULL, packets BIGINT NOT NULL,
    first_micros BIGINT NOT NULL, last_micros BIGINT NOT NULL, stored_seconds BIGINT NOT NULL,
    ports USMALLINT[] NOT NULL, more_ports BOOLEAN NOT NULL, sources UHUGEINT[] NOT NULL, sketch BLOB NOT NULL,
    source_count UINTEGER NOT NULL, sensors USMALLINT[] NOT NULL)`,
  // Of several rows of a key, the longest holds; so do the sites that were found in it.
  `CREATE TABLE payload_bytes (${PAYLOAD_KEY}, kept_bytes USMALLINT NOT NULL, bytes BLOB NOT NULL)`,
  `CREATE TABLE payload_sites (${PAYLOAD_KEY}, kept_bytes USMALLINT NOT NULL, tool VARCHAR NOT NULL, url VARCHAR NOT NULL,
    steps VARCHAR NOT NULL, is_cut BOOLEAN NOT NULL)`,
  // Packets of payloads that were taken out.
  'CREATE TABLE payload_gone (session BIGINT PRIMARY KEY, expired BIGINT NOT NULL, given_up BIGINT NOT NULL)',
];

const CREATED_IN_6: readonly string[] = [
  createTable('evidence', evidenceColumns),
  // Packets that prove what rows of `evidence` say, from their IP header on.
  `CREATE TABLE evidence_packets (session UINTEGER NOT NULL, sensor USMALLINT NOT NULL, source UHUGEINT NOT NULL,
    tag UTINYINT NOT NULL, key UINTEGER NOT NULL, micros BIGINT NOT NULL, bytes BLOB NOT NULL)`,
  // Packets that matched, of evidence that was taken out, so that sums over all time stay exact.
  'CREATE TABLE evidence_gone (session BIGINT PRIMARY KEY, expired BIGINT NOT NULL, given_up BIGINT NOT NULL)',
  ...PAYLOAD_TABLES,
  // The version whose columns a file has.
  ...addColumnTo('flow_files', 'version', 'UTINYINT', 5),
];

/** Statements that make an empty store, in order. */
export const CREATE_STATEMENTS: readonly string[] = [
  'CREATE TABLE meta (version INTEGER NOT NULL, installation_key BLOB NOT NULL, created_seconds DOUBLE NOT NULL, mirror VARCHAR)',
  // Ids come from here and not from the largest in use, since what was deleted must not be numbered again.
  'CREATE TABLE next_ids (name VARCHAR PRIMARY KEY, next BIGINT NOT NULL)',
  "INSERT INTO next_ids VALUES ('sensor', 1), ('session', 1)",
  'CREATE TABLE sensors (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL UNIQUE, place VARCHAR)',
  `CREATE TABLE sessions (id BIGINT PRIMARY KEY, kind VARCHAR NOT NULL, name VARCHAR NOT NULL, sensor INTEGER, epoch BIGINT,
    arrived_seconds DOUBLE NOT NULL, first_micros BIGINT, last_micros BIGINT, packets BIGINT NOT NULL)`,
  'CREATE TABLE positions (sensor INTEGER, epoch BIGINT, sequence BIGINT NOT NULL, PRIMARY KEY (sensor, epoch))',
  `CREATE TABLE ledgers (session BIGINT, sensor INTEGER, server VARCHAR NOT NULL, health VARCHAR, PRIMARY KEY (session, sensor))`,
  createTable('series_second', seriesColumns),
  createTable('series_minute', seriesColumns),
  ...CREATED_IN_5,
  ...MACROS,
  ...FLOW_TABLES,
  ...CREATED_IN_6,
];

function addColumns(names: readonly FlowFieldName[]): string[] {
  return ([4, 6] as const).flatMap((family) => names.flatMap((name) => addColumn(family, name)));
}

/** The table that had all flows of a family before version 4. */
export const tableBefore4 = (family: Family) => `flows${family}_before_4`;

function addColumn(family: Family, name: FlowFieldName): string[] {
  return addColumnTo(`flows${family}`, name, flowColumnType(name, family), 0);
}

/** DuckDB adds no column with a constraint: what is there gets a value first. */
export function addColumnTo(table: string, name: string, type: SqlType, value: number): string[] {
  const column = `${table} ALTER COLUMN "${name}"`;
  return [
    `ALTER TABLE ${table} ADD COLUMN "${name}" ${type} DEFAULT ${value}`,
    `ALTER TABLE ${column} SET NOT NULL`,
    `ALTER TABLE ${column} DROP DEFAULT`,
  ];
}

function addDistinct(table: string): string[] {
  return ['sources', 'targets'].flatMap((name) => [
    `ALTER TABLE ${table} ADD COLUMN ${name} BIGINT DEFAULT 0`,
    `ALTER TABLE ${table} ALTER COLUMN ${name} SET NOT NULL`,
    `ALTER TABLE ${table} ALTER COLUMN ${name} DROP DEFAULT`,
  ]);
}

/** Coarser bins of what is there; whoever mirrors begins anew, since more is mirrored. */
const UPGRADE_TO_5: readonly string[] = [
  ...addDistinct('series_second'),
  ...addDistinct('series_minute'),
  'DROP TABLE touched',
  'DROP TABLE outbox',
  'DROP TABLE mirror_ports',
  ...CREATED_IN_5,
  ...([300, 3600, 86400] as const).map(
    (seconds) => `INSERT INTO ${seriesTables[seconds]} SELECT session, bin - bin % ${seconds} AS start, dimension, key,
      sum(packets)::BIGINT, sum(bytes)::BIGINT, sum(flows)::BIGINT, 0, 0
      FROM series_minute GROUP BY ALL ORDER BY ALL`,
  ),
  `INSERT INTO touched SELECT DISTINCT 1, session, bin, 0 FROM series_second`,
  'UPDATE meta SET mirror = NULL',
];

/** The views have all columns of the newest version: they are dropped before an upgrade, and made anew behind its last step. */
export const BEFORE_UPGRADE: readonly string[] = ['DROP VIEW IF EXISTS flows', 'DROP VIEW IF EXISTS flows_hot'];

/** Statements that make the tables of a version those of the next, by that version. */
export const UPGRADE_STATEMENTS: Readonly<Record<number, readonly string[]>> = {
  1: [...addColumns(FIELDS_ADDED_IN_2), INNER_TEXT_MACRO],
  2: addColumns(FIELDS_ADDED_IN_3),
  // What lies in the two tables of earlier versions is moved when the directory is opened (flow-upgrade.ts).
  3: [
    ...([4, 6] as const).map((family) => `ALTER TABLE flows${family} RENAME TO ${tableBefore4(family)}`),
    ...FLOW_TABLES,
  ],
  4: UPGRADE_TO_5,
  // Tables of flows are many: their columns are added by flow-upgrade.ts.
  5: CREATED_IN_6,
};
