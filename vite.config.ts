import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { keepPageTable, pageTableFiles } from './server/enrich/page-table-files.ts';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

const cacheFolder = fileURLToPath(new URL('node_modules/.cache/kurayami', import.meta.url));

/** Countries and networks of addresses, for captures that are dropped on the page. They lie beside it under names of their own. */
const addressTables: Plugin = {
  name: 'address-tables',
  generateBundle() {
    for (const file of pageTableFiles)
      this.emitFile({ type: 'asset', fileName: file.name, source: keepPageTable(file, cacheFolder) });
  },
  configureServer({ middlewares }) {
    for (const file of pageTableFiles)
      middlewares.use(`/${file.name}`, (_request, response) => response.end(keepPageTable(file, cacheFolder)));
  },
};

/** The page: `viz/` is built to `dist/viz`, which the server serves, and which any static host could. */
export default defineConfig({
  root: 'viz',
  base: './',
  define: { PAGE_VERSION: JSON.stringify(version) },
  plugins: [addressTables],
  worker: { format: 'es' },
  build: {
    outDir: '../dist/viz',
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 900,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  server: { host: '127.0.0.1', proxy: { '/api': { target: 'http://127.0.0.1:8600', ws: true } } },
});
