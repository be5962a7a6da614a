import { defineConfig } from 'vite';

/** The page: `viz/` is built to `dist/viz`, which the server serves, and which any static host could. */
export default defineConfig({
  root: 'viz',
  base: './',
  build: { outDir: '../dist/viz', emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 900 },
  server: { host: '127.0.0.1', proxy: { '/api': { target: 'http://127.0.0.1:8600', ws: true } } },
});
