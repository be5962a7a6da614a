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

/** The bins waiting longest and their points, all read in one transaction, so that bins and points are of one moment. */
export async function outboxPending(connections: Connections, limit: number, maxPorts: number): Promise<OutboxBatch> {
  checkInteger('limit', limit, 1, MAX_BINS);
  checkInteger('maxPorts', maxPorts, 1, 65_536);
  return await connections.transaction(async (writer) => {
    const rows = await rowsOf(
      writer,
      `SELECT resolution, session, bin::DOUBLE AS bin, max(generation)::DOUBLE AS generation FROM outbox
        GROUP BY resolution, session, outbox.bin ORDER BY min(outbox.generation), outbox.bin, resolution LIMIT ?`,
      [limit],
    );
    const bins = rows.map(toTouched);
    const points: MirrorPoint[] = [];
    for (const touched of bins) points.push(...(await pointsOf(writer, touched, maxPorts)));
    return { bins, points };
  });
}

/** Takes bins out as far as they were given: one touched again has a later generation, and stays. */
export async function outboxDone(connections: Connections, bins: readonly TouchedBin[]): Promise<void> {
  await connections.transaction(async (writer) => {
    for (const { resolution, session, bin, generation } of bins) {
      await writer.run('DELETE FROM outbox WHERE resolution = ? AND session = ? AND bin = ? AND generation <= ?', [
        resolution,
        session,
        bin,
        generation,
      ]);
    }
  });
}

function toTouched(row: Row): TouchedBin {
  return {
    resolution: Number(row.resolution),
    session: Number(row.session),
    bin: Number(row.bin),
    generation: Number(row.generation),
  };
}

const SUMS = 'sum(packets)::DOUBLE AS packets, sum(bytes)::DOUBLE AS bytes, sum(flows)::DOUBLE AS flows';

async function pointsOf(writer: DuckDBConnection, touched: TouchedBin, maxPorts: number): Promise<MirrorPoint[]> {
  const { resolution, session, bin } = touched;
  const table = seriesTables[resolution as SeriesResolution];
  const rows = await rowsOf(
    writer,
    `SELECT dimension, key, ${SUMS} FROM ${table} WHERE session = ? AND bin = ? AND dimension <> ${SeriesDimension.port}
      GROUP BY dimension, key`,
    [session, bin],
  );
  if (resolution === SeriesResolution.minute) rows.push(...(await portRows(writer, session, bin, maxPorts)));
  return rows.map((row) => ({
    resolution,
    session,
    bin,
    dimension: Number(row.dimension),
    key: Number(row.key),
    packets: Number(row.packets),
    bytes: Number(row.bytes),
    flows: Number(row.flows),
  }));
}

/**
 * Ports of a minute: those on the list of its session and day by themselves, all others as one sum, which is given even
 * when it is 0, so that it replaces one written before. A list only grows within its day, at most by a quarter of its
 * length a minute, biggest first, and every day has its own: so a bin written again never keeps a port's old value, the
 * sum over ports is the total, and the number of series stays bounded.
 */
async function portRows(writer: DuckDBConnection, session: number, bin: number, maxPorts: number): Promise<Row[]> {
  const day = Math.floor(bin / DAY_SECONDS);
  await growPortList(writer, session, bin, day, maxPorts);
  const rows = await rowsOf(
    writer,
    `SELECT ${SeriesDimension.port} AS dimension, CASE WHEN listed.key IS NULL THEN ${OTHER_PORT_KEY} ELSE listed.key END AS port,
        ${SUMS}
      FROM series_minute AS s LEFT JOIN (SELECT key FROM mirror_ports WHERE session = $1 AND day = $3) AS listed
        ON s.key = listed.key
      WHERE s.session = $1 AND s.bin = $2 AND s.dimension = ${SeriesDimension.port} GROUP BY port`,
    [session, bin, day],
  );
  const named = rows.map((row) => ({ ...row, key: row.port! }) satisfies Row);
  if (named.some((row) => Number(row.key) === OTHER_PORT_KEY)) return named;
  return [...named, { dimension: SeriesDimension.port, key: OTHER_PORT_KEY, packets: 0, bytes: 0, flows: 0 }];
}

async function growPortList(
  writer: DuckDBConnection,
  session: number,
  bin: number,
  day: number,
  maxPorts: number,
): Promise<void> {
  const [row] = await rowsOf(
    writer,
    'SELECT count(*)::DOUBLE AS ports FROM mirror_ports WHERE session = ? AND day = ?',
    [session, day],
  );
  const room = Math.min(maxPorts - Number(row!.ports), Math.ceil(maxPorts / 4));
  if (room <= 0) return;
  await writer.run(
    `INSERT INTO mirror_ports SELECT $1, $3, key FROM series_minute
      WHERE session = $1 AND bin = $2 AND dimension = ${SeriesDimension.port}
        AND key NOT IN (SELECT key FROM mirror_ports WHERE session = $1 AND day = $3)
      GROUP BY key ORDER BY sum(packets) DESC, key LIMIT $4`,
    [session, bin, day, room],
  );
}
