import { join } from 'node:path';
import { describe, expect, vi } from 'vitest';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import { InfluxSeriesStore } from '../../server/store/influx/influx-series-store.ts';
import { SeriesMirror } from '../../server/store/influx/series-mirror.ts';
import { parseSeriesTarget } from '../../server/store/influx/target.ts';
import { makeFolder } from '../support/folders.ts';
import { influxInstalled, startInflux } from '../support/influxdb.ts';
import { describeSeriesStore } from './series-store.ts';

describeSeriesStore('DuckDB', async () => {
  const { folder, remove } = await makeFolder();
  const stores = await openDuckDbStoresInThread(folder);
  return {
    store: stores.series,
    commit: (commit) => stores.flows.commit(commit),
    async close() {
      await stores.close();
      await remove();
    },
  };
});

describeSeriesStore('DuckDB after compaction', async () => {
  const { folder, remove } = await makeFolder();
  const stores = await openDuckDbStoresInThread(folder);
  return {
    store: stores.series,
    async commit(commit) {
      await stores.flows.commit(commit);
      await stores.compact();
    },
    async close() {
      await stores.close();
      await remove();
    },
  };
});

describe.skipIf(!influxInstalled())('with a real InfluxDB', () => {
  describeSeriesStore('InfluxDB', async () => {
    const { folder, remove } = await makeFolder();
    const influx = await startInflux();
    const target = parseSeriesTarget(`influxdb:${influx.url}/contract`);
    const stores = await openDuckDbStoresInThread(folder, { mirror: 'contract' });
    const refusedFile = join(folder, 'refused.txt');
    const mirror = new SeriesMirror({ target, outbox: stores.outbox, refusedFile, pollSeconds: 0.02 });
    mirror.start();
    return {
      store: new InfluxSeriesStore(target),
      async commit(commit) {
        await stores.flows.commit(commit);
        // Coarser bins are made of minutes now and then.
        await stores.compact();
        await vi.waitFor(async () => expect(await stores.outbox.pendingBins()).toBe(0), {
          timeout: 10_000,
          interval: 20,
        });
      },
      async close() {
        await mirror.stop();
        await stores.close();
        await influx.remove();
        await remove();
      },
    };
  });
});
