/** The bins that a mirror has yet to write, and what stands in them. See server/store/outbox.ts. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { coverage } from '../../aggregate/coverage.ts';
import { SeriesDimension, type SeriesResolution, seriesResolutions, type WatchState } from '../ingest-commit.ts';
import type { MirrorPoint, OutboxBatch, SettledLimits, TouchedBin } from '../outbox.ts';
import { checkInteger } from '../query-limits.ts';
import { type Connections, checkpoint, type Row, rowsOf } from './connections.ts';
import { dropMirrored, forgetMirrored, listsOf, makeMirrored, noteMirrored, unnested } from './mirrored.ts';
import { dropNotWhole, type OutboxLosses } from './outbox-losses.ts';
import type { SeriesAge } from './series-age.ts';
import { seriesSource } from './series-queries.ts';
import { toWatch } from './watch-queries.ts';

const MAX_BINS = 10_000;
/** A session's packets may be so much older than its newest: see `packetsLate`. */
const LATE_SECONDS = 60;
const EVERYTHING: SettledLimits = {
  liveSeconds: Number.MAX_SAFE_INTEGER,
  quietGeneration: Number.MAX_SAFE_INTEGER,
  idleGeneration: Number.MAX_SAFE_INTEGER,
};

/**
 * Notes the mirror's name. Under a name that was not in use when the store was last open, commits were not noted for it:
 * then every bin is, once.
 */
export async function setMirror(connections: Connections, mirror: string | null): Promise<void> {
  const madeTables = await connections.transaction(async (writer) => {
    const made = mirror !== null && (await makeMirrored(writer));
    const [meta] = await rowsOf(writer, 'SELECT mirror FROM meta');
    if (meta!.mirror === mirror) return made;
    await writer.run('UPDATE meta SET mirror = ?', [mirror]);
    await writer.run('DELETE FROM outbox');
    await (mirror === null ? dropMirrored : forgetMirrored)(writer);
    if (mirror === null) return false;
    for (const resolution of seriesResolutions) {
      await writer.run(
        `INSERT INTO outbox SELECT DISTINCT ?::UINTEGER, session, bin, 0 FROM ${seriesSource(resolution, 'true')} AS rows
          ORDER BY ALL`,
        [resolution],
      );
    }
    return made;
  });
  if (madeTables) await connections.write(checkpoint);
}

/** Number of the newest commit that left a trace: later ones count on from it. */
export async function newestGeneration(connections: Connections): Promise<number> {
  const [row] = await connections.lookUp(
    `SELECT greatest(coalesce((SELECT max(generation) FROM outbox), 0),
      coalesce((SELECT max(generation) FROM touched), 0))::DOUBLE AS generation`,
  );
  return Number(row!.generation);
}

export async function outboxPendingBins(connections: Connections): Promise<number> {
  const [row] = await connections.lookUp(
    'SELECT count(*)::DOUBLE AS bins FROM (SELECT DISTINCT resolution, session, bin FROM outbox)',
  );
  return Number(row!.bins);
}

/** The bins waiting longest and what stands in them, read in one transaction. Those that are not whole any more leave. */
export async function outboxPending(
  connections: Connections,
  losses: OutboxLosses,
  age: SeriesAge,
  limit: number,
  settled = EVERYTHING,
): Promise<OutboxBatch> {
  checkInteger('limit', limit, 1, MAX_BINS);
  let dropped = 0;
  const batch = await connections.transaction(async (writer) => {
    dropped = await dropNotWhole(writer, age);
    const bins = await takeBins(writer, limit, settled);
    const points: MirrorPoint[] = [];
    for (const resolution of seriesResolutions) {
      const ofResolution = bins.filter((bin) => bin.resolution === resolution);
      if (ofResolution.length === 0) continue;
      points.push(
        ...withCoverage((await binRows(writer, resolution)).map(toPoint), ofResolution, await watches(writer)),
      );
    }
    return { bins, points };
  });
  losses.binsNotWhole += dropped;
  return batch;
}

const touchedColumns = { resolution: 'UINTEGER', session: 'UINTEGER', bin: 'BIGINT', generation: 'BIGINT' } as const;

