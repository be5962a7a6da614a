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

export interface OpenStores {
  readonly flows: FlowStore;
  readonly series: SeriesStore;
  readonly catalog: Catalog;
  readonly sketches: SketchStore;
  /** State of the series' copy in InfluxDB, null without one. */
  readonly mirrorState: () => object | null;
  close(): Promise<void>;
}

/** Throws StoreError. */
export async function openStores(config: ServerConfig, log: (message: string) => void): Promise<OpenStores> {
  const target = config.series.target === '' ? null : parseSeriesTarget(config.series.target);
  const stores = await openDuckDbStores(config.data, target === null ? {} : { mirror: formatSeriesTarget(target) });
  for (const warning of stores.warnings) log(warning);
  const mirror = target === null ? null : await startMirror(target, config, stores);
  return {
    flows: stores.flows,
    series: stores.series,
    catalog: stores.catalog,
    sketches: stores.sketches,
    mirrorState: () => (mirror === null ? null : { target: config.series.target, ...mirror.stats() }),
    async close() {
      await mirror?.stop(MIRROR_STOP_SECONDS);
      await stores.close();
    },
  };
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
