/** The stores there are, opened as the configuration names them. */
import { join } from 'node:path';
import type { ServerConfig } from '../config.ts';
import { openDuckDbStores } from './duckdb/client.ts';
import type { DuckDbStores } from './duckdb/operations.ts';
import { SeriesMirror } from './influx/series-mirror.ts';
import { formatSeriesTarget, parseSeriesTarget, readInfluxCredentials, type SeriesTarget } from './influx/target.ts';
import type { Catalog, FlowStore, SeriesStore, SketchStore } from './stores.ts';

/** What InfluxDB does not have by then stays noted in the store, and is written after the next start. */
const MIRROR_STOP_SECONDS = 0.5;

const PROBLEMS_EVERY_MILLISECONDS = 10_000;

export interface OpenStores {
  readonly flows: FlowStore;
  readonly series: SeriesStore;
  readonly catalog: Catalog;
  readonly sketches: SketchStore;
  /** State of the series' copy in InfluxDB, null without one. */
  readonly mirrorState: () => object | null;
  /** Bins that wait while the copy cannot be written; else 0. */
  readonly seriesBehind: () => number;
  close(): Promise<void>;
}

/** Throws StoreError. */
export async function openStores(config: ServerConfig, log: (message: string) => void): Promise<OpenStores> {
  const target = config.series.target === '' ? null : parseSeriesTarget(config.series.target);
  const stores = await openDuckDbStores(config.data, {
    retention: config.retention,
    ...(target === null ? {} : { mirror: formatSeriesTarget(target) }),
  });
  for (const warning of stores.warnings) log(warning);
  const problems = tellProblems(stores, log);
  const mirror = target === null ? null : await startMirror(target, config, stores);
  return {
    flows: stores.flows,
    series: stores.series,
    catalog: stores.catalog,
    sketches: stores.sketches,
    mirrorState: () => (mirror === null ? null : { target: config.series.target, ...mirror.stats() }),
    seriesBehind: () => mirror?.binsBehind ?? 0,
    async close() {
      clearInterval(problems);
      await mirror?.stop(MIRROR_STOP_SECONDS);
      await stores.close();
    },
  };
}

/** What the store meets while it runs is said once. */
function tellProblems({ flows, warnings }: DuckDbStores, log: (message: string) => void): NodeJS.Timeout {
  const told = new Set(warnings);
  const tell = async () => {
    const { problems } = await flows.state();
    for (const problem of problems) if (!told.has(problem)) log(problem);
    for (const problem of problems) told.add(problem);
  };
  return setInterval(() => void tell().catch(() => undefined), PROBLEMS_EVERY_MILLISECONDS);
}

async function startMirror(
  target: SeriesTarget,
  { data, series }: ServerConfig,
  stores: DuckDbStores,
): Promise<SeriesMirror> {
  try {
    const credentials =
      series.passwordFile === '' && series.username === ''
        ? null
        : await readInfluxCredentials(series.username, series.passwordFile);
    const refusedFile = join(data, 'refused-lines.txt');
    const mirror = new SeriesMirror({ target, credentials, outbox: stores.outbox, refusedFile });
    mirror.start();
    return mirror;
  } catch (error) {
    await stores.close();
    throw error;
  }
}
