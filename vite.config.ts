import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

/** The page: `viz/` is built to `dist/viz`, which the server serves, and which any static host could. */
export default defineConfig({
  root: 'viz',
  base: './',
  define: { PAGE_VERSION: JSON.stringify(version) },
  build: { outDir: '../dist/viz', emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 900 },
  server: { host: '127.0.0.1', proxy: { '/api': { target: 'http://127.0.0.1:8600', ws: true } } },
});
