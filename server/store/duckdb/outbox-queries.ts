/** The bins that a mirror has yet to write, and what stands in them. See server/store/outbox.ts. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { SeriesDimension, SeriesResolution } from '../ingest-commit.ts';
import { type MirrorPoint, OTHER_PORT_KEY, type OutboxBatch, type TouchedBin } from '../outbox.ts';
import { checkInteger } from '../query-limits.ts';
import { type Connections, type Row, rowsOf } from './connections.ts';
import { seriesTables } from './schema.ts';

const MAX_BINS = 10_000;
const DAY_SECONDS = 86_400;

/**
 * Notes the mirror's name. Under a name that was not in use when the store was last open, commits were not noted for it:
 * then every bin is, once.
 */
export async function setMirror(connections: Connections, mirror: string | null): Promise<void> {
  await connections.transaction(async (writer) => {
    const [meta] = await rowsOf(writer, 'SELECT mirror FROM meta');
    if (meta!.mirror === mirror) return;
    await writer.run('UPDATE meta SET mirror = ?', [mirror]);
    await writer.run('DELETE FROM outbox');
    if (mirror === null) return;
    for (const resolution of [SeriesResolution.second, SeriesResolution.minute]) {
      await writer.run(
        `INSERT INTO outbox SELECT DISTINCT ?::UTINYINT, session, bin, 0 FROM ${seriesTables[resolution]} ORDER BY ALL`,
        [resolution],
      );
    }
  });
}

/** Number of the newest commit that left a trace: later ones count on from it. */
export async function newestGeneration(connections: Connections): Promise<number> {
  const [row] = await connections.read(
    `SELECT greatest(coalesce((SELECT max(generation) FROM outbox), 0),
      coalesce((SELECT max(generation) FROM touched), 0))::DOUBLE AS generation`,
  );
  return Number(row!.generation);
}

export async function outboxPendingBins(connections: Connections): Promise<number> {
  const [row] = await connections.read(
    'SELECT count(*)::DOUBLE AS bins FROM (SELECT DISTINCT resolution, session, bin FROM outbox)',
  );
  return Number(row!.bins);
}

/**
 * The bins waiting longest and what stands in them, read in one transaction. It runs on the writing connection, since
 * the ports that stand by themselves are chosen here and must be remembered before anyone writes them elsewhere.
 */
export async function outboxPending(connections: Connections, limit: number, maxPorts: number): Promise<OutboxBatch> {
  checkInteger('limit', limit, 1, MAX_BINS);
  checkInteger('maxPorts', maxPorts, 1, 65_536);
  return await connections.transaction(async (writer) => {
    const bins = await takeBins(writer, limit);
    const { second, minute } = SeriesResolution;
    const rows: Row[] = [];
    if (bins.some((bin) => bin.resolution === second)) rows.push(...(await plainRows(writer, second)));
    if (bins.some((bin) => bin.resolution === minute)) {
      rows.push(...(await plainRows(writer, minute)));
      await growPortLists(writer, maxPorts);
      rows.push(...(await portRows(writer)));
    }
    return { bins, points: rows.map(toPoint) };
  });
}

/** Takes bins out as far as they were given: one touched again has a later generation, and stays. */
export async function outboxDone(connections: Connections, bins: readonly TouchedBin[]): Promise<void> {
  if (bins.length === 0) return;
  const list = (name: keyof TouchedBin) => bins.map((bin) => bin[name]).join();
  const column = (index: number, type: string) => `unnest(string_split($${index}, ',')::${type}[])`;
  await connections.write(async (writer) => {
    await writer.run(
      `DELETE FROM outbox USING (SELECT ${column(1, 'UTINYINT')} AS resolution, ${column(2, 'UINTEGER')} AS session,
          ${column(3, 'BIGINT')} AS bin, ${column(4, 'BIGINT')} AS generation) AS given
        WHERE outbox.resolution = given.resolution AND outbox.session = given.session AND outbox.bin = given.bin
          AND outbox.generation <= given.generation`,
      [list('resolution'), list('session'), list('bin'), list('generation')],
    );
  });
}

