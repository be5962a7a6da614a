import { existsSync } from 'node:fs';

/** Where the compiled program stands, or null: `npm test` builds it first, a single run of vitest does not. */
export function compiledProgram(): URL | null {
  const folder = new URL('../../dist/', import.meta.url);
  if (existsSync(new URL('server/store/duckdb/worker.js', folder))) return folder;
  console.warn('skipped: tests of the compiled store need `npm run build:programs` first');
  return null;
}