/** Takes bins out as far as they were given: one touched again has a later generation, and stays. */
export async function outboxDone(
  connections: Connections,
  bins: readonly TouchedBin[],
  remembered: readonly TouchedBin[],
  nowSeconds: number,
): Promise<void> {
  if (bins.length === 0) return;
  await connections.transaction(async (writer) => {
    await writer.run(
      `DELETE FROM outbox USING (${unnested(touchedColumns)}) AS given
        WHERE outbox.resolution = given.resolution AND outbox.session = given.session AND outbox.bin = given.bin
          AND outbox.generation <= given.generation`,
      listsOf(bins, touchedColumns),
    );
    await noteMirrored(writer, remembered, nowSeconds);
  });
}

/** Up to where the packets of each session have come for good, in seconds. */
const SESSION_ENDS = `SELECT id AS session, CASE WHEN bool_or(coalesce(json_extract_string(health, '$.finished'), '') = 'true')
      THEN 'infinity'::DOUBLE ELSE any_value(last_micros) / 1e6 - ${LATE_SECONDS} END AS until
    FROM sessions LEFT JOIN ledgers ON ledgers.session = sessions.id GROUP BY id`;

/** Notes the bins of this round in a table of the connection, which the statements that follow join with. */
async function takeBins(writer: DuckDBConnection, limit: number, settled: SettledLimits): Promise<TouchedBin[]> {
  await writer.run(
    `CREATE OR REPLACE TEMP TABLE mirroring AS
      SELECT resolution, session, bin, newest AS generation
      FROM (SELECT resolution, session, bin, min(generation) AS oldest, max(generation) AS newest FROM outbox GROUP BY ALL)
        LEFT JOIN (${SESSION_ENDS}) AS ends USING (session)
      WHERE newest <= $2::DOUBLE AND CASE WHEN session = 0 THEN bin + resolution <= $3::DOUBLE
        ELSE newest <= $4::DOUBLE OR coalesce(bin + resolution <= until, false) END
      ORDER BY oldest, bin, resolution LIMIT $1`,
    [limit, settled.quietGeneration, settled.liveSeconds, settled.idleGeneration],
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

/** Rows of the bins of this round; the bounds let DuckDB skip what is older. */
async function binRows(writer: DuckDBConnection, resolution: SeriesResolution): Promise<Row[]> {
  const round = `FROM mirroring WHERE resolution = ${resolution}`;
  const where = `bin BETWEEN (SELECT min(bin) ${round}) AND (SELECT max(bin) ${round})
    AND (session, bin) IN (SELECT session, bin ${round})`;
  return await rowsOf(
    writer,
    `SELECT ${resolution} AS resolution, session, bin::DOUBLE AS bin, dimension, key, sum(packets)::DOUBLE AS packets,
        sum(bytes)::DOUBLE AS bytes, sum(flows)::DOUBLE AS flows, max(sources)::DOUBLE AS sources, max(targets)::DOUBLE AS targets
      FROM ${seriesSource(resolution, where)} AS rows GROUP BY session, rows.bin, dimension, key`,
  );
}

/** Who watched in the sessions and the time of this round. */
async function watches(writer: DuckDBConnection): Promise<WatchState[]> {
  const rows = await rowsOf(
    writer,
    `SELECT session::DOUBLE AS session, sensor, epoch::DOUBLE AS epoch, from_seconds, to_seconds, addresses FROM watches
      WHERE watches.session IN (SELECT session FROM mirroring) AND to_seconds >= (SELECT min(bin) FROM mirroring)
        AND from_seconds < (SELECT max(bin + resolution) FROM mirroring)`,
  );
  return rows.map(toWatch);
}

/** The total of a bin in which nothing came is 0, which is not the same as no answer. */
function withCoverage(
  points: MirrorPoint[],
  bins: readonly TouchedBin[],
  watched: readonly WatchState[],
): MirrorPoint[] {
  const { total, sensor } = SeriesDimension;
  const isTotal = new Set(
    points.flatMap((point) => (point.dimension === total ? [`${point.session} ${point.bin}`] : [])),
  );
  for (const { resolution, session, bin } of bins) {
    if (isTotal.has(`${session} ${bin}`)) continue;
    const none = { packets: 0, bytes: 0, flows: 0, sources: 0, targets: 0, coverage: null };
    points.push({ resolution, session, bin, dimension: total, key: 0, ...none });
  }
  return points.map((point) => {
    if (point.dimension !== total && point.dimension !== sensor) return point;
    const own = watched.filter(
      (watch) => watch.session === point.session && (point.dimension === total || watch.sensor === point.key),
    );
    return { ...point, coverage: coverage(own, point.bin, point.bin + point.resolution) };
  });
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
    sources: Number(row.sources),
    targets: Number(row.targets),
    coverage: null,
  };
}
