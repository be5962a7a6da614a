/** The stores there are, opened as the configuration names them. */
import type { ServerConfig } from '../config.ts';
import { openDuckDbStores } from './duckdb/client.ts';
import type { Catalog, FlowStore, SeriesStore } from './stores.ts';

export interface OpenStores {
  readonly flows: FlowStore;
  readonly series: SeriesStore;
  readonly catalog: Catalog;
  readonly mirrorState: () => object | null;
  close(): Promise<void>;
}

/** Throws StoreError. */
export async function openStores(config: ServerConfig, log: (message: string) => void): Promise<OpenStores> {
  const stores = await openDuckDbStores(config.data);
  for (const warning of stores.warnings) log(warning);
  return {
    flows: stores.flows,
    series: stores.series,
    catalog: stores.catalog,
    mirrorState: () => null,
    close: () => stores.close(),
  };
}
