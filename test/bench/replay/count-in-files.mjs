/** The same rows by SQL that knows nothing of the store: a DuckDB of its own over the files of the live session. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

const spans = new Map();
let connection;

/** Begin and end of each file, asked once. */
async function spanOf(path) {
  if (!spans.has(path)) {
    const reader = await connection.runAndReadAll(
      `SELECT min("interval" + "firstMicros")::DOUBLE, max("interval" + "firstMicros")::DOUBLE FROM read_parquet('${path}')`,
    );
    spans.set(path, reader.getRows()[0]);
  }
  return spans.get(path);
}

export async function countInFiles(folder, fromSeconds, toSeconds) {
  connection ??= await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  const [from, to] = [fromSeconds * 1e6, toSeconds * 1e6];
  const entries = await readdir(join(folder, 'flows/session=0'), { recursive: true });
  const paths = entries
    .filter((name) => name.endsWith('.parquet'))
    .map((name) => join(folder, 'flows/session=0', name));
  const within = [];
  for (const path of paths) {
    const [first, last] = await spanOf(path);
    if (first < to && last >= from) within.push(`'${path}'`);
  }
  if (within.length === 0) return 0;
  const reader = await connection.runAndReadAll(
    `SELECT count(*)::DOUBLE, sum(packets), count(DISTINCT source) FROM read_parquet([${within}], hive_partitioning = false)
      WHERE "interval" + "firstMicros" >= ${from} AND "interval" + "firstMicros" < ${to}`,
  );
  return reader.getRows()[0][0];
}
