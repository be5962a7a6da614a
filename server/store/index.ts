/** The stores there are, opened as the configuration names them. */
import { join } from 'node:path';
import type { ServerConfig } from '../config.ts';
import { openDuckDbStores } from './duckdb/client.ts';
import type { DuckDbStores } from './duckdb/operations.ts';
import { SeriesMirror } from './influx/series-mirror.ts';
import { formatSeriesTarget, parseSeriesTarget, readInfluxCredentials, type SeriesTarget } from './influx/target.ts';
import type { HealthPoint } from './outbox.ts';
import type {
  Catalog,
  EvidenceStore,
  FlowStore,
  PayloadStore,
  SeriesStore,
  SketchStore,
  StoreProblemCode,
} from './stores.ts';

/** What InfluxDB does not have by then stays noted in the store, and is written after the next start. */
const MIRROR_STOP_SECONDS = 0.5;

const PROBLEMS_EVERY_MILLISECONDS = 10_000;
/** Sentences that are remembered as said; later ones may be said again. */
const MAX_TOLD = 1_000;

export interface OpenStores {
  readonly flows: FlowStore;
  readonly series: SeriesStore;
  readonly catalog: Catalog;
  readonly sketches: SketchStore;
  readonly evidence: EvidenceStore;
  readonly payloads: PayloadStore;
  /** State of the series' copy in InfluxDB, null without one. */
  readonly mirrorState: () => object | null;
  /** Bins that wait while the copy cannot be written; else 0. */
  readonly seriesBehind: () => number;
  /** What does not go as it should in the store: see docs/errors.md. */
  readonly problemCodes: () => readonly StoreProblemCode[];
  /** From now on, where the series also go elsewhere, how sensors do goes there once a minute. */
  followHealth(points: () => readonly HealthPoint[]): void;
  close(): Promise<void>;
}

/** Throws StoreError. */
export async function openStores(config: ServerConfig, log: (message: string) => void): Promise<OpenStores> {
  const target = config.series.target === '' ? null : parseSeriesTarget(config.series.target);
  const stores = await openDuckDbStores(config.data, {
    retention: config.retention,
    ...(target === null ? {} : { mirror: formatSeriesTarget(target) }),
  });
  const problems = new Problems(stores, log);
  const mirror = target === null ? null : await startMirror(target, config, stores, log);
  return {
    flows: stores.flows,
    series: stores.series,
    catalog: stores.catalog,
    sketches: stores.sketches,
    evidence: stores.evidence,
    payloads: stores.payloads,
    mirrorState: () => (mirror === null ? null : { target: config.series.target, ...mirror.stats() }),
    seriesBehind: () => mirror?.binsBehind ?? 0,
    problemCodes: () => problems.codes,
    followHealth: (points) => mirror?.followHealth(points),
    async close() {
      problems.stop();
      await mirror?.stop(MIRROR_STOP_SECONDS);
      await stores.close();
    },
  };
}

/** What the store meets while it runs is said once; what goes wrong now is told to the page. */
class Problems {
  codes: readonly StoreProblemCode[] = [];
  readonly #stores: DuckDbStores;
  readonly #log: (message: string) => void;
  readonly #told: Set<string>;
  readonly #timer: NodeJS.Timeout;

  constructor(stores: DuckDbStores, log: (message: string) => void) {
    this.#stores = stores;
    this.#log = log;
    this.#told = new Set(stores.warnings);
    for (const warning of stores.warnings) log(warning);
    void this.#look();
    this.#timer = setInterval(() => void this.#look(), PROBLEMS_EVERY_MILLISECONDS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** A store that does not answer is told by whoever stores. */
  async #look(): Promise<void> {
    const { problems } = await this.#stores.flows.state().catch(() => ({ problems: [] }));
    this.codes = [...new Set(problems.map(({ code }) => code))];
    for (const { message } of problems) if (!this.#told.has(message)) this.#log(message);
    for (const { message } of problems) if (this.#told.size < MAX_TOLD) this.#told.add(message);
  }
}

async function startMirror(
  target: SeriesTarget,
  { data, series }: ServerConfig,
  stores: DuckDbStores,
  log: (message: string) => void,
): Promise<SeriesMirror> {
  try {
    const credentials =
      series.passwordFile === '' && series.username === ''
        ? null
        : await readInfluxCredentials(series.username, series.passwordFile);
    const refusedFile = join(data, 'refused-lines.txt');
    const { maxSeries } = series;
    const mirror = new SeriesMirror({ target, credentials, outbox: stores.outbox, refusedFile, maxSeries, log });
    mirror.start();
    return mirror;
  } catch (error) {
    await stores.close();
    throw error;
  }
}