/** Notes the bins of this round in a table of the connection, which the statements that follow join with. */
async function takeBins(writer: DuckDBConnection, limit: number): Promise<TouchedBin[]> {
  await writer.run(
    `CREATE OR REPLACE TEMP TABLE mirroring AS
      SELECT resolution, session, bin, max(generation) AS generation FROM outbox GROUP BY resolution, session, bin
      ORDER BY min(outbox.generation), bin, resolution LIMIT $1`,
    [limit],
  );
  const rows = await rowsOf(
    writer,
    'SELECT resolution, session, bin::DOUBLE AS bin, generation::DOUBLE AS generation FROM mirroring',
  );
  return rows.map((row) => ({
    resolution: Number(row.resolution),
    session: Number(row.session),
    bin: Number(row.bin),
    generation: Number(row.generation),
  }));
}

const SUMS = 'sum(packets)::DOUBLE AS packets, sum(bytes)::DOUBLE AS bytes, sum(flows)::DOUBLE AS flows';

/** Rows of the bins of this round; the bounds let DuckDB skip what is older. */
function rowsInRound(resolution: SeriesResolution, condition: string): string {
  const round = `FROM mirroring WHERE resolution = ${resolution}`;
  return `(SELECT *, bin // ${DAY_SECONDS} AS day FROM ${seriesTables[resolution]} WHERE ${condition}
    AND bin BETWEEN (SELECT min(bin) ${round}) AND (SELECT max(bin) ${round})
    AND (session, bin) IN (SELECT session, bin ${round}))`;
}

async function plainRows(writer: DuckDBConnection, resolution: SeriesResolution): Promise<Row[]> {
  return await rowsOf(
    writer,
    `SELECT ${resolution} AS resolution, session, bin::DOUBLE AS bin, dimension, key, ${SUMS}
      FROM ${rowsInRound(resolution, `dimension <> ${SeriesDimension.port}`)} AS s
      GROUP BY session, s.bin, dimension, key`,
  );
}

const PORTS_IN_ROUND = rowsInRound(SeriesResolution.minute, `dimension = ${SeriesDimension.port}`);

/**
 * Each session has a list of ports for each UTC day. It only grows, at most by a quarter of its length for a minute,
 * biggest ports first. So a bin written again never keeps the old value of a port that has since left the list, the sum
 * over ports is the total, and the number of series stays bounded.
 */
async function growPortLists(writer: DuckDBConnection, maxPorts: number): Promise<void> {
  await writer.run(
    `INSERT INTO mirror_ports
      WITH listed AS (SELECT session, day, count(*) AS ports FROM mirror_ports GROUP BY session, day),
        minutes AS (SELECT session, bin // ${DAY_SECONDS} AS day, count(*) AS bins FROM mirroring
          WHERE resolution = ${SeriesResolution.minute} GROUP BY ALL),
        seen AS (SELECT session, day, key, sum(packets) AS packets FROM ${PORTS_IN_ROUND} GROUP BY session, day, key)
      SELECT session, day, key FROM seen ANTI JOIN mirror_ports USING (session, day, key)
        JOIN minutes USING (session, day) LEFT JOIN listed USING (session, day)
      QUALIFY row_number() OVER (PARTITION BY session, day ORDER BY packets DESC, key)
        <= least($1 - coalesce(ports, 0), $2 * bins)`,
    [maxPorts, Math.ceil(maxPorts / 4)],
  );
}

/** Ports on the list by themselves; all others as one sum, given even when it is 0, since it replaces one written before. */
async function portRows(writer: DuckDBConnection): Promise<Row[]> {
  const { minute } = SeriesResolution;
  return await rowsOf(
    writer,
    `SELECT ${minute} AS resolution, session, bin::DOUBLE AS bin, ${SeriesDimension.port} AS dimension, port AS key, ${SUMS}
      FROM (
        SELECT session, bin, coalesce(listed.key, ${OTHER_PORT_KEY}) AS port, packets, bytes, flows
        FROM ${PORTS_IN_ROUND} AS s LEFT JOIN mirror_ports AS listed USING (session, day, key)
        UNION ALL SELECT session, bin, ${OTHER_PORT_KEY}, 0, 0, 0 FROM mirroring WHERE resolution = ${minute}) AS s
      GROUP BY session, s.bin, port`,
  );
}

function toPoint(row: Row): MirrorPoint {
  return {
    resolution: Number(row.resolution),
    session: Number(row.session),
    bin: Number(row.bin),
    dimension: Number(row.dimension),
    key: Number(row.key),
    packets: Number(row.packets),
    bytes: Number(row.bytes),
    flows: Number(row.flows),
  };
}
