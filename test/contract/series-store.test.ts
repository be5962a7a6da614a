import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import { makeFolder } from '../support/folders.ts';
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
